"""The town hall cannot keep a time: the visitor is asked to choose another one.

What lives here: keeping the reason and posting the letter. The appointment stays until its holder moves or
cancels it; what must not live here: choosing the new time (`services.moving`).
"""

from queue_server.services import booking_letters as letters
from queue_server.services.appointments import view
from queue_server.services.ports import Answer, Unit
from queue_server.services.replacing import to_change
from queue_server.services.requests import keep_answer


def ask_to_move(unit: Unit, reference: str, reason: str = "") -> Answer:
    """Write to who booked, for both of a pair, that the time cannot be kept. `reason` stands in the letter.

    The same press again writes no second letter. Who left no address gets none: the desk has to phone.
    Raises `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`.
    """
    found = to_change(unit, reference)
    parts = unit.book.pair_of(found)
    letters.must_move(unit, parts, keep_answer(unit, parts, reason))
    return view(unit, found)
