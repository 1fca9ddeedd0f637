"""The reception desk `/desk`: booking by phone in half a minute, walk-in numbers, the clerk's view of a time.

What lives here: the routes, and how they answer with and without scripts. What must not: reading forms
(`desk_wish`), wording (`desk_view`), appointments opened again (`page_desk_visits`). A search and a booking
come in bodies, never in addresses: addresses are logged, and names are not.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, NotFound, NotTogether, Refusal
from queue_server.domain.interpreting import code_for
from queue_server.domain.needs import NEEDS
from queue_server.domain.person import Person
from queue_server.domain.person_fields import reason_for
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Site, in_language
from queue_server.services import booking, offer, reception
from queue_server.services.booking_limits import Overrule
from queue_server.services.concerns import (
    PERSONS_MOST,
    Choice,
    asking,
    choose,
    require_together,
    services_by_id,
    takes_walk_ins,
)
from queue_server.services.in_parts import choose_visit, second_starts
from queue_server.services.last_look import clerks_of_time
from queue_server.services.named_clerks import same_clerk
from queue_server.services.ports import Answer, Unit
from queue_server.web import desk_moving
from queue_server.web import desk_view as view
from queue_server.web.desk_exceptions import overrule_of
from queue_server.web.desk_frame import (
    checked_form,
    client_of,
    do,
    frame,
    hidden_from,
    refusal_words,
    sites_of,
)
from queue_server.web.desk_wish import REMINDERS, Typed, Wish, read_typed, read_wish
from queue_server.web.errors import status_of
from queue_server.web.languages import name_in, spoken_at
from queue_server.web.last_look import read_calendars
from queue_server.web.naming import SOMEWHERE
from queue_server.web.need_words import in_words
from queue_server.web.pages import PageCall, PageRoute

DAYS_SHOWN: Final = 5
DAYS_LOOKED_AT: Final = 60
_TOLD: Final = ("name", "contact")
"""What the form asks of the person."""
LIMITS: Final = frozenset({"too_many_bookings"})
"""Refusals that a clerk may overrule with a reason. A taken time is none: nobody can be in two places."""


async def entry_page(call: PageCall) -> Response:
    """Go to the desk of the clerk's own building; the others are one press away."""
    places = sites_of(call)
    if not places:
        raise NotFound(what="site")
    return RedirectResponse(f"/desk/{places[0].id}", status_code=303)


async def desk_page(call: PageCall) -> Response:
    """Show concern, times and person in one view. Reading changes nothing and holds nothing."""
    town, site = call.house.offered(call.site_id)
    wish = read_wish(call.request.query_params, services_by_id(town, site))
    return await _show(call, wish, Typed(language=call.language, reminder=str(site.reminder_default or "")))


async def book(call: PageCall) -> Response:
    """Take the form: hold and book in one commit, or show the page again with all that was typed."""
    form = await checked_form(call)
    town, site = call.house.offered(call.site_id)
    wish = read_wish(form, services_by_id(town, site))
    typed = read_typed(form, [*call.house.texts], call.language, site.reminder_default)
    if wish.move:
        typed = replace(typed, problems={name: key for name, key in typed.problems.items() if name == "at"})
    elif typed.sms and "contact" not in typed.problems and not await _takes_sms(call, typed.phone):
        typed = replace(typed, problems={**typed.problems, "contact": "desk.problem_sms"})
    if not wish.pairs and not wish.move:
        return await _show(call, wish, typed, message=call.say("desk.problem_concern"), status=422)
    if typed.problems:
        return await _show(
            call, _near(call, wish, typed), typed, message=call.say("desk.problem_form"), status=422
        )
    try:
        overrule = await overrule_of(call, typed.reason)
        if wish.move:
            starts_at = typed.starts_at(ZoneInfo(site.time_zone))
            answer = await desk_moving.move(call, form, wish.move, starts_at)
        else:
            await read_calendars(call.house, site.id, _whose(wish, typed, ZoneInfo(site.time_zone)))
            answer = await do(call, form, _booking(call, wish, typed, overrule))
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        return await _show(
            call,
            _near(call, wish, typed),
            typed,
            message=refusal_words(call, refusal),
            status=status_of(refusal.code),
            may_overrule=refusal.code in LIMITS,
        )
    done = "moved" if wish.move else "booked"
    return RedirectResponse(
        f"/desk/{call.site_id}/appointments/{answer['reference']}?done={done}", status_code=303
    )


async def _takes_sms(call: PageCall, phone: str) -> bool:
    return bool(phone) and await asyncio.to_thread(call.house.sms.mobile, phone) is not None


