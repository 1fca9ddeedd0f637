"""Bookings to which somebody has to come and interpret: which are still to be arranged, and that it is done;
and who was arranged for a time at which nobody needs them any more.

Read from what visitors told, shown to staff alone; no event and no day sheet has it. What must not live
here: from when on an interpreter can be had (`domain.interpreting`), keeping what was arranged when a booking
moves or ends (`services.interpreter_orders`).
"""

from dataclasses import replace
from datetime import date

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import NotFound
from queue_server.domain.interpreting import ARRANGED, is_wished, language_in, working_days_until
from queue_server.domain.person import Person
from queue_server.services.appointments import find_appointment, iso, view
from queue_server.services.booking_letters import erase_after
from queue_server.services.ports import Answer, InterpreterOrder, Unit

_S = AppointmentState


def wished(unit: Unit) -> list[Answer]:
    """Return the bookings to come for which an interpreter is wished, the next one first."""
    today = business_day(unit.now, unit.book.zone)
    found = []
    for id_, person in unit.persons_with_interpreter().items():
        one = unit.book.get(id_)
        if one is not None and is_wished(person.needs) and _is_to_come(unit, one):
            day = unit.book.day_of(one)
            told = {
                "name": person.name,
                "spoken": language_in(person.needs),
                "is_arranged": ARRANGED in person.needs,
            }
            found.append({**view(unit, one), **told, "days": working_days_until(unit.site, today, day)})
    return sorted(found, key=lambda answer: str(answer["starts_at"]))


def left(unit: Unit) -> list[Answer]:
    """Return who was arranged for a time at which nobody needs them, the next one first.

    `became` tells why: `moved` (with `moved_to`, and `site` when that is another one), `ended`, or `erased`
    when the data were deleted on demand and nobody knows whose it was. `may_come`: they may as well come to
    the new time. Settled ones are among them, as long as that may be taken back.
    """
    return [_left(unit, order) for order in unit.orders() if order.starts_at > unit.now]


def settle(unit: Unit, order_id: int, *, is_settled: bool) -> Answer:
    """Note that the interpreter was told, or that nobody did: of both of a pair. Raises `NotFound`."""
    for order in _orders_of_visit(unit, _order(unit, order_id)):
        if is_settled != (order.settled_at is not None):
            unit.settle_order(order.id, unit.now if is_settled else None)
    return {"order": order_id}


def bring_along(unit: Unit, order_id: int) -> Answer:
    """Note that the interpreter will come to the new time instead. Raises `NotFound`."""
    order = _order(unit, order_id)
    arrange(unit, order.reference, is_arranged=True)
    return settle(unit, order_id, is_settled=True)


def arrange(unit: Unit, reference: str, *, is_arranged: bool) -> Answer:
    """Note that somebody will interpret, or that nobody will: at both of a pair. Raises `NotFound`."""
    found = find_appointment(unit, reference)
    pair = unit.book.pair_of(found)
    persons = {
        id_: one for id_, one in unit.persons([one.id for one in pair]).items() if is_wished(one.needs)
    }
    if found.id not in persons:
        raise NotFound(what="appointment")
    for one in pair:
        if one.id in persons:
            _arrange(unit, one, persons[one.id], is_arranged=is_arranged)
    return view(unit, found)


def _arrange(unit: Unit, one: Appointment, person: Person, *, is_arranged: bool) -> None:
    rest = tuple(need for need in person.needs if need != ARRANGED)
    needs = (*rest, ARRANGED) if is_arranged else rest
    if needs != person.needs:
        unit.keep_person(one.id, replace(person, needs=needs), erase_after(unit, one))


def _is_to_come(unit: Unit, one: Appointment) -> bool:
    is_open = one.state is _S.BOOKED or one.is_requested(unit.now)
    return is_open and one.starts_at > unit.now


def _order(unit: Unit, order_id: int) -> InterpreterOrder:
    found = next((one for one in unit.orders() if one.id == order_id), None)
    if found is None:
        raise NotFound(what="interpreter_order")
    return found


def _orders_of_visit(unit: Unit, order: InterpreterOrder) -> list[InterpreterOrder]:
    """Return the order, and that of the other one of a pair on that day: one person comes for both."""
    mine, found = _whose(unit, order), [order]
    for other in unit.orders() if mine else ():
        is_alike = other.spoken == order.spoken and _day_of(unit, other) == _day_of(unit, order)
        theirs = _whose(unit, other) if is_alike else None
        if mine and theirs and mine[0] == theirs[0] and _follows(mine[1], theirs[1]):
            found.append(other)
    return found


def _whose(unit: Unit, order: InterpreterOrder) -> tuple[str, Appointment] | None:
    return unit.stored_by_reference(order.reference) if order.reference else None


def _follows(one: Appointment, other: Appointment) -> bool:
    return one.follows == other.id or other.follows == one.id


def _day_of(unit: Unit, order: InterpreterOrder) -> date:
    return business_day(order.starts_at, unit.book.zone)


def _left(unit: Unit, order: InterpreterOrder) -> Answer:
    today = business_day(unit.now, unit.book.zone)
    return {
        "id": order.id,
        "reference": order.reference,
        "spoken": order.spoken,
        "starts_at": iso(unit, order.starts_at),
        "days": working_days_until(unit.site, today, _day_of(unit, order)),
        "is_settled": order.settled_at is not None,
        **_became(unit, order),
    }


def _became(unit: Unit, order: InterpreterOrder) -> Answer:
    site_id, one = _whose(unit, order) or (None, None)
    if one is None or site_id is None:
        return {"became": "erased", "moved_to": None, "site": None, "may_come": False}
    if one.state not in {_S.BOOKED, _S.CHECKED_IN} and not one.is_requested(unit.now):
        return {"became": "ended", "moved_to": None, "site": None, "may_come": False}
    is_here = site_id == unit.site.id
    return {
        "became": "moved",
        "moved_to": iso(unit, one.starts_at),
        "site": None if is_here else site_id,
        "may_come": is_here and _waits_for(unit, one, order.spoken),
    }


def _waits_for(unit: Unit, one: Appointment, spoken: str) -> bool:
    """Say whether somebody who speaks that is still to be found for this booking."""
    person = unit.person(one.id)
    wishes = () if person is None else person.needs
    is_open = is_wished(wishes) and ARRANGED not in wishes and _is_to_come(unit, one)
    return is_open and language_in(wishes) == spoken
