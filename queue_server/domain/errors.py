"""Refusals: what the hall does not do, each with a stable code.

A refusal is an ordinary answer, not a failure: it is neither a 500 nor a logged error. Texts for
people come from the catalogues by code (`error.<code>`), the status from one table in the web layer.
"""

from typing import ClassVar, Final

OPEN: Final = "open"
DAILY: Final = "daily"
"""Which limit a contact has reached."""


class Refusal(Exception):  # noqa: N818 - "refusal" is the word of the glossary
    """The base of all refusals. `params` fill the text's placeholders and go out beside the code."""

    code: ClassVar[str] = "refused"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params

    @property
    def text(self) -> str:
        """The end of the text's key: a code may have several texts."""
        return self.code


class BadInput(Refusal):
    """The request cannot be read: a field is missing, of the wrong kind, or out of range."""

    code = "bad_input"


class NotFound(Refusal):
    """There is no such thing here; also the answer for a thing of another site or organisation."""

    code = "not_found"


class MonthNotOver(Refusal):
    """Figures are told of whole months; `last` (`2026-03`) is the last one that is over."""

    code = "month_not_over"


class NobodyWaiting(Refusal):
    """Nobody waits whom this counter may serve. Never retried by a device on its own."""

    code = "nobody_waiting"


class CounterBusy(Refusal):
    """The counter already calls or serves `number`."""

    code = "counter_busy"


class CounterTaken(Refusal):
    """Another clerk or another session holds the counter."""

    code = "counter_taken"


class CounterNotOpen(Refusal):
    """Calling needs an open counter; found `state`."""

    code = "counter_not_open"


class WrongState(Refusal):
    """The ticket cannot do that now: names the state `found` and the states `allowed`."""

    code = "wrong_state"


class OtherTicket(Refusal):
    """The command expected another ticket at this counter (a second tab was faster)."""

    code = "other_ticket"


class NoCurrentTicket(Refusal):
    """The counter calls and serves nobody."""

    code = "no_current_ticket"


class CannotServe(Refusal):
    """This counter may not serve that concern, or the ticket is kept for another counter."""

    code = "cannot_serve"


class VisitorElsewhere(Refusal):
    """The same person has two appointments and is at another counter with the number `first`."""

    code = "visitor_elsewhere"


class TooLate(Refusal):
    """The time for undoing (10 s after the call) is over, or something happened since."""

    code = "too_late"


class VisitGone(Refusal):
    """The visit is not at this counter, and it is more than ten minutes that it was."""

    code = "visit_gone"


class ServiceNotHere(Refusal):
    """The service is not offered to walk-ins at this site now."""

    code = "service_not_here"


class TooMany(Refusal):
    """A count is above what the service allows: `most`."""

    code = "too_many"


class NotTogether(Refusal):
    """`service` may not be in one concern with what else was asked for (`domain.concern.stands_apart`)."""

    code = "not_together"


class NotIssuing(Refusal):
    """No numbers are given out now; `reason` is one of the kiosk picture's reasons."""

    code = "not_issuing"


class NotAdmitted(Refusal):
    """Nobody without an appointment is let in for this now; the next may come at `next` (ISO 8601).

    `next` is None when that is nowhere in sight.
    """

    code = "not_admitted"


class NoNumberLeft(Refusal):
    """Every number, four digits included, is in the hall. A town would need 9,900 visits at once."""

    code = "no_number_left"


class SlotTaken(Refusal):
    """The time is past, not offered or sold out; `next` lists the nearest free times (ISO 8601)."""

    code = "slot_taken"


class HoldExpired(Refusal):
    """The time is no longer held for this visitor; `next` lists the nearest free times (ISO 8601)."""

    code = "hold_expired"


class TooManyHolds(Refusal):
    """One visitor holds `most` times already."""

    code = "too_many_holds"


class TooManyBookings(Refusal):
    """This contact has as many bookings as the site allows: `most`. Staff may lift the limit.

    `limit` is `open` (bookings to come) or `daily` (made today, cancelled ones too); `phone` is whom to ask.
    """

    code = "too_many_bookings"

    @property
    def text(self) -> str:
        return "too_many_today" if self.params.get("limit") == DAILY else self.code


class PuzzleRequired(Refusal):
    """The visitor's device has to solve `puzzle` first: `parts` numbers, each for `bits` zero bits."""

    code = "puzzle_required"


class UnknownHelperCode(Refusal):
    """There is no trusted helper with this code at the site, or not any more."""

    code = "unknown_helper_code"


class NoMoreExtensions(Refusal):
    """The hold was extended as often as it may be; it ends at `held_until`."""

    code = "no_more_extensions"


class WrongDay(Refusal):
    """The appointment is on another day: at `starts_at` (ISO 8601)."""

    code = "wrong_day"


class WrongSite(Refusal):
    """The appointment is at another building of the town: `site`."""

    code = "wrong_site"


class AlreadyCheckedIn(Refusal):
    """The holder has checked in before, with `number`; the visit is in `state` now."""

    code = "already_checked_in"


class AppointmentOver(Refusal):
    """The appointment is past, cancelled or done: its `state`."""

    code = "appointment_over"


class NotConfirmed(Refusal):
    """The appointment at `starts_at` was asked for, and nobody has confirmed it yet."""

    code = "not_confirmed"


class AskToMove(Refusal):
    """The secretariat confirmed this time; another one is asked for anew, or agreed by phone."""

    code = "ask_to_move"


class RequestIdReused(Refusal):
    """The same `request_id` came with another command."""

    code = "request_id_reused"


class StorageUnavailable(Refusal):
    """The commit failed (disk full, database gone). Nothing was done; the same request may be sent again."""

    code = "storage_unavailable"


class DiskFull(StorageUnavailable):
    """There is no room left for the commit. Nothing was done; it works again as soon as there is."""

    code = "disk_full"
