"""The live sockets: who may listen, and what each kind of device says. See `docs/` for the protocol."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from queue_server.domain.access import PUBLIC, Act, Actor, Kind, Thing, TooManyRequests, require
from queue_server.domain.alarm import DESK, who
from queue_server.domain.errors import NotFound, Refusal
from queue_server.live.mailboxes import Connection, OnClose, OnMessage, OnOpen, serve_socket
from queue_server.protocol import (
    COUNTER_ALARM_SOCKET,
    COUNTER_SOCKET,
    DESK_ALARM_SOCKET,
    DISPLAY_SOCKET,
    KIOSK_SOCKET,
    PROBE_FROM,
    SITE_SOCKET,
    CallReport,
)
from queue_server.web import printing
from queue_server.web.api import Asked, require_own_password
from queue_server.web.errors import refusal_response
from queue_server.web.house import House
from queue_server.web.refusing import POLICY_VIOLATION, answer_refusal
from queue_server.web.route_limits import MESSAGE, RouteLimits, limits_of
from queue_server.web.security_log import note_refusal

REPORT_KINDS: Final = frozenset({"received", "shown", "queued", "started", "blocked", "failed"})
LATEST_START_MS: Final = 600_000
LONGEST_DETAIL: Final = 40
LONGEST_KEY: Final = 64
ASK_AGAIN_S: Final = 25.0
"""So often an open socket's right is looked at again: a revoked token is out within half a minute."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketRoute:
    """One row of the socket table: read by the router and by the route walk."""

    path: str
    act: Act
    kind: Kind
    endpoint: Callable[["Visit"], Any]

    def starlette(self) -> WebSocketRoute:
        async def serve(websocket: WebSocket) -> None:
            await _serve(self, websocket)

        return WebSocketRoute(self.path, serve)


@dataclass(slots=True)
class Visit(Asked):
    """One socket and all that its endpoint needs."""

    websocket: WebSocket

    def position(self) -> tuple[str | None, int | None]:
        """Return `(epoch, since)` of the address; what is no number counts as unknown."""
        params = self.websocket.query_params
        since = params.get("since", "")
        return params.get("epoch"), int(since) if since.isascii() and since.isdigit() and len(
            since
        ) < 19 else None

    async def listen(self, *, on_open: OnOpen, on_message: OnMessage, on_close: OnClose) -> None:
        """Serve the socket to its end. Who says too much is cut off: it comes back with a quiet start."""
        allowance = self.house.limits.of_socket()

        async def on_bounded_message(connection: Connection, text: str) -> None:
            try:
                allowance.check("")
            except TooManyRequests as refusal:
                with contextlib.suppress(RuntimeError):  # it is closing, and more had come before
                    await self.websocket.close(POLICY_VIOLATION, refusal.code)
                return
            await on_message(connection, text)

        await serve_socket(self.websocket, on_open=on_open, on_message=on_bounded_message, on_close=on_close)


async def _serve(route: SocketRoute, websocket: WebSocket) -> None:
    house: House = websocket.app.state.house
    try:
        id_ = websocket.path_params["id"]
        actor = await _actor(route, websocket, limits_of(route.path, takes=MESSAGE))
        thing = house.directory.thing(route.kind, id_)
        if thing is None and actor.organisation_id:
            await house.renew_if_changed()
            thing = house.directory.thing(route.kind, id_)
        require(actor, route.act, thing)
        require_own_password(actor, route.act)
    except Refusal as refusal:
        await _refuse(websocket, refusal)
        return
    await _attend(route, Visit(house, actor, cast("Thing", thing), websocket))


async def _attend(route: SocketRoute, visit: Visit) -> None:
    """Serve a socket, and end it once its session or token is revoked."""
    if route.act in PUBLIC:
        await route.endpoint(visit)
        return
    watch = asyncio.create_task(_watch(route, visit), name=f"watch {visit.id}")
    try:
        await route.endpoint(visit)
    finally:
        watch.cancel()


