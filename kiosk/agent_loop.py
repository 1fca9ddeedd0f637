"""The agent's line to the server: jobs in, reports and the printer's state out, through every break.

What lives here: connecting, coming back, and what must be said again. What must not: printing
(`agent`, `transport`) and the command line (`command`).

No report is lost. Until the server has surely read it, a report stays in `_untold` and is said again on the
next connection; the server ignores what it knows. "Surely read" is the pong to a ping sent behind it: the
server reads in order. What a killed agent could not say, it finds in its journal.
"""

import asyncio
import json
import logging
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from kiosk.agent import Agent, Report, StatusReport

log = logging.getLogger(__name__)

SILENT_S: Final = 6.0
"""The server beats every 2 s; a line that says nothing for so long is dead."""
STATUS_EVERY_S: Final = 10.0
FIRST_DELAY_S: Final = 0.4
LONGEST_DELAY_S: Final = 8.0
NOT_WELCOME_S: Final = 30.0
"""A token that was refused is not tried every second: only a person can change that."""
FINISH_S: Final = 0.6
"""A slip that is being printed may take so long when the agent is told to end."""

GIVEN_AT_ONCE: Final = 300
"""So many numbers in one message."""

PROGRAM: Final = f"aufruf-kiosk-agent/{version('aufruf')}"
"""What the agent calls itself, for the page of all devices."""
PrinterWord = StatusReport


def back_off(attempt: int, draw: Callable[[], float] = random.random) -> float:
    """Say how long to wait before the next try; jittered, so that a town's agents do not come all at once."""
    limit: float = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(attempt, 10))
    return limit * (0.5 + 0.5 * draw())


def socket_address(server: str, kiosk_id: str) -> str:
    """Give the address of the agent's socket; raises ValueError for what is no http(s) address."""
    parts = urlsplit(server)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{server!r} is no http(s) address")
    scheme = "wss" if parts.scheme == "https" else "ws"
    path = parts.path.rstrip("/")
    return f"{scheme}://{parts.netloc}{path}/live/kiosks/{quote(kiosk_id, safe='')}?agent=1"


