"""Slow listeners, on every path with real sockets; the rule itself, by its invariants."""

import asyncio
import json
import random
import socket
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient

from queue_server.live.frames import Picture, encode_text_frame, payload_of
from queue_server.live.mailboxes import (
    HIGH_WATER,
    LOW_WATER,
    SLICE,
    Connection,
    broadcast,
    broadcast_in_slices,
)
from tests.live.socket_hall import Hall, on_every_path, until


def a_picture(seq: int, *calls: int, size: int = 10) -> Picture:
    return Picture.of("e1", seq, "board", "b" * size, kept_name="announce", kept=calls)


@on_every_path
async def test_who_stopped_reading_is_cut_at_64_kib_and_the_others_receive_all(hall: Hall) -> None:
    await hall.a_sleeper()
    (sleeping,) = hall.connections
    browser = await hall.a_browser()
    most = sent = 0
    while not sleeping.was_cut:
        broadcast(hall.connections, a_picture(sent, sent, size=500))
        hall.connections[-1].send_ready(encode_text_frame(b'"beat"'))
        sleeping.send_ready(encode_text_frame(b"x" * 2000))
        sent += 1
        most = max(most, sleeping.write_buffer_size())
        frame = json.loads(await browser.recv())
        assert (frame["seq"], frame["announce"]) == (sent - 1, [sent - 1])
        assert json.loads(await browser.recv()) == "beat"
        assert sent < 10_000
    assert HIGH_WATER - 5000 < most <= HIGH_WATER
    await until(lambda: hall.left == [sleeping])
    await browser.close()


@on_every_path
async def test_who_wakes_up_sees_the_newest_board_and_hears_every_call_once(hall: Hall) -> None:
    sleeper = await hall.a_sleeper()
    (sleeping,) = hall.connections
    while sleeping.write_buffer_size() <= LOW_WATER:
        sleeping.send_ready(encode_text_frame(b'{"beat":1}' + b" " * 2000))
        await asyncio.sleep(0)
    for seq in range(1, 201):
        broadcast(hall.connections, a_picture(seq, seq, size=3000))
        await asyncio.sleep(0)
    assert not sleeping.was_cut
    frames = [frame for frame in await read_frames(sleeper, last_seq=200) if "seq" in frame]
    assert len(frames) < 20
    assert [call for frame in frames for call in frame["announce"]] == list(range(1, 201))
    assert sleeping.write_buffer_size() == 0


@on_every_path
async def test_after_the_backlog_pictures_flow_one_by_one_again(hall: Hall) -> None:
    sleeper = await hall.a_sleeper()
    (sleeping,) = hall.connections
    while sleeping.write_buffer_size() <= LOW_WATER:
        sleeping.send_ready(encode_text_frame(b'{"beat":1}' + b" " * 2000))
        await asyncio.sleep(0)
    sleeping.send_picture(a_picture(1, 1))
    await read_frames(sleeper, last_seq=1)
    sleeping.send_picture(a_picture(2, 2))
    sleeping.send_picture(a_picture(3, 3))
    frames = await read_frames(sleeper, last_seq=3)
    assert [frame["announce"] for frame in frames] == [[2], [3]]


@on_every_path
async def test_calls_that_pile_up_for_a_sleeper_end_in_a_cut(hall: Hall) -> None:
    await hall.a_sleeper()
    (sleeping,) = hall.connections
    seq = 0
    while not sleeping.was_cut:
        seq += 1
        sleeping.send_picture(a_picture(seq, *range(100), size=2000))
        await asyncio.sleep(0)
        assert sleeping.write_buffer_size() <= HIGH_WATER
        assert seq < 10_000
    sleeping.send_picture(a_picture(seq + 1))
    assert sleeping.write_buffer_size() == 0
    await until(lambda: hall.left == [sleeping])


@on_every_path
async def test_boards_alone_never_fill_a_sleepers_mailbox(hall: Hall) -> None:
    await hall.a_sleeper()
    (sleeping,) = hall.connections
    for seq in range(2000):
        sleeping.send_picture(a_picture(seq, size=2000))
        await asyncio.sleep(0)
        assert sleeping.write_buffer_size() <= LOW_WATER + 2 * 2100
    assert not sleeping.was_cut


@on_every_path
async def test_phones_that_leave_during_a_broadcast_disturb_nobody(hall: Hall) -> None:
    browsers = [await hall.a_browser() for _ in range(6)]
    phones = tuple(hall.connections)
    sending = asyncio.create_task(broadcast_in_slices(phones, a_picture(1, 1), slice_size=2))
    phones[3].abort()
    await browsers[4].close()
    await sending
    for stays in (0, 1, 2, 5):
        assert json.loads(await browsers[stays].recv())["seq"] == 1
        await browsers[stays].close()


