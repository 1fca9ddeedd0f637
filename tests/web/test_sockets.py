"""The live sockets: who may listen, how resuming begins, and that nobody listens after the right is gone."""

import asyncio
import json
import logging
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from queue_server.adapters import tokens
from queue_server.web import sockets
from tests.web.running import ONE_TIME_USER, PASSWORD, START, Town

DISPLAY, PHONES, COUNTER = "/live/displays/rathaus-eg", "/live/sites/rathaus", "/live/counters/rathaus-1"


async def picture(socket: ClientConnection) -> dict[str, Any]:
    """Return the next picture: neither a beat nor what is told of alarms."""
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        if not frame.keys() & {"beat", "alarms"}:
            return dict(frame)


async def drain(socket: ClientConnection) -> None:
    """Read until the server closes."""
    while True:
        await asyncio.wait_for(socket.recv(), 5)


async def status_of_refusal(town: Town, who: str | None, path: str, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with town.socket(who, path, **headers):
            pass
    error = json.loads(refused.value.response.body or b"")["error"]
    assert error["message"]
    return refused.value.response.status_code


async def test_a_display_sees_the_call_before_the_clerk_is_answered(served_town: Town) -> None:
    await served_town.open()
    ticket = await served_town.take()
    async with served_town.socket("display", DISPLAY) as display:
        assert (await picture(display))["announce"] == []
        called = await served_town.call()
        frame = await picture(display)
        assert [c["seq"] for c in frame["announce"]] == [called["seq"]]
        assert frame["board"]["calls"][0]["number"] == ticket["number"]


async def test_a_display_that_comes_back_hears_what_it_missed_once(served_town: Town) -> None:
    await served_town.open()
    await served_town.take()
    async with served_town.socket("display", DISPLAY) as display:
        seen = await picture(display)
    called = await served_town.call()
    position = f"?epoch={seen['epoch']}&since={seen['seq']}"
    async with served_town.socket("display", DISPLAY + position) as display:
        back = await picture(display)
    assert [c["seq"] for c in back["announce"]] == [called["seq"]]
    async with served_town.socket("display", f"{DISPLAY}?epoch={back['epoch']}&since={back['seq']}") as again:
        assert (await picture(again))["announce"] == []


@pytest.mark.parametrize(
    "position", ["", "?epoch=other&since=1", "?since=99999999", "?epoch=&since=-1", "?since=%00", "?since=²"]
)
async def test_an_unknown_position_brings_the_board_without_sound(served_town: Town, position: str) -> None:
    """Failure 6: a reload shows what is there and speaks nothing again."""
    await served_town.open()
    await served_town.take()
    await served_town.call()
    async with served_town.socket("display", DISPLAY + position) as display:
        frame = await picture(display)
    assert frame["announce"] == []
    assert len(frame["board"]["calls"]) == 1


async def test_staff_look_at_a_display_without_being_its_witness(served_town: Town) -> None:
    await served_town.open()
    await served_town.take()
    async with served_town.socket("anna", DISPLAY) as watching, served_town.socket("anna", COUNTER) as desk:
        await picture(watching)
        called = await served_town.call()
        await watching.send(json.dumps({"report": {"call": called["seq"], "kind": "shown"}}))
        await picture(watching)
        frame = await picture(desk)
        while frame["counter"]["call"] is None:
            frame = await picture(desk)
        assert frame["counter"]["call"]["shown_count"] == 0


async def test_a_browser_signs_in_by_cookie_and_only_from_our_own_pages(served_town: Town) -> None:
    signed_in = await served_town.client.post("/api/v1/sessions", json={"user": "anna", "password": PASSWORD})
    cookie = f"aufruf_session={signed_in.cookies['aufruf_session']}"
    own, foreign = f"http://{served_town.address}", "https://evil.example"
    async with served_town.socket(None, COUNTER, cookie=cookie, origin=own) as desk:
        assert (await picture(desk))["counter"]["counter_id"] == "rathaus-1"
    assert await status_of_refusal(served_town, None, COUNTER, cookie=cookie, origin=foreign) == 403
    assert await status_of_refusal(served_town, None, PHONES, origin=foreign) == 403


async def test_a_devices_id_comes_from_its_token(served_town: Town) -> None:
    device = f"aufruf_device_rathaus-eg={served_town.tokens['display']}"
    async with served_town.socket(None, DISPLAY, cookie=device) as display:
        await picture(display)
    assert await status_of_refusal(served_town, "display", "/live/displays/rathaus-og") == 404
    stolen = f"aufruf_device_rathaus-og={served_town.tokens['display']}"
    assert await status_of_refusal(served_town, None, "/live/displays/rathaus-og", cookie=stolen) == 404


@pytest.mark.parametrize("path", ["/live/nothing", "/live/displays/nowhere", "/api/v1/sites", "/", "/live/"])
async def test_an_address_that_is_no_socket_is_refused_in_the_one_shape(served_town: Town, path: str) -> None:
    assert await status_of_refusal(served_town, "anna", path) == 404


async def test_a_one_time_password_opens_no_socket(served_town: Town) -> None:
    body = {"user": ONE_TIME_USER, "password": PASSWORD}
    signed_in = await served_town.client.post("/api/v1/sessions", json=body)
    cookie = f"aufruf_session={signed_in.cookies['aufruf_session']}"
    assert await status_of_refusal(served_town, None, COUNTER, cookie=cookie) == 403


async def test_refused_sockets_are_no_errors_in_the_log(
    served_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """Regression: "ASGI callable returned without completing handshake" for each mistyped address."""
    with caplog.at_level(logging.WARNING):
        await status_of_refusal(served_town, None, COUNTER)
    assert [record.message for record in caplog.records if "uvicorn" in record.name] == []


async def test_a_revoked_token_ends_its_sockets(served_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "ASK_AGAIN_S", 0.05)
    async with served_town.socket("display", DISPLAY) as display, served_town.socket(None, PHONES) as phone:
        await picture(display)
        token = tokens.token_id(served_town.tokens["display"])
        await served_town.house.write(lambda conn: tokens.revoke_token(conn, "musterstadt", token, START))
        served_town.house.sessions.invalidate(token_id=token)
        with pytest.raises(ConnectionClosed) as closed:
            await drain(display)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "sign_in_required")
        assert (await picture(phone))["queue"]


async def test_a_session_that_is_over_ends_its_sockets_and_an_open_page_does_not_keep_it(
    served_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ASK_AGAIN_S", 0.05)
    signed_in = await served_town.client.post("/api/v1/sessions", json={"user": "anna", "password": PASSWORD})
    cookie = f"aufruf_session={signed_in.cookies['aufruf_session']}"
    async with served_town.socket(None, COUNTER, cookie=cookie) as desk:
        await picture(desk)
        served_town.clock.forward(hours=4, minutes=1)
        served_town.house.sessions.invalidate()
        with pytest.raises(ConnectionClosed):
            await drain(desk)


async def test_nobody_is_thrown_out_by_a_database_that_is_gone(
    served_town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "ASK_AGAIN_S", 0.02)
    async with served_town.socket("display", DISPLAY) as display:
        await picture(display)

        def gone(*_: object) -> None:
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr(served_town.house.database, "read", gone)
            served_town.house.sessions.invalidate()
            while "could not be looked at" not in caplog.text:
                await asyncio.sleep(0.01)
        await display.send("{}")
        await (await display.ping())


NONSENSE = (
    "",
    "null",
    "[" * 3000,
    '{"report": 1}',
    '{"report": {"call": true, "kind": "shown"}}',
    '{"report": {"call": 1e99, "kind": "shown"}}',
    '{"report": {"call": 1, "kind": "queued", "starts_in_ms": -1}}',
    '{"report": {"call": 1, "kind": "queued", "starts_in_ms": NaN}}',
    '{"health": []}',
    '{"health": {"audio": 7}}',
    '{"health": {"audio": {"unlocked": "yes", "output": null}}}',
    '{"print": {"job": 1}}',
    '{"printer": {"state": 7}}',
)


@pytest.mark.parametrize(
    ("who", "path"), [("display", DISPLAY), ("kiosk", "/live/kiosks/rathaus-kiosk?agent=1"), (None, PHONES)]
)
async def test_nonsense_over_a_socket_harms_nobody(served_town: Town, who: str | None, path: str) -> None:
    async with served_town.socket(who, path) as talking, served_town.socket(None, PHONES) as other:
        for message in NONSENSE:
            await talking.send(message)
            await (await talking.ping())
        await picture(other)
        await served_town.take()
        # A picture may be on its way that was drawn before the number was taken.
        while not (await picture(other))["queue"]["waiting"]:
            pass


async def test_binary_is_refused_with_its_close_code(served_town: Town) -> None:
    async with served_town.socket(None, PHONES) as phone:
        await phone.send(b"\x00\xff")
        with pytest.raises(ConnectionClosed) as closed:
            await drain(phone)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003
