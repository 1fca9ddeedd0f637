"""What all pages of the reception desk share: the frame around them, forms with their token, presses.

What must not live here: what one page shows, and any rule of the hall.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import FormData

from queue_server.domain.errors import Refusal
from queue_server.domain.town import Clerk, Site, Town, in_language
from queue_server.live.inbox import RequestKey
from queue_server.services import requests, staff
from queue_server.services.ports import Answer
from queue_server.services.wording import untold
from queue_server.web import calendar_conflicts
from queue_server.web.desk_view import words_for
from queue_server.web.pages import PageCall


async def frame(call: PageCall, site: Site) -> dict[str, Any]:
    """Return what the bar of every desk page shows."""
    clerk = clerk_of(call)
    counts = {
        "requests": await _requests(call, site),
        "letters": await _letters(call, site),
        "interpreters": await _interpreters(call, site),
    }
    return {
        **counts,
        "desk_ways": _ways(call, site, counts),
        "site": {"id": site.id, "name": in_language(site.name, call.language)},
        "clerk_name": clerk.name if clerk else "",
        "unread": _unread(call, site),
        "unattended": ", ".join(
            call.say("counter.room", room=room)
            for room in await call.house.sequencer.look(site.id, staff.unattended_rooms)
        ),
        "conflicts": await calendar_conflicts.count(call.house, site.id),
        "alarm": alarm_of(call, site),
        "csrf": call.house.csrf.token(call.request.scope),
        "q_day": words_for(call.say, site, call.house.clock()).today.isoformat(),
    }


def _ways(call: PageCall, site: Site, counts: Mapping[str, int | None]) -> list[tuple[str, str, bool]]:
    """Return what stands in the menu: path, words, and whether it does only where the bar has no room.

    Other sites are gone to now and then, and a town may have many: in the bar they cut the search short.
    """
    empty = [
        (f"/desk/{site.id}/{page}", call.say(f"desk.{page}"), True) for page, n in counts.items() if n == 0
    ]
    others = [one for one in sites_of(call) if one.id != site.id]
    return empty + [(f"/desk/{one.id}", in_language(one.name, call.language), False) for one in others]


def alarm_of(call: PageCall, site: Site, counter_id: str | None = None) -> dict[str, Any] | None:
    """Return what a page needs to call for help, and to hear of it; None where it is switched off."""
    if not site.staff_alarm:
        return None
    return {"site": site.id, "counter": counter_id, "texts": call.say.of_faces("alarm")}


async def _requests(call: PageCall, site: Site) -> int | None:
    """Count what waits for the secretariat; None where nothing ever does."""
    town, _ = call.house.town_and_site(site.id)
    if not any(site.id in service.site_ids and service.confirm_first for service in town.services):
        return None
    return await call.house.sequencer.look(site.id, requests.count_waiting)


async def _interpreters(call: PageCall, site: Site) -> int | None:
    """Count for whom one is still to be found or to be told; None where there is nothing of it.

    Away from the writer's thread: each page of the desk asks.
    """
    house = call.house
    count = await house.read(lambda c: house.interpreter_orders.count_open(c, site.id, house.clock()))
    return count if count or site.interpreter_languages else None


async def _letters(call: PageCall, site: Site) -> int:
    """Count the letters that somebody should look at: late, given up, held back."""
    house = call.house
    backlog = (await house.read(lambda conn: house.letters.backlogs(conn, house.clock()))).get(site.id)
    return backlog.late_count + backlog.failed_count + backlog.held_count if backlog else 0


def _unread(call: PageCall, site: Site) -> str:
    """Name the clerks of the site whose times are not offered, because their calendar cannot be read."""
    town, _ = call.house.town_and_site(site.id)
    unknown = call.house.clerk_calendars.unknown()
    return ", ".join(one.name for one in town.clerks if one.id in unknown and site.id in one.site_ids)


def sites_of(call: PageCall) -> list[Site]:
    """Return the sites whose desk this actor may stand at: the clerk's own, or all of the town."""
    clerk, actor = clerk_of(call), call.actor
    return [
        site
        for town, site in call.house.directory.sites.values()
        if town.id == actor.organisation_id
        and actor.site_id in {None, site.id}
        and (clerk is None or site.id in clerk.site_ids)
    ]


def clerk_of(call: PageCall) -> Clerk | None:
    towns: dict[str, Town] = {town.id: town for town, _ in call.house.directory.sites.values()}
    town = towns.get(call.actor.organisation_id)
    return next((one for one in town.clerks if one.id == call.actor.clerk_id), None) if town else None


def hidden_from(call: PageCall, town: Town) -> frozenset[str]:
    """Return the services of which who is signed in here learns no more than that somebody comes."""
    return untold(town, clerk_of(call))


def client_of(call: PageCall) -> str:
    """Return whose hold it is: the clerk's session."""
    return call.actor.session_id or call.actor.token_id or ""


def refusal_words(call: PageCall, refusal: Refusal) -> str:
    """Say a refusal to a clerk: where the visitor's words would be out of place, there are others."""
    own = f"desk.refused_{refusal.text}"
    return call.say(own if own in call.say else f"error.{refusal.text}", **refusal.params)


async def checked_form(call: PageCall) -> FormData:
    """Read a form of ours; raises WrongCsrf for one that is not."""
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    return form


async def do(
    call: PageCall, form: FormData, work: Callable[..., Answer], *, beside: str | None = None
) -> Answer:
    """Run a use case once for one press: the same form sent twice gets the first answer (failure 2).

    With `beside` it changes that site, too, in the same commit, and gets the units of both.
    """
    key, sequencer = _press(call, form), call.house.sequencer
    if beside is not None:
        return await sequencer.do_at_two(call.site_id, beside, work, key)
    return await sequencer.do(call.site_id, work, key)


def _press(call: PageCall, form: FormData) -> RequestKey | None:
    request_id = str(form.get("request_id") or "")[:40]
    if not request_id:
        return None
    fields = sorted((name, str(value)) for name, value in form.multi_items() if name != "csrf")
    told = f"{call.request.scope['path']}\n{fields}"
    return RequestKey(client_of(call), request_id, hashlib.sha256(told.encode()).hexdigest())