class Tray:
    """A transport in memory that drains when it is told to. The real ones are in the tests above."""

    def __init__(self) -> None:
        self.backed_up = False
        self.on_drain: Callable[[], None] | None = None
        self.unsent: list[bytes] = []
        self.arrived: list[bytes] = []
        self.aborted = False

    def write_ready(self, frame: bytes) -> None:
        if not self.aborted:
            self.unsent.append(frame)
            self.backed_up = self.write_buffer_size() > LOW_WATER

    def write_buffer_size(self) -> int:
        return sum(map(len, self.unsent))

    def abort(self) -> None:
        self.aborted = True
        self.unsent.clear()

    def drain(self) -> None:
        self.arrived += self.unsent
        self.unsent.clear()
        self.backed_up = False
        if self.on_drain is not None:
            self.on_drain()


@given(st.lists(st.one_of(st.integers(0, 20_000), st.just("drain")), max_size=60))
def test_in_any_rhythm_the_last_board_is_the_newest_and_no_call_is_lost(rhythm: list[int | str]) -> None:
    tray = Tray()
    connection = Connection(tray)
    sent = 0
    for step in rhythm:
        if isinstance(step, str):
            tray.drain()
        else:
            sent += 1
            connection.send_picture(a_picture(sent, sent, size=step))
        assert connection.write_buffer_size() <= HIGH_WATER
    if connection.was_cut:
        return
    tray.drain()
    tray.drain()
    frames = [json.loads(payload_of(frame)) for frame in tray.arrived]
    seqs = [frame["seq"] for frame in frames]
    assert seqs == sorted(set(seqs))
    assert seqs[-1:] == [sent][:sent]
    assert [call for frame in frames for call in frame["announce"]] == list(range(1, sent + 1))


async def test_a_big_broadcast_lets_others_have_their_turn_between_slices() -> None:
    trays = [Tray() for _ in range(2 * SLICE + 1)]
    seen: list[int] = []

    async def a_clerk_presses_next() -> None:
        while len(seen) < 3:
            seen.append(sum(map(bool, (tray.unsent for tray in trays))))
            await asyncio.sleep(0)

    clerk = asyncio.create_task(a_clerk_presses_next())
    await broadcast_in_slices(map(Connection, trays), a_picture(1))
    await clerk
    assert seen == [SLICE, 2 * SLICE, 2 * SLICE + 1]


def test_the_same_frame_goes_to_all_who_are_not_behind() -> None:
    trays = [Tray() for _ in range(3)]
    broadcast(map(Connection, trays), a_picture(1))
    assert len({id(tray.unsent[0]) for tray in trays}) == 1


def test_the_test_client_of_starlette_is_served_through_plain_asgi() -> None:
    hall = Hall(0, "testclient")
    with TestClient(Starlette(routes=[WebSocketRoute("/", hall.endpoint)])) as client:
        with client.websocket_connect("/") as browser:
            browser.send_text("shown")
            assert client.portal is not None
            client.portal.call(until, lambda: hall.heard)
            client.portal.call(hall.connections[0].send_picture, a_picture(7, 7))
            assert browser.receive_json()["announce"] == [7]
        assert hall.connections == []


async def read_frames(sleeper: socket.socket, last_seq: int) -> list[dict[str, Any]]:
    """Wake the sleeper, in gulps of any size, and parse what it gets until that frame."""
    loop = asyncio.get_running_loop()
    gulps = random.Random(7)
    data = b""
    frames: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not frames or frames[-1].get("seq") != last_seq:
            data += await loop.sock_recv(sleeper, gulps.randint(1, 9000))
            while (end := frame_end(data)) is not None:
                frames.append(json.loads(payload_of(data[:end])))
                data = data[end:]
    assert data == b""
    return frames


def frame_end(data: bytes) -> int | None:
    """Where the first frame ends, if it is whole. Servers' frames are unmasked and unfragmented."""
    if len(data) < 10:
        return None if len(data) < 2 or data[1] > len(data) - 2 else 2 + data[1]
    size, header = {
        126: (int.from_bytes(data[2:4], "big"), 4),
        127: (int.from_bytes(data[2:10], "big"), 10),
    }.get(data[1], (data[1], 2))
    return header + size if len(data) >= header + size else None