def _near(call: PageCall, wish: Wish, typed: Typed) -> Wish:
    """Ask for the day of the chosen time: it stays chosen, or what is next to it may be wanted instead."""
    if not typed.at:
        return wish
    zone = ZoneInfo(call.house.site(call.site_id).time_zone)
    return replace(wish, day=typed.starts_at(zone).astimezone(zone).date())


async def walk_in(call: PageCall) -> Response:
    """Give a number now. The desk may, also when the kiosks do not."""
    form = await checked_form(call)
    town, site = call.house.town_and_site(call.site_id)
    wish = read_wish(form, services_by_id(town, site))
    if not wish.pairs:
        raise BadInput(field="services")

    def work(unit: Unit) -> Answer:
        require_together(unit.town, wish.pairs)
        choice = choose(unit.town, unit.site, wish.pairs, wish.persons, walk_in=False)
        return reception.take_ticket(unit, choice, origin=Origin.DESK, language=call.language)

    answer = await do(call, form, work)
    call.house.speech.number_drawn(site, answer["number"])
    return RedirectResponse(f"/desk/{site.id}/tickets/{answer['id']}", status_code=303)


def _booking(call: PageCall, wish: Wish, typed: Typed, overrule: Overrule | None) -> Callable[[Unit], Answer]:
    client = client_of(call)
    starts_at = typed.starts_at(ZoneInfo(call.house.site(call.site_id).time_zone))
    person = Person(
        name=typed.name,
        email=typed.email,
        phone=typed.phone,
        remarks=typed.remarks,
        needs=typed.needs,
        reminder_min=typed.reminder_min,
        sms=typed.sms,
    )

    def work(unit: Unit) -> Answer:
        if person.sms:
            unit.allow_sms(person.phone)  # its owner says so on the phone, whatever was said before
        require_together(unit.eras.offered[0], wish.pairs)
        choice = asking(choose_visit(*unit.eras.offered, wish.pairs, wish.persons), typed.needs_of_time)
        held = booking.hold(unit, choice, starts_at, channel="desk", client=client, overrule=overrule)
        return booking.confirm(unit, held["id"], client, person, typed.language, overrule=overrule)

    return work


def _whose(wish: Wish, typed: Typed, zone: ZoneInfo) -> Callable[[Unit], list[str]]:
    starts_at = typed.starts_at(zone)

    def whose(unit: Unit) -> list[str]:
        choice = asking(choose_visit(*unit.eras.offered, wish.pairs, wish.persons), typed.needs_of_time)
        return clerks_of_time(unit, choice, starts_at)

    return whose