async def _watch(route: SocketRoute, visit: Visit) -> None:
    """Ask again and again who this is. The socket alone does not keep a session alive."""
    refusal: Refusal | None = None
    while refusal is None:
        await asyncio.sleep(ASK_AGAIN_S)
        try:
            actor = await _actor(route, visit.websocket)
            require(actor, route.act, visit.house.directory.thing(route.kind, visit.id))
        except Refusal as found:
            refusal = found
        except Exception as error:  # a database that is gone revokes nothing
            log.warning("a socket's right could not be looked at: %s", type(error).__name__)
    with contextlib.suppress(RuntimeError, OSError):  # it was ending already
        await visit.websocket.close(POLICY_VIOLATION, refusal.code)


async def _actor(route: SocketRoute, websocket: WebSocket, limits: RouteLimits | None = None) -> Actor:
    """Return who listens; with `limits` for the first time, otherwise for a look at the right."""
    house: House = websocket.app.state.house
    device = websocket.path_params["id"] if route.kind in {Kind.DISPLAY, Kind.KIOSK} else None
    if limits is not None:
        return await limits.actor(house, websocket.scope, device)
    return await house.sessions.actor(websocket.scope, device, in_use=False)


async def _refuse(websocket: WebSocket, refusal: Refusal) -> None:
    house: House = websocket.app.state.house
    note_refusal(refusal, websocket.scope)
    await answer_refusal(
        websocket.scope,
        websocket.receive,
        websocket.send,
        lambda scope, why: refusal_response(house.texts, scope, why),
        refusal,
    )


async def _no_socket(websocket: WebSocket) -> None:
    """Answer an address that is no socket's in the one error shape."""
    await _refuse(websocket, NotFound())


async def display(visit: Visit) -> None:
    """A display: frames out; reports on calls and the state of its sound in."""
    hub, site_id, id_ = visit.house.hub, visit.site_id, visit.id
    epoch, since = visit.position()
    notes = visit.house.devices
    # Staff may look at a display's picture; only the display itself is a witness.
    is_witness = visit.actor.device_id == id_

    async def on_open(connection: Connection) -> None:
        if is_witness:
            visit.house.condition.note_screen("display", id_, visit.websocket.scope)
            notes.come("display", id_, connection, visit.websocket.scope, visit.house.clock())
            hub.join_display(site_id, id_, connection, epoch, since)
        else:
            hub.watch_display(site_id, id_, connection)

    async def on_message(connection: Connection, text: str) -> None:
        message = read_message(text)
        if not is_witness or message is None:
            return
        if (report := _report(message.get("report"))) is not None:
            if report["call"] >= PROBE_FROM:
                hub.probes.take_report(id_, report)
                hub.rehearsals.take_report(site_id, id_, report["call"], report["kind"])
                return
            notes.reported(id_, report, visit.house.clock())
            hub.take_report(site_id, id_, report)
        health = message.get("health")
        if isinstance(health, dict):
            hub.take_health(site_id, id_, health, connection)

    def on_close(connection: Connection) -> None:
        notes.go("display", id_, connection, visit.house.clock())
        hub.leave_display(site_id, id_, connection)

    await visit.listen(on_open=on_open, on_message=on_message, on_close=on_close)


async def counter(visit: Visit) -> None:
    """A clerk's page: pictures of the counter out, nothing in."""
    hub, site_id, id_ = visit.house.hub, visit.site_id, visit.id
    alarms, one = visit.house.alarms, who(visit.actor, id_)
    clerk_id = visit.actor.clerk_id

    async def on_open(connection: Connection) -> None:
        visit.house.condition.note_screen("counter", id_, visit.websocket.scope)
        hub.join_counter(site_id, id_, connection)
        hub.presence.come(id_, clerk_id, connection)
        alarms.greet(site_id, one, connection)

    def on_close(connection: Connection) -> None:
        alarms.leave(site_id, one, connection)
        hub.leave_counter(site_id, id_, connection)
        hub.presence.go(id_, clerk_id, connection)

    await visit.listen(on_open=on_open, on_message=_ignore, on_close=on_close)


async def counter_alarms(visit: Visit) -> None:
    """A counter's small client: staff alarms out, nothing in."""
    await _serve_alarms(visit, visit.id)


