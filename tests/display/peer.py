"""A server of one display for the tests: the real page, the real socket protocol, clips that are tones.

It plays frames as `queue_server.protocol` describes them: whole boards, `announce` holding what came after
the connection's last frame, beats in between. It decides nothing about queues.
"""

import asyncio
import io
import json
import math
import socket
import struct
import wave
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from queue_server.protocol import Board, CallEntry, Frame

ROOT = Path(__file__).parents[2]
STRICT_CSP = "default-src 'none'; " + "; ".join(
    f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect", "media")
)


def a_call(seq: int, number: int = 417, room: str = "3", **changes: Any) -> CallEntry:
    call: CallEntry = {
        "seq": seq,
        "key": f"ticket-{number}",
        "number": number,
        "room": room,
        "room_id": f"room-{room}",
        "counter_id": f"counter-{room}",
        "area_id": "ground",
        "floor": "Erdgeschoss",
        "kind": "call",
        "open": True,
        "age_ms": 0,
    }
    return call | changes  # type: ignore[return-value]


def texts(language: str, *faces: str) -> dict[str, Any]:
    catalogue: dict[str, Any] = {}
    for face in ("common", *faces):
        with (ROOT / f"queue_server/locale/{language}/{face}.po").open("rb") as file:
            for message in read_po(file):
                key, text = message.id, message.string
                if key:
                    catalogue[key if isinstance(key, str) else key[0]] = (
                        list(text) if isinstance(text, tuple) else text
                    )
    return catalogue


def render(template: str, language: str, **context: Any) -> str:
    folders = [ROOT / "queue_server/web/templates", ROOT / "display/templates"]
    jinja = Environment(loader=FileSystemLoader(folders), autoescape=True)
    catalogue = texts(language, Path(template).stem)
    jinja.globals["_"] = lambda key: catalogue[key]
    return jinja.get_template(template).render(language=language, texts=catalogue, **context)


