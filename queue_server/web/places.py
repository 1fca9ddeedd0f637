"""Where somebody begins who has signed in, and where else they may go: as their rights say.

What must not live here: the rights (`domain.access`), and what stands on any page.
"""

from typing import Final

from queue_server.domain.access import Act, Actor, Role, may_somewhere

_FIRST: Final = {
    Role.ADMINISTRATOR: "/admin",
    Role.RECEPTION: "/desk",
    Role.AUDITOR: "/admin/log",
    Role.LEAD: "/department",
}
_SOMEWHERE: Final = (
    ("/counter", "desk.counter", Act.OPEN_COUNTER),
    ("/desk", "desk.title", Act.SEE_APPOINTMENTS),
    ("/department", "department.title", Act.PLAN_DEPARTMENT),
    ("/admin", "admin.short", Act.CHANGE_SETTINGS),
    ("/admin/log", "log.title", Act.SEE_AUDIT_LOG),
)


def first_page(role: str, clerk_id: str | None) -> str:
    """Return where an account begins: a lead or administrator who is a clerk, too, at the counter."""
    is_clerk_too = role in {Role.LEAD, Role.ADMINISTRATOR} and clerk_id is not None
    return "/counter" if is_clerk_too else _FIRST.get(Role(role), "/counter")


def places(actor: Actor) -> list[tuple[str, str]]:
    """Return the address and the name (a key of the catalogues) of each face that somebody may use.

    What stands in the administration has its ways there (`web.admin.ways`).
    """
    found = [(path, name) for path, name, act in _SOMEWHERE if may_somewhere(actor, act)]
    if actor.role is not Role.ADMINISTRATOR and not actor.leads:
        found = [one for one in found if one[0] != "/department"]
    if may_somewhere(actor, Act.CHANGE_SETTINGS):
        found = [one for one in found if one[0] != "/admin/log"]
    return found
