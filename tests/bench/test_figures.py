"""The benches' arithmetic and their cheap clients: a figure is only as good as these."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.rows.answer_rows import AnswerRows
from tests.bench.bare import GroupCommits, SameRows, write_batch
from tests.bench.bare import open_file as open_bare_file
from tests.bench.clients import HOST, HttpClient, Refused, SocketClient
from tests.bench.figures import p50_p99, percentile
from tests.town_hall import Hand, the_town


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 50) == 51
    assert percentile(values, 99) == 100
    assert percentile([7.0], 99) == 7


def test_times_are_written_in_milliseconds() -> None:
    assert p50_p99([0.001, 0.002, 0.003]) == "2.00 / 3.00 ms"


@contextlib.asynccontextmanager
async def answering(answer: bytes, parts: int = 1) -> AsyncIterator[int]:
    """Answer whatever is asked with these bytes, in so many pieces; gives the port."""
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            size = -(-len(answer) // parts)
            for begin in range(0, len(answer), size):
                writer.write(answer[begin : begin + size])
                await writer.drain()
                await asyncio.sleep(0)
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(handle, HOST, 0)
    async with server, asyncio.timeout(10):
        yield server.sockets[0].getsockname()[1]
        await ended.wait()


@pytest.mark.parametrize("parts", [1, 2, 40])
async def test_an_answer_is_whole_however_it_is_cut(parts: int) -> None:
    body = json.dumps({"number": 417}).encode()
    head = b"HTTP/1.1 201 Created\r\nServer: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with answering(head + body, parts) as port:
        client = await HttpClient.connect(port, "token")
        answer = await asyncio.wait_for(client.get("/"), 5)
        client.close()
    assert (answer.status, answer.body) == (201, {"number": 417})
    assert answer.seconds > 0


async def test_a_refusal_ends_the_bench() -> None:
    async with answering(b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n") as port:
        client = await HttpClient.connect(port)
        with pytest.raises(Refused, match="409"):
            await asyncio.wait_for(client.must_post("/", {}), 5)
        client.close()


@pytest.mark.parametrize("parts", [1, 7])
async def test_frames_are_read_whole_and_in_order(parts: int) -> None:
    long = b"x" * 70_000
    frames = b"\x81\x02hi" + b"\x89\x04ping" + b"\x81\x7f" + len(long).to_bytes(8, "big") + long
    texts: list[bytes] = []
    came = asyncio.Event()

    def on_text(payload: bytes, when: float) -> None:
        texts.append(payload)
        if payload == long:
            came.set()

    async with answering(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frames, parts) as port:
        client = await SocketClient.connect(port, "/", on_text)
        await asyncio.wait_for(came.wait(), 5)
        client.close()
    assert texts == [b"hi", long]


async def test_a_socket_that_is_refused_says_so() -> None:
    async with answering(b"HTTP/1.1 404 Not Found\r\n\r\n") as port:
        with pytest.raises(Refused, match="404"):
            await SocketClient.connect(port, "/", lambda payload, when: None)


def test_the_storage_reference_is_durable_and_writes_all(tmp_path: Path) -> None:
    connection = open_bare_file(tmp_path / "bare.sqlite3")
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    write_batch(connection, 1, 3)
    write_batch(connection, 4, 1)
    connection.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "bare.sqlite3")) as again:
        assert again.execute("SELECT count(*) FROM ticket").fetchone() == (4,)
        assert again.execute("SELECT seq FROM stream").fetchone() == (4,)


@pytest.fixture
def file_with_a_ticket(tmp_path: Path, empty_sqlite: Path) -> Path:
    path = tmp_path / "ours.sqlite3"
    shutil.copy(empty_sqlite, path)
    database = Database(f"sqlite:///{path}")
    hand = Hand(database, the_town())
    hand.take()
    answer = {"scope": "s", "request_id": "r", "organisation_id": "town", "fingerprint": "f"}
    database.write(lambda conn: AnswerRows.add(conn, [{**answer, "answer": {}, "at": hand.now}]))
    hand.store.close()
    database.dispose()
    return path


async def test_the_storage_reference_counts_what_it_wrote(tmp_path: Path, file_with_a_ticket: Path) -> None:
    reference = GroupCommits(tmp_path, askers=8, pattern=file_with_a_ticket)
    rate, seconds = await reference.run(0.05)
    reference.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "group.sqlite3")) as again:
        written = [again.execute(f"SELECT count(*) FROM {table}").fetchone() for table in SameRows.KEYS]  # noqa: S608
    assert written == [(len(seconds),)] * 4
    assert seconds
    assert rate > 0
