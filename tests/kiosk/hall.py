"""A running town for the kiosk's tests: the real demo, its devices' tokens, and what it knows about slips."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.harness.server import AUFRUF, Server

KIOSK = "rathaus-kiosk"
SITE = "rathaus"
TOKEN = (AUFRUF[0], "token", "create", "--role", "kiosk", "--site", SITE, "--device", KIOSK)
PUBLIC_URL = "https://termine.musterstadt.example"


@dataclass
class Hall:
    """One demo server, seen from a kiosk."""

    server: Server
    token: str = ""
    first_job: int = 0
    run: int = 0
    agents: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def cookie(self) -> str:
        return f"aufruf_device_{KIOSK}={self.token}"

    @property
    def paper(self) -> Path:
        return self.server.data / "paper" / KIOSK

    async def open(self) -> None:
        await self.server.start()
        made = await asyncio.to_thread(
            subprocess.run,
            [*TOKEN, "--data", str(self.server.data)],
            check=True,
            capture_output=True,
            text=True,
        )
        self.token = made.stdout.split()[-1]

    def stop_agents(self) -> None:
        for agent in self.agents:
            agent.kill()
            agent.wait()
        self.agents.clear()

    def close(self) -> None:
        self.stop_agents()
        self.server.kill()

    async def have_printed(self, within_s: float = 5) -> None:
        """Wait for slips under way: one that came after the sweep lay in the next test's paper."""
        with (
            closing(sqlite3.connect(self.server.data / "aufruf.sqlite3", timeout=5)) as database,
            suppress(TimeoutError),
        ):
            async with asyncio.timeout(within_s):
                while database.execute("SELECT 1 FROM print_job WHERE reported_at IS NULL").fetchone():
                    await asyncio.sleep(0.02)

    async def sweep(self) -> None:
        """Send everybody home and forget what was printed: the next test finds an empty hall."""
        with closing(sqlite3.connect(self.server.data / "aufruf.sqlite3", timeout=5)) as database:
            waiting = database.execute("SELECT id FROM ticket WHERE state = 'waiting'").fetchall()
            (last,) = database.execute("SELECT max(id) FROM print_job").fetchone()
        for (ticket,) in waiting:
            await self.post(f"/sites/{SITE}/tickets/{ticket}", {"act": "cancel"})
        self.first_job = last or 0
        self.run += 1
        for paper in self.paper.glob("slip-*"):
            paper.unlink()

    # -- over HTTP, as the page does it

    async def post(self, path: str, body: dict[str, Any], *, cookie: str = "", device: bool = True) -> Any:
        headers = {"Cookie": cookie or self.cookie} | ({"Aufruf-Device": KIOSK} if device else {})
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.server.url}/api/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, *, cookie: str | None = None) -> httpx2.Response:
        headers = {"Cookie": self.cookie if cookie is None else cookie}
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.get(self.server.url + path, headers=headers)

    async def take(self, request_id: str, service: str = "id-card") -> dict[str, Any]:
        body = {"request_id": f"{self.run}-{request_id}", "services": [{"id": service, "count": 1}]}
        ticket: dict[str, Any] = await self.post(f"/sites/{SITE}/tickets", body)
        return ticket

    async def reprint(self, ticket: int) -> dict[str, Any]:
        answer: dict[str, Any] = await self.post(f"/sites/{SITE}/tickets/{ticket}/reprint", {})
        return answer

    async def staff(self, user: str = "admin") -> str:
        """Sign in; gives the cookie."""
        body = {"user": user, "password": "rathaus"}
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.server.url}/api/v1/sessions", json=body)
        assert answer.is_success, answer.text
        return answer.headers["set-cookie"].split(";")[0]

    async def waiting(self) -> list[int]:
        queue = (await self.get(f"/api/v1/sites/{SITE}/queue", cookie="")).json()
        return [entry["number"] for entry in queue["waiting"]]

    # -- agents

    def demo_agents(self) -> list[int]:
        """The process ids of the agents that the demo itself has started."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                    words = (entry / "cmdline").read_bytes()
                except (OSError, IndexError):
                    continue
                if int(parent) == self.server.pid and b"kiosk-agent" in words:
                    found.append(int(entry.name))
        return found

    def start_agent(self, printer: str, folder: Path, *, token: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "queue_server.cli", "kiosk-agent", self.server.url, "--kiosk", KIOSK]
        command += ["--printer", printer, "--data", str(folder)]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log").open("ab") as log:
            agent = subprocess.Popen(
                command,
                env={**os.environ, "AUFRUF_TOKEN": token or self.token},
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        self.agents.append(agent)
        return agent

    # -- what became of it

    def slips(self) -> list[tuple[int, int, str, str]]:
        """All print jobs of this town: ticket, attempt, state, code."""
        with closing(sqlite3.connect(self.server.data / "aufruf.sqlite3", timeout=5)) as database:
            query = "SELECT ticket_id, attempt, state, code FROM print_job WHERE id > ? ORDER BY id"
            return [tuple(row) for row in database.execute(query, [self.first_job])]

    @asynccontextmanager
    async def page(self) -> AsyncIterator["KioskPage"]:
        """Listen as the touch page does."""
        address = f"ws{self.server.url[4:]}/live/kiosks/{KIOSK}"
        headers = {"Cookie": self.cookie, "Origin": self.server.url}
        async with connect(address, additional_headers=headers, proxy=None, close_timeout=0.2) as socket:
            yield KioskPage(socket)


@dataclass
class KioskPage:
    """The socket of a touch page."""

    socket: ClientConnection

    async def slip(self, state: str, within_s: float = 15) -> dict[str, Any]:
        """Wait for a word on a slip; it must be this one."""
        message = await self._until(lambda m: "slip" in m, within_s)
        assert message["slip"]["state"] == state, message
        slip: dict[str, Any] = message["slip"]
        return slip

    async def printer(self, word: str, within_s: float = 15) -> None:
        """Wait for the printer's state."""
        await self._until(lambda m: m.get("kiosk", {}).get("printer") == word, within_s)

    async def _until(self, fits: Callable[[dict[str, Any]], bool], within_s: float) -> dict[str, Any]:
        async with asyncio.timeout(within_s):
            while not fits(message := json.loads(await self.socket.recv())):
                pass
        found: dict[str, Any] = message
        return found


async def until(fits: Callable[[], bool], within_s: float = 15) -> None:
    """Wait for something outside of our reach."""
    async with asyncio.timeout(within_s):
        while not fits():
            await asyncio.sleep(0.02)
