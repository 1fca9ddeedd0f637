"""Limits that the desk lifts: who does it, and what is shown of it later.

What must not live here: which limits there are and when they are reached (`services.booking_limits`).
"""

from queue_server.services.booking_limits import Overrule
from queue_server.services.ports import Overruled
from queue_server.web import desk_view as view
from queue_server.web.noting import doer_of
from queue_server.web.pages import PageCall

SOMEBODY = "token"


async def overrule_of(call: PageCall, reason: str) -> Overrule | None:
    """Return who lifts a limit and why; None without a reason: nobody could say later why."""
    if not reason:
        return None
    return Overrule(await _who(call), reason, await doer_of(call.house, call.actor))


async def exceptions(call: PageCall, appointment_id: int) -> list[view.Values]:
    """Return what was lifted for one appointment, in words."""
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    found = await call.house.sequencer.look(site.id, lambda unit: unit.overrules(appointment_id))
    return [
        {
            "reason": call.say("desk.overruled", reason=one.reason),
            "what": call.say(f"desk.lifted_{one.what}"),
            "by": _name(call, one),
            "day": words.day(words.local(one.at.isoformat()).date()),
        }
        for one in found
    ]


async def _who(call: PageCall) -> str:
    """Return the clerk's id, else the account's user name: what a name was is known later too."""
    actor, house = call.actor, call.house
    if actor.clerk_id is not None or actor.session_id is None:
        return actor.clerk_id or actor.token_id or SOMEBODY
    session_id = actor.session_id
    account = await house.read(lambda conn: house.accounts.account_of_session(conn, session_id))
    return account.user if account else SOMEBODY


def _name(call: PageCall, one: Overruled) -> str:
    town, _ = call.house.offered(call.site_id)
    return next((clerk.name for clerk in town.clerks if clerk.id == one.by), one.by)
