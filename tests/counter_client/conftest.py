"""The real server as a process, a real Chromium, and a hall that tests fill with visitors."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page
from websockets.asyncio.client import connect

from counter_client.client import CounterClient, Refused
from tests.e2e.harness.browser import is_no_fault
from tests.e2e.harness.server import AUFRUF, Server

PASSWORD = "rathaus"
SESSION = "aufruf_session"
OPTIONS = ("--no-speech",)

OpenCounter = Callable[..., Awaitable[Page]]


class Hall:
    """A running demo and what tests do in it as visitor, colleague and display."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._clients: dict[tuple[str, str], CounterClient] = {}
        self._cookies: dict[str, str] = {}
        self._tokens: dict[tuple[str, ...], str] = {}
        self._http = httpx2.Client(base_url=f"{server.url}/api/v1")
        self._http.headers["cookie"] = f"{SESSION}={self.session('anna')}"
        self.anna = self.colleague("anna", "rathaus-1")
        self._pressed = 0

    def session(self, user: str) -> str:
        """Return a session's cookie. One for each user: signing in has a limit, and takes its time."""
        if user not in self._cookies:
            body = {"user": user, "password": PASSWORD}
            with httpx2.Client(base_url=f"{self.server.url}/api/v1") as client:
                client.post("/sessions", json=body).raise_for_status()
                self._cookies[user] = client.cookies[SESSION]
        return self._cookies[user]

    def colleague(self, user: str, counter: str) -> CounterClient:
        """Return a clerk's client, signed in once."""
        if (user, counter) not in self._clients:
            client = CounterClient(self.server.url, counter, user=user, password=PASSWORD)
            self._clients[user, counter] = client
        return self._clients[user, counter]

    def empty(self) -> None:
        """Close every counter and send everybody home: the server is shared, its queue is not."""
        for client in self._clients.values():
            with suppress(Refused):
                client.open(take_over=True)
                if client.picture()["current"] is not None:
                    client.finish()
                client.close()
        self._http.post("/sites/rathaus/issuing", json={"issuing": True}).raise_for_status()
        for site in ("rathaus", "buergerzentrum"):
            self._http.post(f"/sites/{site}/call-mode", json={"call_mode": None}).raise_for_status()
        for site, counter in (("rathaus", self.anna), ("buergerzentrum", None)):
            self._send_home(site, counter or self.colleague("farid", "buergerzentrum-1"))

    def _send_home(self, site: str, client: CounterClient) -> None:
        client.open()
        picture = client.picture()
        for ticket in picture["missed"]:
            self.act(ticket["id"], "back", site)
        for ticket in [
            *picture["missed"],
            *picture["waiting"],
            *picture["waiting_for_others"],
            *picture["away"],
        ]:
            self.act(ticket["id"], "cancel", site)
        client.close()

    def leave(self) -> None:
        self._http.close()
        for client in self._clients.values():
            client.hang_up()

    def take(self, *services: str, site: str = "rathaus", **changes: Any) -> dict[str, Any]:
        """Give out a number at the desk; `passport` unless told otherwise."""
        self._pressed += 1
        body: dict[str, Any] = {
            "request_id": f"test-{self._pressed}",
            "services": [{"id": service, "count": 1} for service in services or ("passport",)],
        }
        response = self._http.post(f"/sites/{site}/tickets", json=body | changes)
        assert response.status_code == 201, response.text
        ticket: dict[str, Any] = response.json()
        return ticket

    def act(self, ticket: int, act: str, site: str = "rathaus") -> None:
        self._http.post(f"/sites/{site}/tickets/{ticket}", json={"act": act}).raise_for_status()

    def state_of(self, counter: str = "rathaus-1") -> tuple[str, int | None]:
        """Return (state of the visit or of the counter, number) as the server knows it."""
        picture = self.anna.picture() if counter == "rathaus-1" else self._picture(counter)
        current = picture["current"]
        return (current["state"], current["number"]) if current else (picture["state"], None)

    def _picture(self, counter: str) -> Any:
        return self._http.get(f"/counters/{counter}").json()

    def token(self, *words: str) -> str:
        """Make a token on the command line, beside the running server; one of a kind is enough."""
        if words not in self._tokens:
            command = [AUFRUF[0], "token", "create", *words, "--data", str(self.server.data)]
            made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
            self._tokens[words] = made.stdout.strip().splitlines()[-1]
        return self._tokens[words]

    async def display(self, id_: str = "rathaus-eg", say: tuple[str, ...] = ("shown", "started")) -> Any:
        """Connect as a display that reports each announced call as told; close what is returned."""
        token = self.token("--role", "display", "--site", "rathaus", "--device", id_)
        url = f"{self.server.url.replace('http', 'ws')}/live/displays/{id_}?epoch=none&since=0"
        socket = await connect(url, additional_headers={"Authorization": f"Bearer {token}"})
        await socket.send(json.dumps({"health": {"audio": {"unlocked": True, "output": True}}}))

        async def report() -> None:
            async for text in socket:
                for call in json.loads(text).get("announce", ()):
                    for kind in say:
                        await socket.send(json.dumps({"report": {"call": call["seq"], "kind": kind}}))

        task = asyncio.create_task(report())
        socket.reporting = task  # type: ignore[attr-defined]
        return socket


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """One server for all tests here: starting one for each took longer than the tests."""
    server = Server(tmp_path_factory.mktemp("counter") / "data", AUFRUF, OPTIONS)
    await server.start()
    hall = Hall(server)
    yield hall
    hall.leave()
    server.kill()


@pytest.fixture
async def hall(running: Hall) -> Hall:
    """The hall, empty: nobody waits, every counter is closed."""
    running.empty()
    return running


@pytest.fixture
async def open_counter(browser: Browser, hall: Hall) -> AsyncIterator[OpenCounter]:
    """Sign in and open a page; the test fails when a page throws or breaks its content policy."""
    complaints: list[str] = []
    contexts = []

    async def open_(
        path: str = "/counter/rathaus-1",
        *,
        user: str = "anna",
        size: tuple[int, int] = (1440, 900),
        **options: Any,
    ) -> Page:
        context = await browser.new_context(
            **({"locale": "de-DE", "viewport": {"width": size[0], "height": size[1]}} | options)
        )
        contexts.append(context)
        await context.add_cookies([{"name": SESSION, "value": hall.session(user), "url": hall.server.url}])
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None,
        )
        await page.goto(hall.server.url + path)
        # Not only "live": a heartbeat may come before the first picture.
        await page.wait_for_selector("html[data-stage], .place[data-counter]")
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert [complaint for complaint in complaints if not is_no_fault(complaint)] == []


@pytest.fixture(scope="session")
async def module(browser: Browser, running: Hall) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Run a function body with a module's exports as `m`; the pure modules need nothing but a browser."""
    page = await browser.new_page()
    await page.goto(f"{running.server.url}/sign-in")

    async def run(name: str, body: str, given: Any = None) -> Any:
        code = f"async (given) => {{ const m = await import('/static/counter/{name}.js'); {body} }}"
        return await page.evaluate(code, given)

    yield run
    await page.close()
