"""A printer on a TCP port that speaks ESC/POS status, in every mood that printers are in.

Stands for the device only: it reads what comes in and answers `DLE EOT n` at once and `GS r 1` after all that
came before it, as Epson's command reference tells. It draws nothing; the preview does that from `printed`.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Mood = Literal[
    "good", "paper_out", "paper_low", "cover_open", "cutter_jam", "offline", "silent", "hangs_up", "slow",
    "cuts_half_way", "nonsense", "nonsense_afterwards", "stops_reading", "paper_ends", "paper_ends_with_slip",
    "never_confirms", "chatty", "speaks_smtp",
]  # fmt: skip

QUESTION = re.compile(rb"\x10\x04([\x01-\x04])|\x1dr\x01")
ANSWERS: dict[str, dict[int, int]] = {
    "paper_out": {4: 0x7E, 1: 0x1A, 2: 0x32},
    "paper_low": {4: 0x1E},
    "cover_open": {1: 0x1A, 2: 0x16},
    "cutter_jam": {1: 0x1A, 2: 0x52, 3: 0x1A},
    "offline": {1: 0x1A},
}


@dataclass
class Peer:
    """One printer; `printed` holds, for each connection, the bytes that were no questions."""

    mood: Mood = "good"
    port: int = 0
    printed: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def slips(self) -> list[bytes]:
        return [data for data in self.printed if data]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.printed.append(b"")
        with suppress(ConnectionError):
            await self._talk(reader, writer, len(self.printed) - 1)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, at: int) -> None:
        if self.mood == "hangs_up":
            return
        if self.mood == "silent":
            await reader.read()
            return
        if self.mood == "speaks_smtp":
            writer.write(b"220 mail.example ESMTP\r\n")
        if self.mood == "chatty":
            writer.write(b"\x13\x11\x10\x00\x00\x00")
        rest = b""
        # A busy machine hands over a whole slip at once, with the question behind it.
        piece = {"slow": 256, "cuts_half_way": 1024}.get(self.mood, 65536)
        while data := await reader.read(piece):
            rest = self._answer(rest + data, writer, at)
            if self.mood == "slow":
                await asyncio.sleep(0.001)
            if len(self.printed[at]) > 5000:
                if self.mood == "cuts_half_way":
                    writer.transport.abort()
                    return
                if self.mood == "stops_reading":
                    await asyncio.Event().wait()

    def _answer(self, data: bytes, writer: asyncio.StreamWriter, at: int) -> bytes:
        """Print what is no question and answer what is; gives what may be the beginning of one."""
        place = 0
        for question in QUESTION.finditer(data):
            self.printed[at] += data[place : question.start()]
            place = question.end()
            answer = self._real_time(question, at) if question[1] else self._processed()
            writer.write(answer)
        rest = data[place:]
        keep = next((n for n in (2, 1) if rest[-n:] in {b"\x10\x04", b"\x1dr", b"\x10", b"\x1d"}), 0)
        self.printed[at] += rest[: len(rest) - keep]
        return rest[len(rest) - keep :]

    def _real_time(self, question: re.Match[bytes], at: int) -> bytes:
        if self.mood == "nonsense":
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        if self.mood == "paper_ends" and self.printed[at]:
            return bytes([ANSWERS["paper_out"].get(question[1][0], 0x12)])
        return bytes([ANSWERS.get(self.mood, {}).get(question[1][0], 0x12)])

    def _processed(self) -> bytes:
        match self.mood:
            case "never_confirms" | "paper_ends" | "stops_reading":
                return b""
            case "nonsense_afterwards":
                return b"\xff\xfe"
            case "paper_ends_with_slip":
                return b"\x0f"
        return b"\x00"


@asynccontextmanager
async def a_printer(mood: Mood = "good") -> AsyncIterator[Peer]:
    """Run a printer in a mood on a free port."""
    peer = Peer(mood)
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        with suppress(asyncio.CancelledError):
            await peer.serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
