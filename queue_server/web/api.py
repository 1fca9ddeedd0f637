"""How an API route is declared and run: who may, what comes in, what goes out; OpenAPI reads the same table.

A route names its act and the kind of thing its address names. Before its handler runs, the actor is
found, the thing looked up, the right checked and the body read; the handler then knows all of it.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from queue_server.domain.access import (
    PUBLIC,
    THE_SERVER,
    Act,
    Actor,
    MustChangePassword,
    Thing,
)
from queue_server.domain.errors import BadInput, Refusal
from queue_server.live.inbox import RequestKey, Work
from queue_server.services.ports import Answer, Unit
from queue_server.web.cookies import header
from queue_server.web.house import House
from queue_server.web.naming import require_named, thing_of
from queue_server.web.route_limits import RouteLimits, api_limits

PREFIX: Final = "/api/v1"
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
B = TypeVar("B", bound=BaseModel)


@dataclass(slots=True)
class Asked:
    """Who asks for what, found and allowed: what a request and a socket have in common."""

    house: House
    actor: Actor
    thing: Thing

    @property
    def site_id(self) -> str:
        return self.thing.site_id or ""

    @property
    def id(self) -> str:
        return self.thing.id


@dataclass(slots=True)
class Call(Asked):
    """One request on its way: everything its handler needs."""

    request: Request
    body: Any
    query: Any = None

    def clerk_id(self) -> str:
        return self.house.clerk_of(self.actor, self.site_id)

    async def do(self, work: Work, scope: str | None = None) -> Answer:
        """Run a use case; a repeated `request_id` of the same session or token gets the first answer.

        `scope` stands for whoever presses where one token, or none, speaks for many.
        """
        return await self.house.sequencer.do(self.site_id, work, self._request_key(scope))

    async def do_at_two(
        self, beside: str, work: Callable[[Unit, Unit], Answer], scope: str | None = None
    ) -> Answer:
        """Run a use case that changes this site and `beside` in one commit; otherwise as `do`."""
        sequencer = self.house.sequencer
        return await sequencer.do_at_two(self.site_id, beside, work, self._request_key(scope))

    def session_ref(self) -> str:
        return self.actor.session_id or self.actor.token_id or self.actor.device_id or "public"

    def _request_key(self, scope: str | None) -> RequestKey | None:
        request_id = getattr(self.body, "request_id", None)
        if request_id is None:
            return None
        told = f"{self.request.scope['path']}\n{self.body.model_dump_json()}"
        return RequestKey(scope or self.session_ref(), request_id, hashlib.sha256(told.encode()).hexdigest())


Handler = Callable[[Call], Awaitable[Answer | Response]]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One row of the route table: read by the router, by OpenAPI and by the route walk."""

    method: str
    path: str
    handler: Handler
    act: Act | None
    named: str | None = None
    body: type[BaseModel] | None = None
    answer: Any = None
    status: int = 200
    refusals: tuple[str, ...] = ()
    tag: str = "hall"
    media_type: str = "application/json"
    query: type[BaseModel] | None = None
    also: tuple[tuple[int, Any], ...] = ()
    """Further answers that are no refusals: (status, type)."""

    @property
    def name(self) -> str:
        return str(getattr(self.handler, "__name__", self.path))

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or self.name).strip().partition("\n")[0]

    @property
    def description(self) -> str:
        """What its documentation says beyond the summary."""
        lines = (self.handler.__doc__ or "").strip().partition("\n")[2].splitlines()
        return "\n".join(line.strip() for line in lines).strip()

    def starlette(self) -> Route:
        # An ASGI application, not a function: Starlette would put its handling of exceptions around each
        # function, which stands around the router already.
        return Route(self.path, self, methods=[self.method], name=self.name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = api_limits(self.path, has_body=self.body is not None)
        receive = limits.bounded(scope, receive)
        response = await self._respond(Request(scope, receive, send), limits)
        await response(scope, receive, send)

    async def _respond(self, request: Request, limits: RouteLimits) -> Response:
        house: House = request.app.state.house
        actor = await limits.actor(house, request.scope)
        thing = await thing_of(house, actor, self.named, request.path_params)
        if self.act is not None:
            require_named(actor, self.act, self.named, thing)
            require_own_password(actor, self.act)
        body = None if self.body is None else await read_body(request, self.body)
        query = None if self.query is None else read_query(request, self.query)
        call = Call(house, actor, thing or THE_SERVER, request, body, query)
        answer = await self.handler(call)
        return answer if isinstance(answer, Response) else JsonAnswer(answer, status_code=self.status)


class JsonAnswer(JSONResponse):
    """JSON written by the library that reads it: a fifth of the standard library's time."""

    def render(self, content: Any) -> bytes:
        return to_json(content, inf_nan_mode="null")


class UnsupportedMediaType(Refusal):
    """The body came as an HTML form; the API reads JSON."""

    code = "unsupported_media_type"


def require_own_password(actor: Actor, act: Act) -> None:
    """Refuse an account that still has its one-time password; what hangs on the wall stays visible."""
    if actor.must_change and act not in PUBLIC:
        raise MustChangePassword


async def read_body(request: Request, model: type[B]) -> B:
    """Read a JSON body; raises `BadInput` that names the first field that does not fit.

    A form is refused unless the caller brought a token: a plain form of a foreign page may have a null
    origin, which the origin check lets pass for the sake of our own forms, and they have CSRF tokens.
    """
    kind = header(request.scope, b"content-type") or ""
    if kind.lower().startswith(FORMS) and header(request.scope, b"authorization") is None:
        raise UnsupportedMediaType
    try:
        raw = await _whole_body(request)
    except ClientDisconnect as gone:
        raise BadInput(field="body", problem="incomplete") from gone
    return _fitting(model, parse_json(raw), "body")


async def _whole_body(request: Request) -> bytes:
    """Read the body, most often one message; Starlette's stream of pieces costs as much as a route."""
    pieces, more = [], True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


def read_query(request: Request, model: type[B]) -> B:
    """Read a query, each name once; raises `BadInput` that names the first one that does not fit."""
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadInput(field="query", problem="twice")
    return _fitting(model, found, "query")


def _fitting(model: type[B], value: Mapping[str, Any], whole: str) -> B:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or whole
        raise BadInput(field=field, problem=first["type"]) from error


def parse_json(raw: bytes) -> Mapping[str, Any]:
    """Parse a JSON object strictly: no NaN, no lone surrogates, no nesting bombs."""
    try:
        value = from_json(raw or b"{}", allow_inf_nan=False)
    except ValueError as error:
        raise BadInput(field="body", problem="json") from error
    if not isinstance(value, dict):
        raise BadInput(field="body", problem="object")
    return value
