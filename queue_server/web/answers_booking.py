"""What goes out about bookings: offers, holds, appointments. No person's data but in `FoundAppointment`.

Times of the day are written on the site's clock with their distance from UTC.
"""

from typing import Literal, NotRequired, TypedDict

from queue_server.web.answers import InWords, Ticket

AppointmentState = Literal[
    "held", "unconfirmed", "booked", "checked_in", "completed", "cancelled", "expired", "missed"
]


class OfferedDay(TypedDict):
    """A day of a sheet. `count`: free starts. `reason`: why the site is closed, as far as it is told."""

    date: str
    state: Literal["free", "full", "closed", "past", "not_yet"]
    count: int
    reason: InWords


class OfferedMonth(TypedDict):
    """A sheet of days. `first_free` looks beyond it; null: nothing is free now."""

    days: list[OfferedDay]
    first_free: str | None


class OfferedTimes(TypedDict):
    """The free starts of a day. `next_free`: the first one on a later day. The visit takes `minutes`."""

    date: str
    times: list[str]
    next_free: str | None
    minutes: int


class EarliestTimes(TypedDict):
    """The first free starts. The visit takes `minutes`."""

    times: list[str]
    minutes: int


class Hold(TypedDict):
    """A time kept for one client until `held_until`; it may be extended `extensions_left` times."""

    id: int
    reference: str
    starts_at: str
    minutes: int
    held_until: str
    extensions_left: int


class Released(TypedDict):
    """The time is free again."""

    id: int


class BookedAppointment(TypedDict):
    """An appointment. `manage_url` holds its secret: show it to its holder only, log it nowhere.

    `number` is what will be called; `come_at` is when to come, not earlier. The `reference` identifies
    and gives no right. A request (`unconfirmed`) has no number before it is confirmed, `confirm_until` then.
    """

    id: int
    reference: str
    state: AppointmentState
    number: int | None
    starts_at: str
    minutes: int
    area_id: str | None
    come_at: str
    confirm_until: str | None
    manage_url: str


class WantedCount(TypedDict):
    """One service of a concern."""

    id: str
    count: int


class OwnedAppointment(TypedDict):
    """An appointment as its holder sees it; the person's data is not repeated.

    `confirm_until`: an `unconfirmed` one lapses then. `refused`: a `cancelled` one was declined.
    """

    id: int
    reference: str
    state: AppointmentState
    refused: bool
    confirm_until: str | None
    number: int | None
    starts_at: str
    minutes: int
    area_id: str | None
    services: list[WantedCount]
    persons: int
    language: str


class Cancelled(TypedDict):
    """The time is free again, and the person's data is erased."""

    reference: str
    state: AppointmentState


class Arrived(Ticket):
    """The ticket that begins, and whether its holder came early, on time or late."""

    arrival: Literal["early", "on_time", "late"]
    reference: str
    starts_at: str


class CheckedIn(Arrived):
    """`then` is the ticket of the second of two appointments one after the other.

    `bring`: the documents to have along, by what the visitor answered while booking, ready to be shown as a
    reminder in the languages of the site; none of a confidential service. Null where a kiosk was told only a
    number or reference and a time: documents betray the concern.
    """

    bring: list[InWords] | None
    then: NotRequired[Arrived]


class FoundAppointment(OwnedAppointment):
    """An appointment as the reception sees it."""

    name: str


class FoundAppointments(TypedDict):
    """What a search found on a day, in the order of the appointed times."""

    date: str
    appointments: list[FoundAppointment]
