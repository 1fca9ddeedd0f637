"""Send a slip to a printer and find out honestly what became of it.

Status first, then the bytes, then a question that a printer answers only after it has processed everything
before it. Every step has a hard limit. Nothing here retries: after the first byte only a person may.
Lines are opened by `wires`, status bytes read by `status`.
"""

import asyncio
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from kiosk import status
from kiosk.preview import write_slip
from kiosk.slip import PaperWidth
from kiosk.status import Condition, Word
from kiosk.target import Target
from kiosk.wires import Wire, open_wire

State = Literal["printed", "sent", "refused", "unknown"]

DLE_EOT: Final = b"\x10\x04"
GS_R_PAPER: Final = b"\x1dr\x01"
CONNECTION_LOST: Final = "connection_lost"
NO_CONFIRMATION: Final = "no_confirmation"
NOT_TAKEN: Final = "printer_not_reading"
STILL_PRINTING: Final = frozenset({status.PRINTER_OFFLINE, None})
"""What a printer may say in the middle of a slip without anything being wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a slip.

    `printed`: the printer said so. `sent`: handed over, and it cannot say more. `refused`: not a byte of it
    was sent. `unknown`: bytes were sent and nobody knows what lies there; only a person prints it again.
    """

    state: State
    code: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each step may take. A slow printer needs 3 s for a slip, a serial line 20."""

    connect_s: float = 2.0
    answer_s: float = 2.0
    send_s: float = 30.0
    confirm_s: float = 30.0
    probe_s: float = 2.0


class Printer(Protocol):
    """Something slips are sent to. No method raises but for programming errors."""

    async def deliver(self, data: bytes, job: str, paper: PaperWidth) -> Outcome:
        """Send the bytes once and say what became of them."""

    async def condition(self) -> Condition:
        """Say how the printer is, without printing."""


def printer_at(target: Target, spool: Path, limits: Limits | None = None) -> Printer:
    """Give the printer for an address; `spool` is where the paper preview leaves its slips by default."""
    if target.kind == "preview":
        return PreviewPrinter(target.path or spool)
    if target.kind == "file":
        return FilePrinter(target.path or spool, limits or Limits())
    return WirePrinter(target, limits or Limits())


class _Refused(Exception):  # noqa: N818 - a way out, not an error
    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail


class WirePrinter:
    """A printer behind a line: one connection for each slip, as most of them take only one at a time."""

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target = target
        self._limits = limits

    async def condition(self) -> Condition:
        try:
            wire = await self._open()
        except _Refused as refusal:
            return Condition(refusal.code, detail=refusal.detail)
        try:
            return await self._ready(_Talk(wire, self._limits))
        except _Refused as refusal:
            return Condition(refusal.code, detail=refusal.detail)
        finally:
            await wire.close()

    async def deliver(self, data: bytes, job: str, paper: PaperWidth) -> Outcome:  # noqa: ARG002
        try:
            wire = await self._open()
        except _Refused as refusal:
            return Outcome("refused", refusal.code, refusal.detail)
        outcome = Outcome("unknown", CONNECTION_LOST)
        try:
            outcome = await self._deliver(_Talk(wire, self._limits), data)
        finally:
            if outcome.state == "unknown":
                wire.drop()  # what still waits in buffers must not be printed after somebody has reprinted it
            else:
                await wire.close()
        return outcome

    async def _open(self) -> Wire:
        try:
            async with asyncio.timeout(self._limits.connect_s):
                return await open_wire(self._target)
        except (OSError, ValueError) as error:  # of them TimeoutError, a host name of dots, no USB library
            raise _Refused(status.PRINTER_UNREACHABLE, str(error) or "no connection in time") from None

    async def _ready(self, talk: "_Talk") -> Condition:
        if not self._target.answers:
            return Condition()
        try:
            return await talk.condition()
        except TimeoutError:
            raise _Refused(status.PRINTER_SILENT, "accepts the connection and does not answer") from None
        except OSError as error:
            raise _Refused(status.PRINTER_SILENT, f"closed without an answer: {error}") from None

    async def _deliver(self, talk: "_Talk", data: bytes) -> Outcome:
        try:
            condition = await self._ready(talk)
        except _Refused as refusal:
            return Outcome("refused", refusal.code, refusal.detail)
        if condition.code:
            return Outcome("refused", condition.code, condition.detail)
        talk.forget_processed()
        try:
            async with asyncio.timeout(self._limits.send_s):
                await talk.send(data)
        except TimeoutError:
            return Outcome("unknown", NOT_TAKEN, "the printer stopped taking bytes")
        except OSError as error:
            return Outcome("unknown", CONNECTION_LOST, str(error))
        return await talk.confirmation() if self._target.answers else Outcome("sent")


class _Talk:
    """The conversation on one line: questions, and the printer's answers told apart from its other bytes."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self._wire = wire
        self._limits = limits
        self._received = bytearray()
        self._skip = 0
        self._processed: int | None = None

    async def send(self, data: bytes) -> None:
        await self._wire.send(data)

    def forget_processed(self) -> None:
        """Begin a slip: a word from before it says nothing about it."""
        self._processed = None

    async def condition(self) -> Condition:
        """Ask for paper, then the rest; raises `TimeoutError` (silent), `OSError`, `_Refused` (nonsense)."""
        paper = status.paper(await self._ask(status.ASK_PAPER))
        if paper is None:
            raise _Refused(status.PRINTER_NONSENSE, "no printer's answer to DLE EOT 4")
        offline = status.is_offline(await self._ask(status.ASK_PRINTER))
        if paper.code or not offline:
            return paper
        cause = status.offline_cause(await self._ask(status.ASK_OFFLINE_CAUSE))
        if cause != status.PRINTER_ERROR:
            return Condition(cause, paper.paper_low)
        error = status.error_cause(await self._ask(status.ASK_ERROR_CAUSE))
        return Condition(cause, paper.paper_low, error)

    async def confirmation(self) -> Outcome:
        """Wait until the printer has processed the slip; while it is busy, look whether it has stopped."""
        try:
            async with asyncio.timeout(self._limits.confirm_s):
                await self.send(GS_R_PAPER)
                while (processed := self._processed) is None:
                    if stopped := await self._wait_or_look():
                        return Outcome("unknown", stopped, "stopped in the middle of a slip")
        except TimeoutError:
            return Outcome("unknown", NO_CONFIRMATION, "the printer never said that it had finished")
        except _Refused as refusal:
            return Outcome("unknown", refusal.code, refusal.detail)
        except OSError as error:
            return Outcome("unknown", CONNECTION_LOST, str(error))
        if status.ended_without_paper(processed):
            return Outcome("unknown", status.PAPER_OUT, "the paper ended with this slip")
        return Outcome("printed")

    async def _wait_or_look(self) -> str | None:
        try:
            async with asyncio.timeout(self._limits.probe_s):
                await self._next()
                return None
        except TimeoutError:
            pass
        try:
            found = await self.condition()
        except TimeoutError:
            return None  # many printers answer nothing while they print
        return None if found.code in STILL_PRINTING else found.code

    async def _ask(self, what: int) -> int:
        async with asyncio.timeout(self._limits.answer_s):
            await self.send(DLE_EOT + bytes([what]))
            while True:
                kind, byte = await self._next()
                if kind is Word.REAL_TIME:
                    return byte

    async def _next(self) -> tuple[Word, int]:
        """Take the next byte that means something; remember the word that everything was processed."""
        byte = await self._byte()
        while self._skip:
            self._skip -= 1
            byte = await self._byte()
        kind = status.kind_of(byte)
        if kind is Word.NONSENSE:
            raise _Refused(status.PRINTER_NONSENSE, f"byte {byte:#04x}")
        if kind is Word.UNASKED:
            self._skip = 3
        if kind is Word.PROCESSED:
            self._processed = byte
        return kind, byte

    async def _byte(self) -> int:
        if not self._received:
            self._received += await self._wire.receive()
        if not self._received:
            raise ConnectionResetError("the printer closed the connection")
        return self._received.pop(0)


