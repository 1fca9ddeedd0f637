"""The fast path against the real client, on both event loops, and the plain path by the same tests."""

import asyncio
import contextlib
import logging
import signal
import socket

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from queue_server.live import socket_protocol
from queue_server.live.frames import encode_text_frame
from queue_server.live.mailboxes import EXTENSION
from queue_server.live.socket_options import FAST_PATH, LONGEST_MESSAGE
from tests.bench.fanout_client import Server
from tests.live.socket_hall import FAST, FAST_UVLOOP, Hall, on_every_path, on_paths, reset, until

BEAT = encode_text_frame(b'{"beat":1}')


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
@on_every_path
async def test_a_ready_frame_arrives_intact(hall: Hall, size: int) -> None:
    async with await hall.a_browser() as browser:
        hall.connections[0].send_ready(encode_text_frame(b"x" * size))
        assert await browser.recv() == "x" * size


@on_every_path
async def test_frames_arrive_in_the_order_of_sending(hall: Hall) -> None:
    async with await hall.a_browser() as browser:
        for n in range(50):
            hall.connections[0].send_ready(encode_text_frame(b"%d" % n))
        assert [await browser.recv() for _ in range(50)] == [str(n) for n in range(50)]


@on_every_path
async def test_the_fast_path_is_taken_where_it_is_offered(hall: Hall) -> None:
    async with await hall.a_browser():
        assert (EXTENSION in hall.sockets[0].scope["extensions"]) == (hall.protocol == FAST_PATH)


@on_every_path
async def test_a_client_that_offers_deflate_gets_none(hall: Hall) -> None:
    async with await hall.a_browser(compression="deflate") as browser:
        assert browser.request is not None
        assert "permessage-deflate" in browser.request.headers["Sec-WebSocket-Extensions"]
        assert browser.protocol.extensions == []


@on_paths(FAST, ws_per_message_deflate=True)
async def test_the_fast_path_never_deflates_even_when_uvicorn_would(hall: Hall) -> None:
    async with await hall.a_browser(compression="deflate") as browser:
        assert browser.protocol.extensions == []


@on_every_path
async def test_what_a_client_says_is_heard(hall: Hall) -> None:
    async with await hall.a_browser() as browser:
        await browser.send("shown")
        await until(lambda: hall.heard == ["shown"])


@on_every_path
async def test_pings_are_answered_while_frames_go_out(hall: Hall) -> None:
    async with await hall.a_browser() as browser:
        for _ in range(10):
            hall.connections[0].send_ready(BEAT)
        await asyncio.wait_for(await browser.ping(), 5)


@on_every_path
async def test_writing_to_who_has_left_neither_raises_nor_logs(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    browser = await hall.a_browser()
    connection = hall.connections[0]
    await browser.close()
    for _ in range(20):
        connection.send_ready(BEAT)
        await asyncio.sleep(0)
    await until(lambda: hall.left)
    connection.send_ready(BEAT)
    assert no_complaints(caplog)


@on_every_path
async def test_no_frame_follows_our_own_close_frame(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    browser = await hall.a_browser()
    await hall.sockets[0].close(4001)
    hall.connections[0].send_ready(BEAT)
    with pytest.raises(ConnectionClosed) as closed:
        await browser.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001
    await until(lambda: hall.left)
    assert no_complaints(caplog)


@on_every_path
async def test_hanging_up_without_a_word_ends_the_endpoint_once(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    peer = await hall.a_sleeper()
    connection = hall.connections[0]
    reset(peer)
    connection.send_ready(BEAT)
    await until(lambda: hall.left)
    assert hall.left == [connection]
    assert no_complaints(caplog)


@on_every_path
async def test_hanging_up_during_the_handshake_is_no_error(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        reset(socket.create_connection(("127.0.0.1", hall.port)))
    async with await hall.a_browser():
        assert no_complaints(caplog)


@on_every_path
async def test_a_cut_ends_the_endpoint(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    browser = await hall.a_browser()
    connection = hall.connections[0]
    connection.abort()
    connection.send_ready(BEAT)
    await until(lambda: hall.left == [connection])
    with pytest.raises(ConnectionClosed):
        await browser.recv()
    assert no_complaints(caplog)


@pytest.mark.parametrize(
    ("nonsense", "code"),
    [(b"\x00\xff", 1003), ("x" * (LONGEST_MESSAGE + 1), 1009)],
    ids=["binary", "too long"],
)
@on_every_path
async def test_nonsense_closes_the_socket_with_its_code(
    hall: Hall, nonsense: str | bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    browser = await hall.a_browser()
    with contextlib.suppress(ConnectionClosed):
        await browser.send(nonsense)
    await browser.wait_closed()
    assert browser.close_code == code
    await until(lambda: hall.left)
    assert no_complaints(caplog)


@on_every_path
async def test_a_bug_in_the_listener_does_not_leave_a_subscriber_behind(hall: Hall) -> None:
    browser = await hall.a_browser()
    await browser.send("a bug")
    await until(lambda: hall.left)
    await browser.wait_closed()


@on_paths(FAST, FAST_UVLOOP, ws_ping_interval=0.05, ws_ping_timeout=0.05)
async def test_who_answers_no_ping_and_reads_nothing_is_let_go(hall: Hall) -> None:
    """uvicorn alone would keep the socket, and the subscriber, for as long as unsent bytes wait."""
    await hall.a_sleeper()
    await back_up(hall)
    await until(lambda: hall.left)


@on_paths(FAST, FAST_UVLOOP, timeout_graceful_shutdown=None)
async def test_the_server_stops_though_a_peer_does_not_read(hall: Hall) -> None:
    await hall.a_sleeper()
    await back_up(hall)


@pytest.mark.parametrize("name", ["ours", "ours-asyncio", "ours-plain"])
def test_sigterm_ends_a_server_with_1000_sockets_within_2_s(name: str) -> None:
    server = Server(name)
    try:
        server.connect(1000)
        server.ask_for_burst(2048, 20)  # nobody reads it
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(2)
    finally:
        server.stop()
    assert server.process.returncode in {0, -signal.SIGTERM}


@on_paths(FAST, FAST_UVLOOP)
async def test_a_sleeper_whose_endpoint_has_ended_keeps_no_memory(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "GOODBYE_S", 0.05)
    sleeper = await hall.a_sleeper()
    await back_up(hall)
    sleeper.send(Frame(Opcode.TEXT, b"a bug").serialize(mask=True))
    await until(lambda: hall.left)
    protocol = hall.sockets[0].scope["extensions"][EXTENSION]
    await until(lambda: protocol.disconnected)


@on_every_path
async def test_the_headers_can_be_read_after_the_handshake(hall: Hall) -> None:
    async with await hall.a_browser(additional_headers={"Cookie": "device=7"}):
        assert hall.sockets[0].cookies == {"device": "7"}


async def back_up(hall: Hall) -> None:
    while hall.connections[0].write_buffer_size() < 10_000:
        hall.connections[0].send_ready(BEAT * 100)
        await asyncio.sleep(0)


def no_complaints(caplog: pytest.LogCaptureFixture) -> bool:
    return [record for record in caplog.records if record.levelno >= logging.WARNING] == []