async def _show(
    call: PageCall,
    wish: Wish,
    typed: Typed,
    *,
    message: str = "",
    status: int = 200,
    may_overrule: bool = False,
) -> Response:
    town, site = call.house.offered(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    found = await call.house.sequencer.look(site.id, lambda unit: _look(unit, wish, words.today))
    wish = found["wish"]
    days = [view.day_of(words, wish, day, whole=day["date"] == _iso(wish.day)) for day in found["days"]]
    moving, move_to = found["moving"], []
    hidden = hidden_from(call, town) if moving is not None else frozenset()  # what is chosen here is known
    if moving is not None:
        old_site = desk_moving.require_desk(call, moving["site"])
        move_to = desk_moving.other_sites(call, moving)
        moving = view.appointment(words, town, old_site, moving, hidden) | {
            "site": {"id": old_site.id, "name": in_language(old_site.name, call.language)}
        }
    return call.page(
        "desk.html",
        status=status,
        faces=("desk",),
        config={"services": view.to_find(town, site, call.say, words.today)},
        message=message,
        may_overrule=may_overrule,
        reasons={one: in_language(reason_for(site.field_reasons, one), call.language) for one in _TOLD},
        problems=dict.fromkeys(("at", "contact", "reason"), "") | dict(typed.problems),
        wish=wish,
        typed=typed,
        moving=moving,
        move_to=move_to,
        chosen=view.chosen(town, wish.pairs, call.say, hidden),
        papers=view.papers(town, wish.pairs, call.say, hidden),
        categories=view.by_category(town, site, call.say),
        minutes=found["minutes"],
        days=days,
        closed_day=_why_not(words, wish, found["reason"], call),
        no_times=call.say(found["why_none"]),
        now=found["now"],
        soonest=f"?{view.concern_query(wish)}",
        today=words.today.isoformat(),
        persons_most=PERSONS_MOST,
        reminders=REMINDERS,
        sms_offered=site.sms,
        needs=_needs(call),
        interpreters_of=_interpreters(call, site),
        languages=[(code, name_in(call.say, code)) for code in spoken_at(town, site, call.house.texts)],
        request_id=secrets.token_hex(8),
        keys=_keys(call),
        **await frame(call, site),
    )


def _look(unit: Unit, wish: Wish, today: date) -> Answer:
    """Return everything the page shows of the site's memory, in one look between two batches."""
    moving = desk_moving.moving_of(unit, wish.move) if wish.move else None
    if moving is not None:
        wish = Wish(desk_moving.pairs_of(moving["services"]), moving["persons"], wish.day, wish.move)
    empty: Answer = {"days": [], "reason": None, "now": None, "minutes": 0, "why_none": "desk.no_times"}
    if not wish.pairs:
        return {"wish": wish, "moving": moving, **empty}
    choice = choose(*unit.eras.offered, wish.pairs, wish.persons, walk_in=False)
    if moving is not None:
        choice = same_clerk(*unit.eras.offered, choice, moving["clerk_id"])
    seen = {**empty, "wish": wish, "moving": moving, "minutes": choice.expected_min}
    seen["now"] = _now(unit, choice, wish, today)
    try:
        if moving is None:
            require_together(unit.eras.offered[0], wish.pairs)
        visit = choose_visit(*unit.eras.offered, wish.pairs, wish.persons)
    except offer.NotBookable:
        return {**seen, "why_none": "desk.no_bookings"}
    except NotTogether:
        return {**seen, "why_none": "error.not_together", "now": None}
    choice = visit if moving is None else asking(choice, moving["asks"])
    return seen | _times(unit, choice, wish.day, today)


def _times(unit: Unit, choice: Choice, wanted: date | None, today: date) -> Answer:
    first = max(wanted or today, today)
    sheet = offer.month(unit, choice, first, first + timedelta(days=DAYS_LOOKED_AT))["days"]
    free = [date.fromisoformat(day["date"]) for day in sheet if day["state"] == "free"]
    asked = sheet[0] if wanted is not None and sheet[0]["state"] != "free" else None
    days = [offer.times(unit, choice, day) for day in free[:DAYS_SHOWN]]
    return {
        "days": [day | {"then": second_starts(unit, choice, day["times"])} for day in days],
        "reason": asked,
    }


def _now(unit: Unit, choice: Choice, wish: Wish, today: date) -> Answer | None:
    """Return how long a walk-in would wait, for what walk-ins may come for today."""
    services = services_by_id(unit.town, unit.site)
    known = [services[service_id] for service_id, _ in wish.pairs if service_id in services]
    if len(known) < len(wish.pairs) or not all(takes_walk_ins(one, unit.site, today) for one in known):
        return None
    guess = reception.quote(unit, choice)
    return {"wait": reception.wait_answer(unit, guess)}


def _why_not(words: view.Words, wish: Wish, asked: Answer | None, call: PageCall) -> str:
    if asked is None or wish.day is None:
        return ""
    reason = call.say.in_words(asked["reason"] or {})
    day = words.day(wish.day)
    said = call.say(f"desk.day_{asked['state']}", day=day)
    return f"{said} {reason}".strip()


def _needs(call: PageCall) -> list[tuple[str, str]]:
    """Return what may be ticked, in words."""
    return [(one, in_words(call.say, one, "counter")) for one in sorted(NEEDS - {"priority", "interpreter"})]


def _interpreters(call: PageCall, site: Site) -> list[tuple[str, str]]:
    """Return of which languages one may be chosen, in words; none where the site finds nobody."""
    return [(code_for(one), name_in(call.say, one)) for one in site.interpreter_languages]


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _keys(call: PageCall) -> Any:
    return view.keys(
        call.say,
        ("1", "desk.concern", {"⏎": "desk.key_add", "1…9 + − ⌫": "desk.key_count"}),
        ("2", "desk.times", {"← → ↑ ↓": "desk.key_choose", "D": "desk.key_day", "W": "desk.key_walk_in"}),
        ("3", "desk.person", {"⏎": "desk.key_book"}),
        ("", "desk.everywhere", {"/": "desk.key_search", "Esc": "desk.key_back"}),
    )


ROUTES = [
    PageRoute("/desk", entry_page, Act.SEE_APPOINTMENTS, SOMEWHERE),
    PageRoute("/desk/{site}", desk_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}", book, Act.WORK_AT_DESK, "site", methods=("POST",)),
    PageRoute("/desk/{site}/walk-in", walk_in, Act.WORK_AT_DESK, "site", methods=("POST",)),
]
