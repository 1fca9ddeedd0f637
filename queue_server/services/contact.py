"""Use cases on what a visitor told, after booking: another address, and that all of it goes."""

from dataclasses import replace

from queue_server.domain.errors import BadInput, NotFound
from queue_server.services import interpreter_orders
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Answer, Unit


def correct_mail(unit: Unit, reference: str, email: str) -> Answer:
    """Write to another address from now on; mail that was given up for the old one is sent again.

    Two appointments in a row have one visitor, and a letter about both stands under one: both are corrected.
    Raises `NotFound` when nobody is known any more, `BadInput` for what is no address.
    """
    found = find_appointment(unit, reference)
    persons = unit.persons([one.id for one in unit.book.pair_of(found)])
    written_to = {id_: person for id_, person in persons.items() if person.email}
    if found.id not in written_to:
        raise NotFound(what="contact")
    local, _, host = email.rpartition("@")
    if not local or "." not in host.strip(".") or any(sign.isspace() for sign in email):
        raise BadInput(field="email")
    for id_, person in written_to.items():
        unit.correct_mail(id_, replace(person, email=email))
    return {"reference": reference}


def forget(unit: Unit, reference: str) -> Answer:
    """Erase all that a visitor told, of both of a pair; the appointments stay, without a name.

    Raises `NotFound`.
    """
    pair = unit.book.pair_of(find_appointment(unit, reference))
    persons = unit.persons([one.id for one in pair])
    for one in pair:  # they were told once, for both
        interpreter_orders.forget(unit, one, persons.get(one.id))
        unit.withdraw_posts(one.id)
        unit.forget_person(one.id)
    return {}
