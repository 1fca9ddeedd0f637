"""Interpreters who were arranged for a time at which nobody needs one any more: kept until they were told.

What lives here: keeping that, as bookings are moved and end. What must not: the list that the desk works
through (`services.interpreters`).
"""

from collections.abc import Sequence
from dataclasses import replace

from queue_server.domain.appointment import Appointment
from queue_server.domain.interpreting import ARRANGED, is_wished, language_in
from queue_server.domain.person import Person
from queue_server.services.ports import Unit


def leave(unit: Unit, one: Appointment, person: Person | None) -> None:
    """Keep that somebody was arranged for this appointment, which is about to be moved or to end."""
    if person is not None and is_arranged(person) and one.starts_at > unit.now:
        unit.keep_order(one.reference, language_in(person.needs), one.starts_at)


def leave_all(unit: Unit, parts: Sequence[Appointment], person: Person) -> None:
    """Do that for all of a pair, whose `person` wished for the same."""
    if is_wished(person.needs):
        persons = unit.persons([one.id for one in parts])
        for one in parts:
            leave(unit, one, persons.get(one.id))


def forget(unit: Unit, one: Appointment, person: Person | None) -> None:
    """Let what was arranged for this appointment tell no more whose it was: its data are about to go."""
    leave(unit, one, person)
    unit.unname_orders(one.reference)


def carried(unit: Unit, one: Appointment, person: Person) -> Person:
    """Return a person whose appointment has come to a new time: nobody is arranged for that.

    But who comes back to a time for which somebody still is, keeps them: a day rescue that is taken back
    brings everybody home.
    """
    if ARRANGED not in person.needs and not is_wished(person.needs):
        return person
    needs = tuple(need for need in person.needs if need != ARRANGED)
    mine = (one.reference, language_in(needs), one.starts_at)
    for order in unit.orders():
        if order.settled_at is None and (order.reference, order.spoken, order.starts_at) == mine:
            unit.drop_order(order.id)
            return replace(person, needs=(*needs, ARRANGED))
    return replace(person, needs=needs)


def is_arranged(person: Person) -> bool:
    return ARRANGED in person.needs and is_wished(person.needs)
