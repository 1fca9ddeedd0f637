"""What comes in for bookings: the queries of the offer and the bodies of holds, bookings and check-ins.

A person's data comes in bodies alone, never in a query: addresses stand in logs.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from queue_server.domain.reminding import LONGEST_MIN, SHORTEST_MIN
from queue_server.web.models import AnyNeed, Body, BookedNeed, ConcernBody, Language, RequestId

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_WANTED: Final = r"[a-z0-9-]{1,40}(:[1-9][0-9]?)?"
YEARS: Final = range(2000, 2200)


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("not a date")
    return date.fromisoformat(value)


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("not a time")
    found = datetime.fromisoformat(value)
    if found.tzinfo is None or found.year not in YEARS:
        raise ValueError("not a time with its zone")
    return found.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Wanted = Annotated[
    str, StringConstraints(min_length=1, max_length=300, pattern=f"^{_WANTED}(,{_WANTED}){{0,19}}$")
]
Client = Annotated[str, StringConstraints(min_length=16, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Lines = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
HelperCode = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9 -]*$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=500)]
HoldId = Annotated[int, Field(ge=1, le=2**53)]


# -- queries -------------------------------------------------------------------------------------------


class Query(BaseModel):
    """The base of all queries: everything is text there; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConcernQuery(Query):
    """What somebody comes for, as a query."""

    services: Wanted = Field(
        description="Services with counts: `id-card:2,passport`.", examples=["id-card:2,passport"]
    )
    persons: int = Field(default=1, ge=1, le=20)
    clerk: str = Field(default="", max_length=40, description="For a talk: with whom, of `talk_with`.")

    def pairs(self) -> list[tuple[str, int]]:
        named = (one.partition(":") for one in self.services.split(","))
        return [(service, int(count or 1)) for service, _, count in named]


class MonthQuery(ConcernQuery):
    """A sheet of days."""

    first: Day = Field(description="The first day of the sheet.")
    last: Day = Field(description="Its last day, less than a hundred days later.")


class TimesQuery(ConcernQuery):
    """One day."""

    day: Day = Field(description="The site's local date.")


class EarliestQuery(ConcernQuery):
    """The first free times."""

    count: int = Field(default=3, ge=1, le=50)
    after_work: bool = Field(default=False, description="Only times from 16:00 on.")
    day: Day | None = Field(default=None, description="From this local date on.")


# -- bodies --------------------------------------------------------------------------------------------


class ClientBody(Body):
    """`client`: a secret of the visitor's session, made at random, the same from hold to booking.

    Who knows it may extend, release and book what it holds. A signed-in clerk may leave it out.
    """

    client: Client | None = None


