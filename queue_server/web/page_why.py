"""`/counter/{counter}/why`, `/admin/log/why`: why one number was called before another, in plain words.

A clerk asks about the running day, an auditor about any day that is still in the log. The visitor's own page
tells it there. What must not live here: what decided (`domain.why`).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.engine import Connection
from starlette.responses import Response

from queue_server.domain.access import Act, Kind, Thing, may
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Site, in_language
from queue_server.domain.why import Answer, Side, numbered, why
from queue_server.services.locales import clock, locale_of
from queue_server.web.house import House
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.texts import STAFF_LANGUAGES

_NUMBER: Final = re.compile("[0-9]{3,4}")


@dataclass(slots=True)
class Asked:
    """What was typed, and what is wrong with it by field."""

    day: date
    typed: dict[str, str]
    errors: dict[str, str]

    @property
    def numbers(self) -> tuple[int, int] | None:
        """Return both numbers; None as long as they are not two."""
        if self.errors or not (self.typed["one"] and self.typed["other"]):
            return None
        return int(self.typed["one"]), int(self.typed["other"])


async def counter_why_page(call: PageCall) -> Response:
    """Answer a clerk about today. Reading changes nothing."""
    _, site = call.house.town_and_site(call.site_id)
    asked = _asked(call, _today(call, site), may_choose=False)
    return await _answered(call, site, asked, back=f"/counter/{call.id}", sites=[])


async def past_why_page(call: PageCall) -> Response:
    """Answer who reads the log, about any day and any site that is theirs."""
    sites = [site for _, site in call.house.directory.sites.values() if _is_theirs(call, site)]
    if not sites:
        raise NotFound(what="site")
    wanted = call.request.query_params.get("site", "")
    site = next((one for one in sites if one.id == wanted), sites[0])
    asked = _asked(call, _today(call, site), may_choose=True)
    return await _answered(call, site, asked, back="/admin/log", sites=sites)


def _is_theirs(call: PageCall, site: Site) -> bool:
    organisation = call.house.directory.sites[site.id][0].id
    return may(call.actor, Act.SEE_AUDIT_LOG, Thing(Kind.SITE, organisation, site.id, site.id))


def _today(call: PageCall, site: Site) -> date:
    return business_day(call.house.clock(), ZoneInfo(site.time_zone))


def _asked(call: PageCall, today: date, *, may_choose: bool) -> Asked:
    given, errors, day = call.request.query_params, dict[str, str](), today
    typed = {name: given.get(name, "").strip()[:10] for name in ("one", "other", "day")}
    if may_choose and typed["day"]:
        try:
            day = date.fromisoformat(typed["day"])
        except ValueError:
            errors["day"] = call.say("why.wrong_day")
    for name in ("one", "other"):
        if typed[name] and not _NUMBER.fullmatch(typed[name]):
            errors[name] = call.say("why.wrong_number")
    if typed["one"] and typed["one"] == typed["other"]:
        errors["other"] = call.say("why.same_number")
    return Asked(day, typed | {"day": typed["day"] or today.isoformat()}, errors)


async def _answered(call: PageCall, site: Site, asked: Asked, back: str, sites: list[Site]) -> Response:
    answer: dict[str, Any] = {}
    if asked.numbers is not None:
        found = await call.house.read(partial(_find, call.house, site, asked))
        if isinstance(found, int):
            name = "one" if found == asked.numbers[0] else "other"
            asked.errors[name] = call.say("why.unknown", number=found)
        else:
            answer = _told(call, site, found)
    return call.page(
        "why.html",
        status=422 if asked.errors else 200,
        languages=list(STAFF_LANGUAGES),
        csrf=call.house.csrf.token(call.request.scope),
        typed=asked.typed,
        errors=asked.errors,
        answer=answer,
        day=format_date(asked.day, "full", locale=locale_of(call.language)),
        back=back,
        sites=[(one.id, in_language(one.name, call.language)) for one in sites],
        site_id=site.id,
        may_choose=bool(sites),
    )


def _find(house: House, site: Site, asked: Asked, connection: Connection) -> Answer | int:
    """Return the answer, or the number that nobody had that day."""
    log = house.day_log.of_day(connection, site.id, asked.day)
    ids = []
    for number in asked.numbers or ():
        id_ = numbered(log, number)
        if id_ is None:
            return number
        ids.append(id_)
    answer = why(log, asked.day, *ids)
    if answer is None:
        raise NotFound(what="ticket")
    return answer


def _told(call: PageCall, site: Site, found: Answer) -> dict[str, Any]:
    zone, first, other = ZoneInfo(site.time_zone), found.first.number, found.other.number
    room = next((one.room_id for one in site.counters if one.id == found.counter_id), "")
    name = next((one.name for one in site.rooms if one.id == room), found.counter_id)
    numbers: dict[str, Any] = {"first": first, "other": other}
    head = call.say("why.stands_before", **numbers)
    if found.at is not None:
        head = call.say("why.called_before", time=_clock(found.at, zone), room=name, **numbers)
    return {
        "head": head,
        "because": call.say(f"why.because_{found.reason.value}", **numbers),
        "sides": [_side(call, one, zone) for one in (found.first, found.other)],
    }


def _side(call: PageCall, side: Side, zone: ZoneInfo) -> dict[str, str | int]:
    reason = call.say(f"why.due_{side.due_reason.value}") if side.due_reason else ""
    adjusted = call.say(f"why.adjusted_{side.adjustment.value}") if side.adjustment else ""
    return {
        "number": side.number,
        "arrived": _clock(side.arrived_at, zone),
        "due": _clock(side.due_at, zone) if side.due_at else "–",
        "reason": " ".join(filter(None, (reason, adjusted))),
    }


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return clock(at.astimezone(zone))


ROUTES: Final = [
    PageRoute("/counter/{counter}/why", counter_why_page, Act.SEE_COUNTER, "counter"),
    PageRoute("/admin/log/why", past_why_page, Act.SEE_AUDIT_LOG, SOMEWHERE),
]
