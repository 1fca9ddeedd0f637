"""Taking a day rescue back within ten minutes, and whom somebody has to phone because of it.

What lives here: the way back of each appointment, and of what was written about it. What must not: taking
the absence or closure out of the set-up, which the caller does afterwards: as long as it stands, nobody books
what has to be free again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from queue_server.domain.administration import Doer, Done
from queue_server.domain.appointment import OPEN, Appointment, AppointmentState
from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.person import Person
from queue_server.domain.slots import Span, time_of
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import iso, view
from queue_server.services.booked_numbers import draw
from queue_server.services.concerns import Choice
from queue_server.services.holding import keep
from queue_server.services.moving import carry, swap
from queue_server.services.ports import Answer, Rescued, TakenBack, Unit
from queue_server.services.rescue_kept import CLIENT, cause_of, counted, is_back, thing_of
from queue_server.services.seating import reseat

UNDO_FOR: Final = timedelta(minutes=10)
Units = Mapping[str, Unit]
"""By site."""


class RescueOver(Refusal):
    """The ten minutes in which a day rescue can be taken back are over."""

    code = "rescue_over"


def may_take_back(rescued: Rescued, unit: Unit) -> bool:
    """Say whether it may still be taken back; what has begun to be may always be finished."""
    return rescued.undone_at is None and (is_back(rescued) or unit.now < rescued.made_at + UNDO_FOR)


def take_back(units: Sequence[Unit], id_: str, doer: Doer) -> Answer:
    """Bring everybody back to where they were; twice is once. `units` are all sites that it concerns.

    Who has changed the appointment since, or has come by now, keeps it. The caller then takes the cause out
    of the set-up and sets `undone_at`, in one commit. Raises `RescueOver`, `NotFound`.
    """
    first = units[0]
    rescued = first.rescue(id_)
    if rescued is None:
        raise NotFound(what="rescue")
    if is_back(rescued):
        return rescued.body
    if not may_take_back(rescued, first):
        raise RescueOver
    by_site = {unit.site.id: unit for unit in units}
    back = _all_back(by_site, rescued.body.get("items", ()), id_)
    body = {**rescued.body, "back": counted([{"how": how} for how in back])}
    first.keep_rescue(replace(rescued, body=body))
    kind, ref = thing_of(cause_of(body)[0])
    first.note(doer, Done.RESCUE_TAKEN_BACK, kind, ref, after=body["back"])
    return body


def outcome(units: Sequence[Unit], rescued: Rescued) -> list[Answer]:
    """Return what became of each appointment, in order of time.

    `call`: its visitor could not be written to and has to be phoned, once more when it was taken back; name
    and telephone stand there alone.
    """
    by_site = {unit.site.id: unit for unit in units}
    found = []
    for item in rescued.body.get("items", ()):
        where = _where(by_site, item)
        if where is None:
            continue  # cancelled since, or elsewhere
        unit, one = where
        row = {**view(unit, one), "site": unit.site.id, "how": item["how"], "told": item["told"]}
        row["pair"] = item.get("pair", "")
        found.append({**row, "was": iso(unit, time_of(item["from"][2])), **_call(unit, one, item)})
    return sorted(found, key=lambda row: (row["was"], row["reference"]))


def _where(units: Units, item: Answer) -> tuple[Unit, Appointment] | None:
    """Return where the appointment is: at one of its two sites, perhaps brought back."""
    found = [
        (unit, one)
        for place in (item["from"], item["to"] or item["from"])
        if (unit := units.get(place[0])) is not None and (one := unit.book.by_ref(item["ref"])) is not None
    ]
    booked = [each for each in found if each[1].state is AppointmentState.BOOKED]
    return next(iter(booked or found[::-1]), None)


def _call(unit: Unit, one: Appointment, item: Answer) -> Answer:
    is_silent = item["how"] in {"time", "site", "asked"} and not item["told"] and "with_other" not in item
    if not is_silent or one.state is not AppointmentState.BOOKED:
        return {"call": False, "name": "", "phone": ""}
    person = unit.person(one.id) or Person()
    return {"call": True, "name": person.name, "phone": person.phone}


# -- one appointment -----------------------------------------------------------------------------------


def _all_back(units: Units, items: Sequence[Answer], press: str) -> list[str]:
    """Take all back, the last one first. Of a pair both come back, or both stay together where they are."""
    found, stays = list[str](), dict[str, bool]()
    for item in reversed(items):
        pair = item.get("pair")
        if pair is not None and pair not in stays:  # by now what came behind it is out of the way
            both = [one for one in items if one.get("pair") == pair]
            stays[pair] = any(_is_held_up(units, one) for one in both)
        is_stuck = pair is not None and stays[pair]
        found.append("taken" if is_stuck else _back(units, {**item, "press": press}))
    return found


def _is_held_up(units: Units, item: Answer) -> bool:
    """Say whether one that is still to come cannot come back: its time is taken, or its holder moved it."""
    site_id, clerk_id, start = item["to"]
    one = units[site_id].book.by_ref(item["ref"]) if site_id in units else None
    home = units.get(item["from"][0])
    if one is None or one.state not in OPEN or home is None:
        return False
    is_moved = (one.clerk_id, one.first_cell) != (clerk_id, start)
    return is_moved or _is_taken(home, item["from"][1], item["from"][2], one.cells)


def _back(units: Units, item: Answer) -> str:
    """Take one back; return `back`, `changed` when its holder has done something since, or `taken`."""
    if item["how"] in {"left", "open", "waits", "request", "later"}:
        return "nothing"
    site_id, clerk_id, start = item["to"] or item["from"][:3]
    unit = units.get(site_id)
    one = unit.book.by_ref(item["ref"]) if unit is not None else None
    if unit is None or one is None or one.state not in OPEN:
        return "changed"
    if (one.clerk_id, one.first_cell) != (clerk_id, start):
        return "changed"
    if item["how"] == "asked":
        if "with_other" not in item:
            _unask(unit, one, item)
        return "back"
    if one.state is AppointmentState.UNCONFIRMED:
        return _give_back(unit, one, item["from"][1])
    return _bring_back(units, unit, one, item)


def _give_back(unit: Unit, request: Appointment, clerk_id: str) -> str:
    """Give a request back to whose time it was; everything else of it is as it was."""
    if _is_taken(unit, clerk_id, request.first_cell, request.cells):
        return "taken"
    reseat(unit, request, clerk_id)
    return "back"


def _unask(unit: Unit, one: Appointment, item: Answer) -> None:
    first = unit.book.pair_of(one)[0]
    unsent = _unsent(unit.withdraw_posts(first.id, "must_move"), "must_move")
    letters.restored(unit, one, unit.person(one.id) or Person(), _sent(item, unsent), (), item["press"])


def _bring_back(units: Units, unit: Unit, one: Appointment, item: Answer) -> str:
    site_id, clerk_id, start, number, area_id = item["from"]
    home = units.get(site_id)
    if home is None or _is_taken(home, clerk_id, start, one.cells):
        return "taken"
    withdrawn = [] if item["how"] == "clerk" else unit.withdraw_posts(one.id)
    held = keep(
        home,
        Choice(one.concern, one.persons, one.minutes, area_id),
        [(time_of(start), clerk_id)],
        [(unit.site.id, one)],
        channel=one.channel,
        client=home.fingerprint(CLIENT),
    )
    if home is unit:
        person = unit.person(one.id) or Person()
        swap(unit, one, held)
    else:
        is_free = number not in home.book.numbers_on(home.book.day_of(held)) and number is not None
        person = carry(home, unit, one, held, number if is_free else draw(home, held.starts_at))
        one = held
    if item["how"] != "clerk":
        unsent = _unsent(withdrawn, "rescued")
        waited = [TakenBack(kind, channel, tuple(also)) for kind, channel, also in item["waited"]]
        letters.restored(home, one, person, _sent(item, unsent), waited)
    return "back"


def _unsent(withdrawn: Iterable[TakenBack], kind: str) -> set[str]:
    return {one.channel for one in withdrawn if one.kind == kind and not one.was_leaving}


def _sent(item: Answer, unsent: set[str]) -> list[str]:
    """Return the ways on which the visitor has been told what is not so any more."""
    return [channel for channel in item["told"] if channel not in unsent]


def _is_taken(unit: Unit, clerk_id: str, start: int, cells: int) -> bool:
    """Say whether somebody has the clerk's time by now; what stands in the own calendar does not count."""
    span = Span(start, cells)
    return any(one.busy for one in unit.clerk_times(span) if one.clerk_id == clerk_id)