def a_tone(duration_ms: int, hertz: float) -> bytes:
    rate = 8000
    count = rate * duration_ms // 1000
    samples = (int(9000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(count))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


class Peer:
    """What the tests turn: the board, the clips, the line; and what the page said."""

    def __init__(self) -> None:
        self.epoch, self.seq = "epoch-1", 0
        self.calls: list[CallEntry] = []
        self.board_changes: dict[str, Any] = {}
        self.config_changes: dict[str, Any] = {}
        self.pictures: dict[str, bytes] = {}
        self.language, self.theme = "de", "light"
        self.lengths_ms = {"number": 300, "room": 200, "long": 200, "short": 100}
        self.missing: set[str] = set()
        self.slow_s: dict[str, float] = {}
        self.asked: list[str] = []
        self.positions: list[tuple[str | None, int]] = []
        self.said: list[dict[str, Any]] = []
        self.page_loads = 0
        self.beating = True
        """Else the server is silent: not even a page that comes back hears from it."""
        self.port = 0
        self._sockets: dict[WebSocket, int] = {}
        self._news = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/display/eg"

    async def call(self, *calls: CallEntry) -> None:
        self.calls = [*reversed(calls), *self.calls]
        await self.show()

    async def probe(self, call: CallEntry, *, chime_only: bool = False) -> None:
        """Send a picture that is none of the hall's."""
        frame = self.frame(None) | {"epoch": "probe-1", "seq": call["seq"], "announce": [call]}
        frame["board"] = frame["board"] | {"calls": [call]}
        for ws in list(self._sockets):
            await ws.send_json({"probe": {"kind": "test", "chime_only": chime_only, "frame": frame}})

    async def change(self, seq: int, **changes: Any) -> None:
        self.calls = [c | changes if c["seq"] == seq else c for c in self.calls]  # type: ignore[misc]
        await self.show()

    async def withdraw(self, *seqs: int) -> None:
        self.calls = [c for c in self.calls if c["seq"] not in seqs]
        await self.show()

    async def show(self) -> None:
        self.seq = max([self.seq + 1, *(call["seq"] for call in self.calls)])
        for ws, since in list(self._sockets.items()):
            await self._send(ws, since)

    def frame(self, since: int | None) -> Frame:
        board: Board = {
            "site_id": "rathaus",
            "site": {"de": "Rathaus am Markt", "en": "Town Hall on the Market"},
            "calls": self.calls,
            "waiting_count": 6,
            "wait": {"from_min": 5, "to_min": 15},
            "open_counter_count": 4,
            "issuing": True,
            "call_mode": "screen",
            "next_free": None,
            "config_version": 1,
        }
        announce = [] if since is None else [call for call in reversed(self.calls) if call["seq"] > since]
        return {
            "epoch": self.epoch,
            "seq": self.seq,
            "board": board | self.board_changes,  # type: ignore[typeddict-item]
            "announce": announce,
        }

    async def said_that(self, *wanted: tuple[int, str], within_s: float = 8) -> None:
        """Wait until the page has reported all of (call, kind)."""
        async with asyncio.timeout(within_s):
            while not set(wanted) <= {(r["call"], r["kind"]) for r in self.reports()}:
                self._news.clear()
                await self._news.wait()

    def reports(self) -> list[dict[str, Any]]:
        return [message["report"] for message in self.said if "report" in message]

    def kinds(self, seq: int) -> list[str]:
        return [report["kind"] for report in self.reports() if report["call"] == seq]

    def detail(self, seq: int, kind: str) -> str | None:
        return next((r.get("detail") for r in self.reports() if (r["call"], r["kind"]) == (seq, kind)), None)

    def health(self) -> dict[str, Any]:
        said: list[dict[str, Any]] = [message["health"] for message in self.said if "health" in message]
        return said[-1]

    async def hang_up(self) -> None:
        for ws in list(self._sockets):
            with suppress(RuntimeError):
                await ws.close(1012)

    async def _send(self, ws: WebSocket, since: int | None) -> None:
        frame = self.frame(since)
        self._sockets[ws] = frame["seq"]
        with suppress(RuntimeError, WebSocketDisconnect):
            await ws.send_json(frame)

    async def _socket(self, ws: WebSocket) -> None:
        await ws.accept()
        epoch, since = ws.query_params.get("epoch"), int(ws.query_params.get("since", 0))
        self.positions.append((epoch, since))
        known = epoch == self.epoch and since <= self.seq
        if self.beating:
            await self._send(ws, since if known else None)
        beats = asyncio.create_task(self._beat(ws))
        try:
            while True:
                self.said.append(json.loads(await ws.receive_text()))
                self._news.set()
        except WebSocketDisconnect:
            pass
        finally:
            beats.cancel()
            self._sockets.pop(ws, None)

    async def _beat(self, ws: WebSocket) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            while True:
                await asyncio.sleep(0.5)
                if self.beating:
                    await ws.send_json({"beat": 0})

    async def _page(self, _: Request) -> Response:
        self.page_loads += 1
        config = {
            "display_id": "eg",
            "site_id": "rathaus",
            "languages": ["de", "en"],
            "chime_url": "/sounds/long",
            "chime_short_url": "/sounds/short",
            "min_on_screen_s": 30,
            "minimum_gap_ms": 200,
            "zone": "Europe/Berlin",
            "server_now_ms": 1_790_000_000_000,
            "config_version": 1,
            "speech": {"available": True, "version": "v1"},
        }
        html = render(
            "display.html",
            self.language,
            theme=self.theme,
            config=config | self.config_changes,
            site_name="Rathaus am Markt",
            area_name="Erdgeschoss",
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": STRICT_CSP})

    async def _sound(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(f"{path}?{request.url.query}")
        kind = next(kind for kind in self.lengths_ms if kind in path.split("/"))
        await asyncio.sleep(self.slow_s.get(kind, 0))
        if any(part in path for part in self.missing):
            return Response(status_code=404)
        return Response(a_tone(self.lengths_ms[kind], 440), media_type="audio/wav")

    async def _picture(self, request: Request) -> Response:
        found = self.pictures.get(request.path_params["id"])
        return Response(status_code=404) if found is None else Response(found, media_type="image/png")

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"ok": True}, headers={"date": "Mon, 21 Sep 2026 12:53:20 GMT"})

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/display/eg", self._page),
                Route("/healthz", self._health),
                Route("/sounds/{rest:path}", self._sound),
                Route("/pictures/{id}", self._picture),
                WebSocketRoute("/live/displays/eg", self._socket),
                Mount("/static/display", StaticFiles(directory=ROOT / "display/static")),
                Mount("/static", StaticFiles(directory=ROOT / "queue_server/web/static")),
            ]
        )

    @asynccontextmanager
    async def running(self) -> Any:
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app(),
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield self
        finally:
            server.should_exit = True
            await task
            listener.close()
