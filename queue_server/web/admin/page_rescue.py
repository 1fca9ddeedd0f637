"""Day rescue for a department: somebody is away, and the lead moves what is booked with them.

What lives here: whose appointments they are. What must not: the pages (`web.admin.rescue_faces`).
"""

from queue_server.domain.access import Act, Role
from queue_server.domain.departments import department_named
from queue_server.domain.errors import NotFound
from queue_server.web.admin.frame import town_of
from queue_server.web.admin.rescue_faces import Asked, Face, Fields
from queue_server.web.admin.rescue_words import Base
from queue_server.web.page_department import people
from queue_server.web.pages import PageCall


def _asked(call: PageCall, fields: Fields) -> Asked | None:
    named = fields.get("clerk")
    if not named:
        return None
    if all(clerk.id != named for clerk in people(call)):
        raise NotFound(what="clerk")
    return Asked(clerk_id=str(named))


def _base(call: PageCall) -> Base:
    """Return the department's sites; who administers one site sees no visitors of another one."""
    town = town_of(call)
    department = department_named(town, call.id)
    own = call.actor.site_id if call.actor.role is Role.ADMINISTRATOR else None
    home = f"/department/{department.id}"
    return Base(
        town,
        f"{home}/rescue",
        home,
        tuple(site for site in town.sites if site.id in department.site_ids and own in {None, site.id}),
        frozenset(one.id for one in town.services if one.department_id == department.id),
        department_id=department.id,
    )


ROUTES = Face(_base, _asked).routes("/department/{department}/rescue", Act.PLAN_DEPARTMENT, "department")
