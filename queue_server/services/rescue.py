"""Day rescue: somebody is away or a site stays closed, and what is booked goes elsewhere in one step.

What lives here: doing what was chosen in one transaction over all sites concerned. What must not: the
proposals (`services.rescue_preview`), the rules (`services.rescue_rules`), the matching (`domain.rescue`),
taking it back (`services.rescue_undo`), and the set-up itself: who calls `rescue` has entered the absence
before, so that nobody books into it, and kept in that commit that the rescue has begun
(`services.rescue_kept`).

Whoever only gets another clerk is not written to: for them nothing changes. Two walls stand against double
booking, as everywhere: the locks of the sites, and a unique row for each five minutes of a clerk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from queue_server.domain.administration import Doer, Done
from queue_server.domain.errors import NotFound
from queue_server.domain.rescue import Place
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.slots import time_of
from queue_server.services import booking_letters as letters
from queue_server.services import requests
from queue_server.services.booked_numbers import draw
from queue_server.services.holding import keep
from queue_server.services.moving import carry, swap
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue_kept import CLIENT, counted, is_over, item_of, thing_of
from queue_server.services.rescue_rules import Day, Found, broken_on
from queue_server.services.rescue_together import bring_both
from queue_server.services.rescue_visits import Visit, visits_of
from queue_server.services.seating import reseat, seat_of

ASK, LEAVE = "ask", "leave"
"""Instead of a place: the visitor is asked to choose another time, or nothing is done."""
_AND: Final = "+"
AT_ONCE: Final = 400
"""So many are moved or written to in one press: it is one commit, and calls that come in wait for it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A rescue to be done.

    `wishes` maps references to `written` places, `ASK` or `LEAVE`; `services` limits it to appointments for
    one of these, None is all.
    """

    id: str
    cause: Cause
    services: frozenset[str] | None
    wishes: dict[str, str]
    doer: Doer


# -- places, as a form sends them ----------------------------------------------------------------------


def how_of(site_id: str, start: int, place: Place) -> str:
    """Return what a place changes for the visitor."""
    if place.site_id != site_id:
        return "site"
    return "time" if place.start != start else "clerk"


def in_turn(visit: Visit) -> tuple[datetime, str]:
    """Return by what they are put in order: who is done first may take what somebody else gives up."""
    return visit.lead.appointment.starts_at, visit.lead.appointment.reference


def written(place: Place) -> str:
    """Return a place as a form sends it."""
    return f"{place.site_id}|{place.clerk_id}|{place.start}"


def written_all(places: Sequence[Place]) -> str:
    """Return the places of a pair, or the only one, as a form sends them."""
    return _AND.join(map(written, places))


def read_places(text: str, count: int) -> tuple[Place, ...] | None:
    """Return so many places that a form sent together; None for anything else."""
    found = tuple(place for part in text.split(_AND, count) if (place := read_place(part)) is not None)
    return found if len(found) == count == text.count(_AND) + 1 else None


def read_place(text: str) -> Place | None:
    """Return the place that a form sent; None for anything else."""
    parts = text.split("|")
    is_place = len(parts) == 3 and parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 10
    return Place(parts[0], parts[1], int(parts[2])) if is_place else None


# -- doing it ------------------------------------------------------------------------------------------


def rescue(units: Sequence[Unit], plan: Plan) -> Answer:
    """Do what was chosen, all in this transaction; the same plan again is not done twice.

    `units` are all sites that it concerns. What is no longer possible, because somebody was quicker, is left
    as it is and told: `how` of each item is `clerk`, `time`, `site`, `asked`, `waits`, `request`, `left`,
    `open`, or `later` for what is beyond `AT_ONCE` and for the next press. Raises `NotFound` for a rescue
    that has not begun.
    """
    begun = units[0].rescue(plan.id)
    if begun is None:
        raise NotFound(what="rescue")
    if is_over(begun):
        return begun.body
    for unit in units:
        requests.expire(unit)  # what has run out was free to be chosen
    items: list[Answer] = []
    asked: set[tuple[str, int]] = set()
    done = 0
    for on in plan.cause.days:
        found = [*broken_on(units, plan.cause, on, plan.services)]
        day = Day(units, plan.cause, on)
        for visit in sorted(visits_of(found, plan.services), key=in_turn):
            wish = _wish_for(visit, plan.wishes)
            if wish is None:
                continue
            is_later = done >= AT_ONCE
            new = _all(visit, "later") if is_later else _do_visit(units, day, visit, wish, asked, plan.id)
            done += sum(item["to"] is not None or bool(item["told"]) for item in new)
            items += new
    body = {**begun.body, "items": items}
    first = units[0]
    first.keep_rescue(replace(begun, body=body, made_at=first.now))  # it may have begun long before
    for unit in units:
        _reseat_holds(unit, plan.cause)  # after what is booked: it goes first
    kind, ref = thing_of(plan.cause)
    first.note(plan.doer, Done.DAY_RESCUED, kind, ref, after=counted(items))
    return body


def _wish_for(visit: Visit, wishes: dict[str, str]) -> str | None:
    """Return what was chosen; None where the page did not show it."""
    chosen = (wishes.get(one.appointment.reference) for one in visit.parts)
    return next((wish for wish in chosen if wish is not None), None)


def _do_visit(
    units: Sequence[Unit], day: Day, visit: Visit, wish: str, asked: set[tuple[str, int]], press: str
) -> list[Answer]:
    if not visit.is_pair:
        return [_do(units, day, visit.lead, wish, asked, press)]
    if visit.lead.is_asked and wish in {ASK, LEAVE}:
        return _all(visit, "waits")
    if wish == ASK:
        return [_item(one, "asked") | _ask(one, asked, press) for one in visit.lost]
    if wish == LEAVE:
        return _all(visit, "left")
    places = read_places(wish, len(visit.parts))
    if places is None or not day.pair(visit.parts).allows(day.span, (places[0], places[1])):
        return _all(visit, "open")
    return bring_both(day, visit, places)


def _all(visit: Visit, how: str) -> list[Answer]:
    return [_item(one, how) for one in visit.lost]


def _do(
    units: Sequence[Unit], day: Day, found: Found, wish: str, asked: set[tuple[str, int]], press: str
) -> Answer:
    item = _item(found, "left")
    if found.is_asked and wish in {ASK, LEAVE}:
        return item | {"how": "waits"}  # nobody is asked twice about one time
    if found.is_request:
        return item | _reseat(day, found, wish)
    if wish == ASK:
        return item | _ask(found, asked, press)
    if wish == LEAVE:
        return item
    place = read_place(wish)
    if place is None or not day.allows(found, place):
        return item | {"how": "open"}
    target = next(each for each in units if each.site.id == place.site_id)
    return item | _bring(day, found, target, place)


def _item(found: Found, how: str) -> Answer:
    return item_of(found.unit.site.id, found.appointment, how)


def _reseat(day: Day, found: Found, wish: str) -> Answer:
    """Give a request to somebody else at its time: any other is between its visitor and who confirms."""
    if wish in {ASK, LEAVE}:
        return {"how": "request"}
    place = read_place(wish)
    if place is None or not day.broken(found).allows(day.span, place):
        return {"how": "open"}
    reseat(found.unit, found.appointment, place.clerk_id)
    return {"how": "clerk", "to": [place.site_id, place.clerk_id, place.start]}


def _reseat_holds(unit: Unit, cause: Cause) -> None:
    """Give what visitors hold at this moment to others. What nobody can take is refused when it is booked."""
    for held in list(unit.book.holds.values()):
        if cause.breaks(unit.site.id, held.clerk_id) and unit.book.day_of(held) in cause.days:
            clerk_id = seat_of(unit, held)
            if clerk_id not in {None, held.clerk_id}:
                reseat(unit, held, str(clerk_id))


def _ask(found: Found, asked: set[tuple[str, int]], press: str) -> Answer:
    """Ask the visitor to choose, for both of a pair in one letter."""
    unit = found.unit
    parts = unit.book.pair_of(found.appointment)
    key = (unit.site.id, parts[0].id)
    if key in asked:
        return {"how": "asked", "with_other": True}
    asked.add(key)
    letters.must_move(unit, parts, found.person, press)
    return {"how": "asked", "told": list(letters.ways(unit, found.person, "must_move"))}


def _bring(day: Day, found: Found, target: Unit, place: Place) -> Answer:
    one, unit = found.appointment, found.unit
    choice = day.choice(found, target.site.id)
    if choice is None:
        return {"how": "open"}
    how = how_of(unit.site.id, one.first_cell, place)
    starts_at = time_of(place.start)
    number = draw(target, starts_at) if how == "site" else 0
    held = keep(
        target,
        choice,
        [(starts_at, place.clerk_id)],
        [(unit.site.id, one)],
        channel=one.channel,
        client=target.fingerprint(CLIENT),
    )
    done: Answer = {"how": how, "to": [place.site_id, place.clerk_id, place.start]}
    if how == "clerk":
        swap(unit, one, held)
        return done  # for the visitor nothing changes
    waited = unit.withdraw_posts(one.id)
    done["waited"] = [[letter.kind, letter.channel, list(letter.also)] for letter in waited]
    if how == "site":
        person = carry(target, unit, one, held, number)
        letters.rescued(target, [held], person)
    else:
        person = found.person
        swap(unit, one, held)
        letters.rescued(unit, [one], person)
    return done | {"told": list(letters.ways(target, person, "rescued"))}
