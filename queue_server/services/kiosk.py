"""What a visitor decides at the kiosk before taking a number: wait now, come later today, or another day.

What lives here: the times that are offered instead of waiting, booking one of them or of a later day
with no more about the person than the site needs there, and its slip. What must not: taking numbers
(`services.reception`), and the rules of booking (`services.booking`, `services.offer`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.appointment import Appointment
from queue_server.domain.errors import NotFound
from queue_server.domain.person import Person
from queue_server.domain.town import Site, Town
from queue_server.services import booking, offer, reception, requests
from queue_server.services.admission_hours import why_not_admitted
from queue_server.services.concerns import Choice, require_together
from queue_server.services.free_today import spread
from queue_server.services.ports import Answer, Unit
from queue_server.services.requests import confirm_first

UNASKED: Final = Person()
SOONEST: Final = timedelta(minutes=30)
"""Who would sooner be back may as well wait; also what is taken for a wait that nobody knows."""


def choose(town: Town, site: Site, wanted: Iterable[tuple[str, int]], persons: int = 1) -> Choice:
    """Check a concern that somebody wants to book at the kiosk, who leaves with the number on a slip.

    So nothing that the secretariat confirms first. Raises what `offer.choose_bookable` raises.
    """
    pairs = tuple(wanted)
    require_together(town, pairs)
    choice = offer.choose_bookable(town, site, pairs, persons)
    for service in confirm_first(town, choice.service_ids):
        raise offer.NotBookable(service=service.id)
    return choice


def give_quote(unit: Unit, walk_in: Choice, bookable: Choice | None) -> Answer:
    """Tell how long it takes before a number is taken, and when one may come instead (B2).

    `bookable` is the same concern as it can be booked; None when it cannot.
    """
    answer = reception.give_quote(unit, walk_in)
    # Who has to wait for a confirmation has to leave an address, and nobody types one here.
    asks = bookable is not None and requests.confirm_first(unit.town, bookable.service_ids)
    later = [] if bookable is None or asks else _later_today(unit, bookable, answer["wait"])
    return {**answer, "later": later, "not_admitted": why_not_admitted(unit, walk_in.service_ids)}


def book(
    unit: Unit,
    choice: Choice,
    starts_at: datetime,
    *,
    kiosk_id: str,
    press: str,
    language: str,
    person: Person = UNASKED,
) -> Answer:
    """Hold and book a time in one commit, and order its slip; of the person only `Site.kiosk_fields`.

    In one step, so that no time stays held for somebody who walked away. `press` names this press of a
    button: under it the time is held. Raises what `booking.hold` and `booking.confirm` raise.
    """
    if asks := requests.confirm_first(unit.town, choice.service_ids):
        raise offer.NotBookable(service=asks[0].id)
    client = f"{kiosk_id}\n{press}"
    held = booking.hold(unit, choice, starts_at, channel="kiosk", client=client)
    booked = booking.confirm(unit, held["id"], client, person, language)
    unit.add_print_job(kiosk_id, booked["id"], 1, None)
    return booked


def reprint(unit: Unit, appointment_id: int, kiosk_id: str) -> Answer:
    """Print the slip of a booked time again (failure 5). Raises `NotFound` at another kiosk."""
    appointment = printed_here(unit, appointment_id, kiosk_id)
    attempt = 1 + max(job.attempt for job in unit.print_jobs_of(appointment.id))
    unit.add_print_job(kiosk_id, appointment.id, attempt, None)
    return {"id": appointment.id, "number": appointment.number, "attempt": attempt}


def printed_here(unit: Unit, appointment_id: int, kiosk_id: str) -> Appointment:
    """Return a booking whose slip this kiosk printed. Raises `NotFound` for every other."""
    appointment = unit.book.get(appointment_id)
    at_kiosks = {job.kiosk_id for job in unit.print_jobs_of(appointment_id)}
    if appointment is None or appointment.number is None or kiosk_id not in at_kiosks:
        raise NotFound(what="appointment")
    return appointment


def _later_today(unit: Unit, choice: Choice, wait: Answer | None) -> list[str]:
    """Return up to three free times behind the wait: who books comes later, not before who waits."""
    waiting = SOONEST if wait is None else timedelta(minutes=wait["to_min"])
    today = offer.times(unit, choice, unit.hall.business_day)["times"]
    found = spread(map(datetime.fromisoformat, today), unit.now + max(waiting, SOONEST))
    return [starts_at.isoformat(timespec="minutes") for starts_at in found]
