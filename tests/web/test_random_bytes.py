"""Random bytes as paths, headers, cookies, forms, JSON and messages: no 500, nobody else notices."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from queue_server.web.routes import API_ROUTES, PAGE_ROUTES
from tests.web.running import Town

PATHS = sorted(
    {
        path.replace("{site}", "rathaus").replace("{counter}", "rathaus-1").replace("{kiosk}", "x")
        for path in [*(route.path for route in API_ROUTES), *(page.path for page in PAGE_ROUTES)]
    }
)
HEADERS = ["cookie", "authorization", "accept-language", "content-type", "aufruf-device", "origin", "host"]
VISIBLE = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
KINDS = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y", ""]
)
NAMES = ["aufruf_session", "aufruf_pairing", "aufruf_pairing_code", "aufruf_language", "aufruf_device_x"]
COOKIES = st.lists(st.tuples(st.sampled_from(NAMES), VISIBLE), max_size=4).map(
    lambda pairs: "; ".join(f"{name}={value}" for name, value in pairs)
)
PART = b'--x\r\nContent-Disposition: form-data; name="'
BODIES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=80).map(lambda end: b"csrf=a&act=" + end),
    st.binary(max_size=80).map(lambda end: PART + end + b'"\r\n\r\n1\r\n--x--\r\n'),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ).map(lambda value: json.dumps(value).encode()),
)


def asked(town: Town, **request: Any) -> Any:
    return town.client.request(**request)


@pytest.mark.parametrize("who", [None, "anna"])
@pytest.mark.timeout(300)
def test_random_requests_never_end_in_a_500(
    town_loop: tuple[asyncio.AbstractEventLoop, Town], request: pytest.FixtureRequest, who: str | None
) -> None:
    loop, town = town_loop
    most = 5000 if request.config.getoption("--long") else 250

    @settings(max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        method=st.sampled_from(["GET", "POST", "POST", "DELETE", "HEAD", "PUT"]),
        path=st.sampled_from(PATHS),
        inside=st.binary(max_size=12),
        query=st.binary(max_size=12),
        header=st.sampled_from(HEADERS),
        value=VISIBLE,
        cookies=COOKIES,
        kind=KINDS,
        body=BODIES,
    )
    def try_it(
        method: str,
        path: str,
        inside: bytes,
        query: bytes,
        header: str,
        value: str,
        cookies: str,
        kind: str,
        body: bytes,
    ) -> None:
        while "{" in path:
            before, _, after = path.partition("{")
            path = before + "".join(f"%{byte:02x}" for byte in inside) + after.partition("}")[2]
        url = f"http://rathaus.example{path}?lang=" + "".join(f"%{byte:02x}" for byte in query)
        headers = [(b"content-type", kind.encode()), (b"cookie", cookies.encode("latin-1"))]
        headers += [(name.encode(), text.encode()) for name, text in town.headers(who).items()]
        headers += [(header.encode(), value.encode("latin-1"))]
        answer = loop.run_until_complete(asked(town, method=method, url=url, headers=headers, content=body))
        assert answer.status_code < 500, (method, url, answer.text)
        if answer.status_code >= 400 and path.startswith("/api/") and method != "HEAD":
            assert answer.json()["error"]["code"]

    try_it()


@pytest.mark.timeout(300)
def test_random_messages_harm_nobody(
    served_town_loop: tuple[asyncio.AbstractEventLoop, Town], request: pytest.FixtureRequest
) -> None:
    """While somebody talks nonsense over a socket, another one keeps receiving."""
    loop, town = served_town_loop
    most = 2000 if request.config.getoption("--long") else 25
    seats = [
        ("display", "/live/displays/rathaus-eg"),
        ("kiosk", "/live/kiosks/rathaus-kiosk?agent=1"),
        ("anna", "/live/counters/rathaus-1"),
        (None, "/live/sites/rathaus"),
    ]
    messages = st.lists(st.one_of(BODIES, st.text(max_size=60), st.text(max_size=60)), max_size=6)

    @settings(max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(seat=st.sampled_from(seats), said=messages)
    def try_it(seat: tuple[str | None, str], said: list[str | bytes]) -> None:
        loop.run_until_complete(talk(town, *seat, said))

    try_it()


async def talk(town: Town, who: str | None, path: str, said: list[str | bytes]) -> None:
    async with town.socket(None, "/live/sites/rathaus") as other:
        await asyncio.wait_for(other.recv(), 5)
        async with town.socket(who, path) as talking:
            with contextlib.suppress(ConnectionClosed):  # binary is refused by closing
                for message in said:
                    await talking.send(message)
        ticket = await town.take(who="anna")
        frame = ""
        while ticket["key"] not in frame:
            frame = str(await asyncio.wait_for(other.recv(), 5))
    await town.do("anna", f"sites/rathaus/tickets/{ticket['id']}", act="cancel")
