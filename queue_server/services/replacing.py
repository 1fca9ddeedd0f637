"""Which bookings may still be changed, and which of them a hold shall take the place of.

What must not live here: holding the new time (`services.holding`), and the swap (`services.moving`).
"""

from collections.abc import Sequence

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import AlreadyCheckedIn, AppointmentOver, AskToMove, BadInput
from queue_server.services import requests
from queue_server.services.appointments import asks_of, checked_in, find_appointment
from queue_server.services.concerns import Choice, asking
from queue_server.services.named_clerks import same_clerk
from queue_server.services.ports import Unit

_S = AppointmentState
Old = tuple[str, Appointment]
"""A booking that shall be moved, with its site."""


def to_change(unit: Unit, reference: str) -> Appointment:
    """Return a booking that may still be moved or cancelled.

    Raises `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`.
    """
    found = find_appointment(unit, reference)
    if found.state is _S.CHECKED_IN:
        raise AlreadyCheckedIn(**checked_in(unit, found))
    if found.state is not _S.BOOKED:
        raise AppointmentOver(state=found.state.value)
    return found


def to_replace(
    unit: Unit, choice: Choice, replaces: str | None, channel: str
) -> tuple[Choice, Sequence[Old | None]]:
    """Return what is held, and for each part the booking that it shall replace.

    Raises `AskToMove`, `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`, `BadInput`.
    """
    if replaces is None:
        return choice, [None] * len(choice.parts)
    olds = _to_move(unit, replaces, choice, channel)
    choice = choice if choice.asks else asking(choice, asks_of(unit, *olds[0]))
    if choice.then is None and choice.clerk_id is None:
        # Whom a visitor comes for does not change with the time.
        choice = same_clerk(*unit.eras.offered, choice, olds[0][1].clerk_id)
    return choice, olds


def _to_move(unit: Unit, reference: str, choice: Choice, channel: str) -> Sequence[Old]:
    """Return the bookings that the parts of a choice shall replace."""
    site_id, found = _find_anywhere(unit, reference)
    olds = [found] if choice.then is None or site_id != unit.site.id else unit.book.pair_of(found)
    if channel != "desk" and any(requests.confirm_first(unit.town, one.services) for one in olds):
        raise AskToMove  # the secretariat confirmed that time and no other
    if [one.concern for one in olds] != [part.services for part in choice.parts]:
        raise BadInput(field="services")
    if site_id != unit.site.id:
        return [(site_id, found)]
    return [(site_id, to_change(unit, one.reference)) for one in olds]


def _find_anywhere(unit: Unit, reference: str) -> Old:
    """Return a booking of this site, or of another one of the town as it was committed last."""
    stored = None if unit.book.by_ref(reference) else unit.stored_by_reference(reference)
    if stored is None or stored[0] == unit.site.id:
        return unit.site.id, to_change(unit, reference)
    if stored[1].state is not _S.BOOKED:
        raise AppointmentOver(state=stored[1].state.value)
    return stored
