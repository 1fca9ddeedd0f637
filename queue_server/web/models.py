"""The bodies that come in over the API. Pydantic checks them; OpenAPI is made of them."""

from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from queue_server.domain.interpreting import CODES, UNKNOWN

Id = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")]
RequestId = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")]
Language = Annotated[
    str, StringConstraints(min_length=2, max_length=12, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
]
TicketId = Annotated[int, Field(ge=1, le=2**53)]


Need = Literal[
    "more_time",
    "step_free",
    "fetch_me",
    "sign_language",
    "deaf",
    "blind",
    "companion",
    "priority",
    "interpreter",
]
_WITH_LANGUAGE: Final = (*(one for one in get_args(Need) if one != UNKNOWN), *sorted(CODES))
BookedNeed = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(_WITH_LANGUAGE)})$")]
"""Who books says into which language somebody should interpret, and not only that somebody should."""
AnyNeed = Annotated[str, StringConstraints(pattern=rf"^({'|'.join((*get_args(Need), *sorted(CODES)))})$")]
"""Who comes in person may need a language into which the site offers nobody: then it stays open."""


class Body(BaseModel):
    """The base of all bodies: unknown fields are refused, so that a typing error does not pass silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WantedService(Body):
    """One of the services somebody comes for, and how many times (passports for two children: 2)."""

    id: Id
    count: int = Field(default=1, ge=1, le=99)


class ConcernBody(Body):
    """What somebody comes for."""

    services: list[WantedService] = Field(min_length=1, max_length=20)
    persons: int = Field(default=1, ge=1, le=20)

    def pairs(self) -> list[tuple[str, int]]:
        return [(one.id, one.count) for one in self.services]


class TakeTicket(ConcernBody):
    """`request_id` is made by the device for one press: a repeat gets the first answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"request_id": "kiosk-1-0001", "services": [{"id": "id-card", "count": 2}], "persons": 2}
            ]
        }
    )

    request_id: RequestId
    language: Language = "de"
    needs: list[AnyNeed] = Field(default_factory=list, max_length=10)


class RaiseAlarm(Body):
    """A call for help. `test`: a trial, marked as such wherever it is told."""

    request_id: RequestId
    test: bool = False


class AnswerAlarm(Body):
    """`counter`: where whoever says so sits; without it, the desk."""

    act: Literal["going", "end"]
    counter: Id | None = None
    request_id: RequestId | None = None


class Quote(ConcernBody):
    """The concern of somebody who thinks about taking a number."""

    needs: list[AnyNeed] = Field(default_factory=list, max_length=10)


class ScannedCode(Body):
    """The secret at the end of a slip's address `/t/{secret}`, as a hand scanner reads it.

    Without `act` the visit is only shown. An act brings a `request_id`, so that a repeat is no second press.
    """

    code: str = Field(min_length=1, max_length=500)
    act: Literal["away", "back", "cancel"] | None = None
    request_id: RequestId | None = None


class ReadAloud(Body):
    """What stands on the kiosk's page, to be heard: a sentence or two. A call's voice waits behind it."""

    text: str = Field(min_length=1, max_length=300)
    language: Language = "de"


class SignIn(Body):
    """`user` as the administrator wrote it; capitals do not matter."""

    user: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=500)


class ChangePassword(Body):
    """`new_password` has 12 to 128 signs and is hard to guess; the answer's `reason` says what it lacks."""

    password: str = Field(min_length=1, max_length=500)
    new_password: str = Field(min_length=1, max_length=500)


class CounterAct(Body):
    """An act on the visit at a counter. `ticket` is the one the clerk means; another one there: 409."""

    request_id: RequestId | None = None
    ticket: TicketId | None = None


class OpenCounter(Body):
    """`take_over`: also when another clerk holds the counter."""

    request_id: RequestId | None = None
    take_over: bool = False


class CallTicket(Body):
    """Without `ticket`: who is next. `finish_current` ends the running visit in the same commit."""

    request_id: RequestId
    ticket: TicketId | None = None
    number: int | None = Field(default=None, ge=100, le=9999)
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"request_id": "b7c1-17", "finish_current": True}]}
    )

    finish_current: bool = False
    current: TicketId | None = None


class JoinTicket(Body):
    """`ticket` or `number` names who is called as well; `current` the visit that the clerk sees."""

    request_id: RequestId | None = None
    ticket: TicketId | None = None
    number: int | None = Field(default=None, ge=100, le=9999)
    current: TicketId | None = None


class TransferTicket(Body):
    """To `counter`, or with other `services` to whoever can do them, or both."""

    request_id: RequestId | None = None
    ticket: TicketId | None = None
    counter: Id | None = None
    services: list[WantedService] = Field(default_factory=list, max_length=20)


class ChangeConcern(ConcernBody):
    """What the visit is about from now on."""

    request_id: RequestId | None = None
    ticket: TicketId | None = None


class NoteMissing(Body):
    """`document` is the key that the counter's documents carry. `missing` false takes the note back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"request_id": "b7c1-18", "ticket": 4711, "service": "passport", "document": "0f3a5c7e9b1d"}
            ]
        }
    )

    request_id: RequestId | None = None
    ticket: TicketId
    service: Id
    document: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    missing: bool = True


class SwitchIssuing(Body):
    """For today: tomorrow the kiosks give out numbers again."""

    request_id: RequestId | None = None
    issuing: bool


class SwitchCallMode(Body):
    """For today; null returns to the site's setting."""

    request_id: RequestId | None = None
    call_mode: Literal["screen", "fetch"] | None


class TicketAct(Body):
    """`away`: be right back. `back`: I am here (also after a missed call). `cancel`: give the number up."""

    request_id: RequestId | None = None
    act: Literal["away", "back", "cancel"]


class Reprint(Body):
    """Without `kiosk`: the caller's own, else the site's first."""

    request_id: RequestId | None = None
    kiosk: Id | None = None


class OutOfService(Body):
    """Calls do not wait for the word of a display that is out of service."""

    out_of_service: bool