async def desk_alarms(visit: Visit) -> None:
    """A desk's page: staff alarms out, nothing in."""
    await _serve_alarms(visit, DESK)


async def _serve_alarms(visit: Visit, place: str) -> None:
    alarms, site_id, one = visit.house.alarms, visit.site_id, who(visit.actor, place)

    async def on_open(connection: Connection) -> None:
        alarms.join(site_id, one, connection)

    await visit.listen(
        on_open=on_open,
        on_message=_ignore,
        on_close=lambda connection: alarms.leave(site_id, one, connection),
    )


async def kiosk(visit: Visit) -> None:
    """A kiosk's page, or with `?agent=1` the agent beside its printer."""
    hub, site_id, id_ = visit.house.hub, visit.site_id, visit.id
    is_agent = visit.websocket.query_params.get("agent") == "1" and visit.actor.device_id == id_
    notes, kind = visit.house.devices, "agent" if is_agent else "kiosk"

    async def on_open(connection: Connection) -> None:
        if visit.actor.device_id == id_:
            notes.come(kind, id_, connection, visit.websocket.scope, visit.house.clock())
        if visit.actor.device_id == id_ and not is_agent:
            visit.house.condition.note_screen("kiosk", id_, visit.websocket.scope)
        hub.join_kiosk(site_id, id_, connection, agent=is_agent)
        if is_agent:
            await printing.offer(visit.house, site_id, id_, again=True)

    async def on_message(_: Connection, text: str) -> None:
        message = read_message(text)
        if is_agent and message is not None:
            await printing.take_word(visit.house, site_id, id_, message)

    def on_close(connection: Connection) -> None:
        notes.go(kind, id_, connection, visit.house.clock())
        hub.leave_kiosk(site_id, id_, connection)

    await visit.listen(on_open=on_open, on_message=on_message, on_close=on_close)


async def phones(visit: Visit) -> None:
    """A status page: the site's public queue, the same for all. It says by its key which visit it shows."""
    hub, site_id = visit.house.hub, visit.site_id

    async def on_open(connection: Connection) -> None:
        await hub.join_phone(site_id, connection)

    async def on_message(connection: Connection, text: str) -> None:
        key = (read_message(text) or {}).get("follow")
        if isinstance(key, str) and len(key) <= LONGEST_KEY:
            hub.follow_phone(site_id, connection, key)

    await visit.listen(
        on_open=on_open,
        on_message=on_message,
        on_close=lambda connection: hub.leave_phone(site_id, connection),
    )


def read_message(text: str) -> Mapping[str, Any] | None:
    """Return a device's message, or None for what is none: a broken device harms only itself."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _report(value: object) -> CallReport | None:
    if not isinstance(value, dict) or value.get("kind") not in REPORT_KINDS:
        return None
    call, starts = value.get("call"), value.get("starts_in_ms", 0)
    if type(call) is not int or type(starts) not in {int, float} or not 0 <= starts <= LATEST_START_MS:
        return None
    detail = value.get("detail")
    words = detail[:LONGEST_DETAIL] if isinstance(detail, str) else ""
    return CallReport(call=call, kind=value["kind"], starts_in_ms=int(starts), detail=words)


async def _ignore(_connection: Connection, _text: str) -> None:
    return


SOCKETS = [
    SocketRoute(DISPLAY_SOCKET, Act.SEE_DISPLAY, Kind.DISPLAY, display),
    SocketRoute(COUNTER_SOCKET, Act.SEE_COUNTER, Kind.COUNTER, counter),
    SocketRoute(COUNTER_ALARM_SOCKET, Act.RAISE_ALARM, Kind.COUNTER, counter_alarms),
    SocketRoute(DESK_ALARM_SOCKET, Act.RAISE_ALARM, Kind.SITE, desk_alarms),
    SocketRoute(KIOSK_SOCKET, Act.SEE_KIOSK, Kind.KIOSK, kiosk),
    SocketRoute(SITE_SOCKET, Act.SEE_PUBLIC_QUEUE, Kind.SITE, phones),
]
NO_SOCKET: Final = WebSocketRoute("/{path:path}", _no_socket)
