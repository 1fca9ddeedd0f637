"""The bodies that come in over the API. Pydantic checks them; OpenAPI is made of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")]
RequestId = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")]
Language = Annotated[
    str, StringConstraints(min_length=2, max_length=12, pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")
]
TicketId = Annotated[int, Field(ge=1, le=2**53)]


class Body(BaseModel):
    """The base of all bodies: unknown fields are refused, so that a typing error does not pass silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WantedService(Body):
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

    request_id: RequestId
    language: Language = "de"
    needs: list[str] = Field(default_factory=list, max_length=10)


class Quote(ConcernBody):
    needs: list[str] = Field(default_factory=list, max_length=10)


class SignIn(Body):
    user: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=500)


class CounterAct(Body):
    """An act on the visit at a counter. `ticket` is the one the clerk means; another one there: 409."""

    request_id: RequestId | None = None
    ticket: TicketId | None = None


class OpenCounter(Body):
    request_id: RequestId | None = None
    take_over: bool = False


class CallTicket(Body):
    """Without `ticket`: who is next. `finish_current` ends the running visit in the same commit."""

    request_id: RequestId
    ticket: TicketId | None = None
    number: int | None = Field(default=None, ge=100, le=9999)
    finish_current: bool = False
    current: TicketId | None = None


class JoinTicket(Body):
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
    request_id: RequestId | None = None
    ticket: TicketId | None = None


class SwitchIssuing(Body):
    request_id: RequestId | None = None
    issuing: bool


class SwitchCallMode(Body):
    request_id: RequestId | None = None
    call_mode: Literal["screen", "fetch"] | None


class TicketAct(Body):
    request_id: RequestId | None = None
    act: Literal["away", "back", "cancel"]


class Reprint(Body):
    request_id: RequestId | None = None
    kiosk: Id | None = None


class OutOfService(Body):
    out_of_service: bool
