"""The walls as the world meets them: over a real server, with bytes that no client library would send."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from queue_server.domain.errors import Refusal
from queue_server.web.security import BODY_LIMIT, CONTENT_SECURITY_POLICY, secured
from tests.web.walls import refuse, serving


async def echo_length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def who(request: Request) -> Response:
    return PlainTextResponse(f"{request.client.host if request.client else ''} {request.url.scheme}")


async def cached(_: Request) -> Response:
    return PlainTextResponse("x", headers={"ETag": '"1"', "Content-Security-Policy": "default-src 'self'"})


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


async def mapped(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return refuse(request.scope, refusal)  # type: ignore[return-value]


def an_app(**walls: Any) -> ASGIApp:
    app = Starlette(
        routes=[
            Route("/echo", echo_length, methods=["GET", "POST"]),
            Route("/who", who),
            Route("/cached", cached),
            WebSocketRoute("/live", greet),
        ],
        exception_handlers={Refusal: mapped},
    )
    return secured(app, refuse=refuse, **walls)


@pytest.fixture
async def host() -> AsyncIterator[str]:
    async with serving(an_app()) as host:
        yield host


@pytest.fixture
async def client(host: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=f"http://{host}") as client:
        yield client


async def raw_answer(host: str, request: bytes) -> bytes:
    name, port = host.split(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.readuntil(b"}}"), 5)
    writer.close()
    return answer


async def test_every_answer_carries_the_safe_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/echo", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["cache-control"] == "no-store"


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("trusted", "proto", "hsts"),
    [
        (["127.0.0.1"], "https", "max-age=31536000; includeSubDomains"),
        (["127.0.0.1"], "http", None),
        ([], "https", None),
    ],
)
async def test_browsers_keep_to_tls_once_it_was_spoken(
    trusted: list[str], proto: str, hsts: str | None
) -> None:
    """Never on a hall's plain http, and not on the word of a proxy that nobody named."""
    async with serving(an_app(trusted_proxies=trusted)) as host, httpx2.AsyncClient() as client:
        for path in ("/echo", "/nowhere"):
            answer = await client.get(f"http://{host}{path}", headers={"X-Forwarded-Proto": proto})
            assert answer.headers.get("strict-transport-security") == hsts


async def test_what_a_route_says_itself_stays(client: httpx2.AsyncClient) -> None:
    headers = (await client.get("/cached")).headers
    assert headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert "cache-control" not in headers


async def test_refusals_of_the_walls_carry_the_headers_too(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/echo", content=b"x", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "origin"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


async def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(client: httpx2.AsyncClient) -> None:
    fits = await client.post("/echo", content=b"x" * BODY_LIMIT)
    assert (fits.status_code, fits.text) == (200, str(BODY_LIMIT))
    too_long = await client.post("/echo", content=b"x" * (BODY_LIMIT + 1))
    assert (too_long.status_code, too_long.json()["error"]["code"]) == (413, "payload_too_large")


async def test_a_body_in_pieces_is_counted(client: httpx2.AsyncClient) -> None:
    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * (BODY_LIMIT // 64)

    fits = await client.post("/echo", content=pieces(64))
    assert (fits.status_code, fits.text) == (200, str(BODY_LIMIT))
    too_long = await client.post("/echo", content=pieces(65))
    assert (too_long.status_code, too_long.json()["error"]["code"]) == (413, "payload_too_large")


async def test_a_huge_body_is_refused_before_it_is_sent(host: str) -> None:
    """The client announces a gigabyte and sends nothing of it; the answer comes all the same."""
    request = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
    answer = await raw_answer(host, request)
    assert answer.startswith(b"HTTP/1.1 413")


async def test_the_server_lives_on_after_a_refused_body(client: httpx2.AsyncClient) -> None:
    for _ in range(3):
        await client.post("/echo", content=b"x" * (BODY_LIMIT * 8))
        assert (await client.post("/echo", content=b"abc")).text == "3"


async def test_a_foreign_pages_socket_is_refused_before_it_opens(host: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(f"ws://{host}/live", origin="https://evil.example"):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 403
    assert b'"origin"' in (refused.value.response.body or b"")


async def test_our_own_pages_socket_and_a_programs_socket_open(host: str) -> None:
    for origin in (f"http://{host}", None):
        async with websockets.connect(f"ws://{host}/live", origin=origin) as socket:  # type: ignore[arg-type]
            assert await socket.recv() == "hello"


async def test_nobody_forges_an_address_without_a_named_proxy(client: httpx2.AsyncClient) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert (await client.get("/who", headers=forged)).text == "127.0.0.1 http"


async def test_a_named_proxys_word_counts() -> None:
    async with serving(an_app(trusted_proxies=["127.0.0.1"])) as host, httpx2.AsyncClient() as client:
        told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        assert (await client.get(f"http://{host}/who", headers=told)).text == "203.0.113.9 https"


async def test_the_public_address_is_an_own_origin_too() -> None:
    app = an_app(own_origins=["https://termin.example/"])
    async with serving(app) as host, httpx2.AsyncClient() as client:
        answer = await client.post(f"http://{host}/echo", headers={"Origin": "https://termin.example"})
        assert answer.status_code == 200