class TakeHold(ConcernBody):
    """`starts_at` is one of the offered times; `client` as in `ClientBody`.

    `code`, a manage link's secret, says which appointment shall move there; it stays booked until then.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "9f2c-1",
                    "client": "f0b9c1d2e3a4958671",
                    "services": [{"id": "id-card", "count": 2}],
                    "persons": 2,
                    "starts_at": "2026-03-12T10:00+01:00",
                }
            ]
        }
    )

    request_id: RequestId
    client: Client | None = None
    starts_at: Moment
    clerk: str = Field(default="", max_length=40, description="For a talk: with whom, of `talk_with`.")
    needs: list[BookedNeed] = Field(
        default_factory=list,
        max_length=10,
        description="As in `person`: with `more_time` it is held longer, with `step_free` with who sits so. "
        "Nothing of it is kept; told only with the person, the time is widened then, or refused.",
    )
    code: Code | None = None
    solution: Annotated[str, StringConstraints(max_length=400)] = Field(
        default="", description="Of the puzzle in a 409 `puzzle_required`; never asked of who has a token."
    )


class ChangeHold(ClientBody):
    """Extends or gives back a hold of the same client."""

    request_id: RequestId | None = None


class KioskPersonBody(Body):
    """Who books at a kiosk: the fields that the site's `kiosk_fields` names, as a rule none."""

    name: Line = ""
    email: Annotated[str, StringConstraints(max_length=200, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")] = ""
    phone: Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9+()/. -]*$")] = ""
    address: Lines = ""
    birth_date: Day | None = None


class PersonBody(KioskPersonBody):
    """Whom the visit is about. What the site does not require may be left out.

    It is kept apart from the appointment, and erased after it or at once on cancelling.
    """

    for_whom: Line = Field(default="", description="Set when somebody books for somebody else.")
    remarks: Lines = ""
    needs: list[BookedNeed] = Field(default_factory=list, max_length=10)
    reminder_min: int | None = Field(
        default=None,
        ge=SHORTEST_MIN,
        le=LONGEST_MIN,
        description="Left out: the site's usual reminder (`reminder_default`). `null`: none. Never at night.",
    )
    sms: bool = Field(
        default=False,
        description="Text messages are wished for; only a site with `sms = true` sends them.",
    )


class BookAppointment(ClientBody):
    """Turns a hold into an appointment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "9f2c-2",
                    "client": "f0b9c1d2e3a4958671",
                    "hold": 4711,
                    "person": {"name": "Erika Mustermann", "email": "erika@example.org"},
                }
            ]
        }
    )

    request_id: RequestId
    hold: HoldId
    person: PersonBody = PersonBody()
    language: Language = "de"
    helper_code: HelperCode = Field(
        default="", description="The code of a trusted helper: lifts the limits for a contact."
    )
    overrule: Reason | None = Field(
        default=None, description="Why a limit for this contact is lifted: staff only, and kept for good."
    )


class OwnAppointment(Body):
    """`code` is the secret at the end of the manage link: it is the right to the appointment."""

    code: Code


class BookLater(ConcernBody):
    """`starts_at` is one of the times that the kiosk's quote or the offer named.

    `person` has what the site's `kiosk_fields` asks for, as a rule nothing. It and `needs` are kept apart
    from the appointment, as all that visitors tell about themselves.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "kiosk-1-0002",
                    "services": [{"id": "id-card"}],
                    "starts_at": "2026-03-12T14:20+01:00",
                }
            ]
        }
    )

    request_id: RequestId
    starts_at: Moment
    language: Language = "de"
    needs: list[AnyNeed] = Field(default_factory=list, max_length=10)
    person: KioskPersonBody = KioskPersonBody()


class KioskMonth(ConcernBody):
    """A sheet of days for somebody with `needs`: a body, for an address may stand in a log."""

    first: Day
    last: Day
    needs: list[AnyNeed] = Field(default_factory=list, max_length=10)


class KioskTimes(ConcernBody):
    """One day for somebody with `needs`."""

    day: Day
    needs: list[AnyNeed] = Field(default_factory=list, max_length=10)


class ReprintAppointment(Body):
    """Each press prints once, however often it arrives."""

    request_id: RequestId | None = None


class CancelAppointment(OwnAppointment):
    """Gives the time back; the person's data is erased at once."""

    request_id: RequestId


class MoveAppointment(OwnAppointment):
    """To the time of a hold. Until this is done the old time stays booked."""

    request_id: RequestId
    hold: HoldId
    client: Client | None = None


class CheckIn(Body):
    """By `code` (the manage link's secret, as a scanner reads it), or by `reference` or `number`.

    A kiosk needs `time`, the appointed time, with a reference or number: neither of them is a secret.
    """

    request_id: RequestId
    code: Code | None = None
    reference: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9 -]+$")] | None = None
    number: int | None = Field(default=None, ge=100, le=9999)
    time: Annotated[str, StringConstraints(pattern=_TIME)] | None = Field(
        default=None, description="On the site's clock.", examples=["10:05"]
    )


class SearchAppointments(Body):
    """`text`: a reference, number, time or part of a name; empty: all. Without `day`: today."""

    text: Line = ""
    day: Day | None = None
