"""The clerks' pages: taking a counter, and the counter itself.

The pages' scripts get everything else by the counter's socket; here is only what a settings change may
alter: names of services and documents, rooms, devices. Visitors' data never stand in a page.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from queue_server.domain.access import Act, Role
from queue_server.domain.availability import present_until
from queue_server.domain.needs import NEEDS
from queue_server.domain.town import (
    Channel,
    Clerk,
    Counter,
    Service,
    Site,
    Town,
    end_minute,
    in_language,
    services_at,
)
from queue_server.services.wording import in_words, papers_in_words, untold
from queue_server.web import calendar_conflicts
from queue_server.web.condition import program_version
from queue_server.web.desk_frame import alarm_of
from queue_server.web.languages import name_in
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

FACES: Final = ("counter", "error", "common")


async def choose_page(call: PageCall) -> Response:
    """Show the counters of the clerk's sites and who is there; taking one is a POST of its script."""
    actor = call.actor
    found = [
        (town, site)
        for town, site in call.house.directory.sites.values()
        if town.id == actor.organisation_id
        and actor.site_id in {None, site.id}
        and _works_at(call, town, site)
    ]
    config = {
        "clerk_id": actor.clerk_id,
        "clerk_name": _clerk_name(call),
        "sites": [_site_to_choose(call, town, site) for town, site in found],
    }
    return call.page(
        "counter_choose.html",
        faces=FACES,
        config=config,
        sites=config["sites"],
        clerk_name=_clerk_name(call),
        csrf=call.house.csrf.token(call.request.scope),
    )


async def counter_page(call: PageCall) -> Response:
    """The page a clerk works with all day. Reading it changes nothing: a refresh calls nobody."""
    town, site = call.house.town_and_site(call.site_id)
    counter = next(c for c in site.counters if c.id == call.id)
    hidden = untold(town, _clerk(call, town))
    config = {
        "clerk_id": call.actor.clerk_id if _works_at(call, town, site) else None,
        "counter": _counter(site, counter),
        "site": _site(call, site),
        "services": {
            s.id: _service(call, s, is_untold=s.id in hidden)
            for s in services_at(town, site.id)
            if s.channel is Channel.HERE
        },
        "categories": [{"id": c.id, "name": in_language(c.name, call.language)} for c in town.categories],
        "languages": list(town.languages),
        "language_names": {one: name_in(call.say, one) for one in town.languages},
        "needs": sorted(NEEDS),
        "interpreted": {one: name_in(call.say, one) for one in site.interpreter_languages},
        "config_version": call.house.hub.config_version,
        "program": program_version(),
    }
    return call.page(
        "counter.html",
        faces=FACES,
        config=config,
        clerk_name=_clerk_name(call),
        site_name=in_language(site.name, call.language),
        alarm=alarm_of(call, site, counter.id),
        csrf=call.house.csrf.token(call.request.scope),
        **await _calendar(call),
    )


async def calendar_part(call: PageCall) -> Response:
    """What the clerk's own calendar contradicts, as a part of the page: its script asks now and then."""
    return call.page("counter_calendar.html", **await _calendar(call))


async def _calendar(call: PageCall) -> dict[str, Any]:
    clerk_id = call.actor.clerk_id
    found = await calendar_conflicts.count(call.house, call.site_id, clerk_id) if clerk_id else 0
    return {"conflicts": found, "site_id": call.site_id}


def _works_at(call: PageCall, town: Town, site: Site) -> bool:
    clerk = _clerk(call, town)
    return call.actor.role is Role.ADMINISTRATOR if clerk is None else site.id in clerk.site_ids


def _clerk(call: PageCall, town: Town) -> Clerk | None:
    return next((clerk for clerk in town.clerks if clerk.id == call.actor.clerk_id), None)


def _clerk_name(call: PageCall) -> str:
    towns = (town for town, _ in call.house.directory.sites.values() if town.id == call.actor.organisation_id)
    found = (_clerk(call, town) for town in towns)
    return next((clerk.name for clerk in found if clerk is not None), "")


def _site_to_choose(call: PageCall, town: Town, site: Site) -> dict[str, Any]:
    clerk = _clerk(call, town)
    return {
        "id": site.id,
        "name": in_language(site.name, call.language),
        "counters": [_counter(site, counter) for counter in site.counters],
        "rostered": [] if clerk is None else sorted(_rostered(call, clerk, site)),
    }


def _rostered(call: PageCall, clerk: Clerk, site: Site) -> set[str]:
    """Return the counters where the roster puts the clerk now, or within the next hour."""
    now = call.house.clock().astimezone(ZoneInfo(site.time_zone))
    soon, today = now + timedelta(hours=1), now.date()
    if now.hour * 60 + now.minute >= present_until(clerk, today):
        return set()
    return {
        entry.counter_id
        for entry in clerk.roster
        if entry.counter_id is not None
        and entry.site_id == site.id
        and entry.weekday == today.weekday()
        and (entry.valid_from or today) <= today <= (entry.valid_until or today)
        and entry.works_from <= (soon.time() if soon.date() == today else now.time().max)
        and now.hour * 60 + now.minute < end_minute(entry.works_until)
    }


def _counter(site: Site, counter: Counter) -> dict[str, Any]:
    room = next(room for room in site.rooms if room.id == counter.room_id)
    return {"id": counter.id, "name": counter.name, "room": room.name, "floor": room.floor}


def _site(call: PageCall, site: Site) -> dict[str, Any]:
    def named(things: Iterable[Any]) -> dict[str, str]:
        return {
            one.id: one.name if isinstance(one.name, str) else in_language(one.name, call.language)
            for one in things
        }

    return {
        "id": site.id,
        "name": in_language(site.name, call.language),
        "areas": named(site.areas),
        "displays": named(site.displays),
        "kiosks": named(site.kiosks),
        "call_mode": site.call_mode.value,
        "no_show_after_s": site.no_show_after_s,
    }


def _service(call: PageCall, service: Service, *, is_untold: bool) -> dict[str, Any]:
    """Return what the page knows of a service. `listed` stands for a visitor's concern that is not told."""
    return {
        "name": in_language(service.name, call.language),
        "category": service.category_id,
        "minutes": service.minutes,
        "max_count": service.max_count,
        "listed": call.say("common.confidential") if is_untold else None,
        "counted": [in_words(call.say, service, n) for n in range(1, service.max_count + 1)],
        "documents": [] if is_untold else papers_in_words(call.say, [service]),
    }


ROUTES = [
    PageRoute("/counter", choose_page, Act.OPEN_COUNTER, SOMEWHERE),
    PageRoute("/counter/{counter}", counter_page, Act.SEE_COUNTER, "counter"),
    PageRoute("/counter/{counter}/calendar", calendar_part, Act.SEE_COUNTER, "counter"),
]
