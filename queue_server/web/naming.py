"""What the address of a route names, and the right to it: asked before the route's handler runs.

What lives here: from a route's row to the thing, and the one place that asks. What must not: who may
(`domain.access`), and what an address does.

A route names what stands in its address (`site`, `counter` …), or `TOWN`: the actor's own organisation as a
whole, or `SOMEWHERE`: nothing yet, for a page that only leads on to such things.
"""

from collections.abc import Mapping
from typing import Any, Final

from queue_server.domain.access import THE_SERVER, Act, Actor, Kind, Thing, require, require_somewhere
from queue_server.web.house import House

TOWN: Final = "town"
SOMEWHERE: Final = "somewhere"
NAMED: Final = {"site": Kind.SITE, "counter": Kind.COUNTER, "display": Kind.DISPLAY, "kiosk": Kind.KIOSK}
NAMED_BY_TOWN: Final = {"department": Kind.DEPARTMENT}
"""Their ids count within an organisation: two towns may each have an `office`."""


async def thing_of(house: House, actor: Actor, named: str | None, params: Mapping[str, Any]) -> Thing | None:
    """Return what the address names, None for nothing. What was made a moment ago is looked for again.

    The command line makes devices and clerks beside us; strangers do not make us read the set-up.
    """
    found = _thing_of(house, actor, named, params)
    if actor.organisation_id and (found is None or not house.directory.knows(actor)):
        await house.renew_if_changed()
        found = _thing_of(house, actor, named, params)
    return found


def require_named(actor: Actor, act: Act, named: str | None, thing: Thing | None) -> None:
    """Refuse who may not do that to what a route names. Raises SignInRequired, NotFound, Forbidden."""
    if named == SOMEWHERE:
        require_somewhere(actor, act)
    else:
        require(actor, act, thing)


def _thing_of(house: House, actor: Actor, named: str | None, params: Mapping[str, Any]) -> Thing | None:
    if named is None or named == SOMEWHERE:
        return THE_SERVER
    if named == TOWN:
        return Thing(Kind.ORGANISATION, actor.organisation_id, None, actor.organisation_id)
    if named in NAMED_BY_TOWN:
        return house.directory.departments.get((actor.organisation_id, params[named]))
    return house.directory.thing(NAMED[named], params[named])