class FilePrinter:
    """A file or a device file such as /dev/usb/lp0: it takes bytes and says nothing."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits

    async def condition(self) -> Condition:
        try:
            os.close(self._open())
        except OSError as error:
            return Condition(status.PRINTER_UNREACHABLE, detail=str(error))
        return Condition()

    async def deliver(self, data: bytes, job: str, paper: PaperWidth) -> Outcome:  # noqa: ARG002
        try:
            file = self._open()
        except OSError as error:
            return Outcome("refused", status.PRINTER_UNREACHABLE, str(error))
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._write(file, data)
        except TimeoutError:
            return Outcome("unknown", NOT_TAKEN, "the device stopped taking bytes")
        except OSError as error:
            return Outcome("unknown", CONNECTION_LOST, str(error))
        finally:
            os.close(file)
        return Outcome("sent")

    def _open(self) -> int:
        # not blocking: a printer without paper would hold the open or the write for ever
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o640)

    async def _write(self, file: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(file, rest[:4096]) :]
            except BlockingIOError:
                await asyncio.sleep(0.02)
        if stat.S_ISREG(os.fstat(file).st_mode):
            await asyncio.to_thread(os.fsync, file)


class PreviewPrinter:
    """The paper preview: each slip becomes a picture in a folder."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool

    async def condition(self) -> Condition:
        return Condition()

    async def deliver(self, data: bytes, job: str, paper: PaperWidth) -> Outcome:
        try:
            seen = await asyncio.to_thread(write_slip, self._spool, job, data, paper)
        except OSError as error:
            return Outcome("refused", status.PRINTER_UNREACHABLE, str(error))
        return Outcome("printed", detail=f"not understood: {', '.join(seen.unknown)}" if seen.unknown else "")