class AgentLoop:
    """Keeps an agent connected to its server until it is cancelled."""

    def __init__(
        self, address: str, token: str, agent: Agent, *, status_every_s: float = STATUS_EVERY_S
    ) -> None:
        self._address = address
        self._token = token
        self._agent = agent
        self._status_every_s = status_every_s
        self._jobs: asyncio.Queue[object] = asyncio.Queue()
        self._queued: set[tuple[str, int]] = set()
        self._untold: dict[tuple[str, int], Report] = {}
        self._told = asyncio.Event()  # set whenever there is something new to say
        self._ask_printer = asyncio.Event()
        self._printer: PrinterWord | None = None
        self._status_due = False
        self._epoch = ""
        self._given_due = False
        self._printing: asyncio.Event = asyncio.Event()
        self._printing.set()

    async def run(self) -> None:
        """Serve until cancelled; a slip that is being printed then is given `FINISH_S`."""
        await self._agent.start()
        for report in await asyncio.to_thread(self._agent.reports):
            self._remember(report)
        tasks = {
            asyncio.create_task(self._print_jobs(), name="print jobs"),
            asyncio.create_task(self._watch_printer(), name="watch the printer"),
            asyncio.create_task(self._stay_connected(), name="stay connected"),
        }
        try:
            # not gather: it would take the line away with the slip, and its report could not be said
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await self._finish_slip()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _finish_slip(self) -> None:
        if self._printing.is_set():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._printing.wait()
                await asyncio.sleep(0.05)  # for the report to go out

    # -- printing ----------------------------------------------------------------------------------

    async def _print_jobs(self) -> None:
        while True:
            job = await self._jobs.get()
            self._printing.clear()
            try:
                report = await self._agent.handle(job)
            finally:
                self._printing.set()
            self._queued.discard((report["job"], report["attempt"]))
            log.info("job %(job)s, attempt %(attempt)s: %(state)s %(code)s", report)
            self._remember(report)
            if report["state"] != "printed":
                self._ask_printer.set()

    def _remember(self, report: Report) -> None:
        self._untold[report["job"], report["attempt"]] = report
        self._told.set()

    async def _watch_printer(self) -> None:
        while True:
            self._ask_printer.clear()
            word = await self._agent.status()
            if word != self._printer:
                log.info("the printer says: %s", word["code"] or word["state"])
            self._printer, self._status_due = word, True
            self._told.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._status_every_s):
                    await self._ask_printer.wait()

    # -- the line ----------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        attempt, last_words = 0, ""
        while True:
            try:
                async with connect(
                    self._address,
                    additional_headers={"Authorization": f"Bearer {self._token}"},
                    user_agent_header=PROGRAM,
                    compression=None,
                    open_timeout=5,
                    close_timeout=0.2,
                    max_size=2**20,
                    proxy=None,  # kiosk and server stand in one house
                ) as socket:
                    log.info("connected")
                    attempt, last_words = 0, ""
                    await self._serve(socket)
                words, delay = "the line is silent", back_off(attempt)
            except InvalidStatus as refused:
                words = (
                    f"the server refuses this agent ({refused.response.status_code}): check token and kiosk"
                )
                delay = back_off(attempt) if refused.response.status_code >= 500 else NOT_WELCOME_S
            except (OSError, WebSocketException) as error:
                words, delay = f"no connection: {_without_address(error)}", back_off(attempt)
            if words != last_words:
                log.warning("%s; trying again", words)
                last_words = words
            attempt += 1
            await asyncio.sleep(delay)

    async def _serve(self, socket: ClientConnection) -> None:
        """Hear and speak until one of both ends, which is when the line is dead."""
        self._status_due = self._printer is not None
        self._told.set()
        speaking = asyncio.create_task(self._speak(socket))
        hearing = asyncio.create_task(self._hear(socket))
        try:
            done, _ = await asyncio.wait({speaking, hearing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (speaking, hearing):
                task.cancel()
            await asyncio.gather(speaking, hearing, return_exceptions=True)

    async def _hear(self, socket: ClientConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(SILENT_S):
                    message = _read(await socket.recv())
            except TimeoutError:
                return
            epoch = message.get("epoch")
            if isinstance(epoch, str) and epoch != self._epoch:
                self._epoch, self._given_due = epoch, True
                self._told.set()
            jobs = message.get("jobs")
            for job in jobs if isinstance(jobs, list) else []:
                self._take({**job, "epoch": self._epoch} if isinstance(job, Mapping) else job)

    def _take(self, job: object) -> None:
        """Queue a job once: the server offers it again after a break, while it may still wait here."""
        name = (job.get("id"), job.get("attempt")) if isinstance(job, Mapping) else (None, None)
        if name in self._queued:
            return
        if isinstance(name[0], str) and isinstance(name[1], int):
            self._queued.add((name[0], name[1]))
        self._jobs.put_nowait(job)

    async def _speak(self, socket: ClientConnection) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            if self._status_due and self._printer is not None:
                self._status_due = False
                await socket.send(json.dumps({"printer": self._printer}))
            if self._untold:
                await self._tell_reports(socket)
            if self._given_due:
                await self._tell_given(socket)

    async def _tell_reports(self, socket: ClientConnection) -> None:
        said = dict(self._untold)
        for report in said.values():
            await socket.send(json.dumps({"print": report}))
        async with asyncio.timeout(SILENT_S):
            await (await socket.ping())
        for name, report in said.items():
            if self._untold.get(name) is report:
                del self._untold[name]

    async def _tell_given(self, socket: ClientConnection) -> None:
        """Tell a server of another epoch which numbers are on paper: it may have lost them in a restore."""
        epoch = self._epoch
        given = await asyncio.to_thread(self._agent.given_before, epoch)
        for begin in range(0, len(given), GIVEN_AT_ONCE):
            await socket.send(json.dumps({"given": given[begin : begin + GIVEN_AT_ONCE]}))
        async with asyncio.timeout(SILENT_S):
            await (await socket.ping())
        self._given_due = self._epoch != epoch


def _read(text: str | bytes) -> Mapping[str, Any]:
    """Read a message; what is none counts as empty: a broken server must not end the agent."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _without_address(error: Exception) -> str:
    """Say what went wrong without addresses that change from try to try."""
    return re.sub(r"\[Errno \d+\] |\(.*\)", "", str(error)).strip() or type(error).__name__
