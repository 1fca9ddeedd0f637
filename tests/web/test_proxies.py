"""Whose word on the visitor's address counts."""

import pytest
from starlette.types import Receive, Scope, Send

from queue_server.web.proxies import ForwardedAddress, client_address
from tests.web.walls import a_scope


async def seen(scope: Scope, *trusted: str) -> tuple[str, str]:
    inner: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inner.append(scope)

    async def nothing(*_: object) -> None:
        raise AssertionError

    await ForwardedAddress(app, trusted)(scope, nothing, nothing)  # type: ignore[arg-type]
    return client_address(inner[0]), inner[0]["scheme"]


def from_proxy(forwarded_for: str, kind: str = "http", proto: str = "https") -> Scope:
    return a_scope(kind, x_forwarded_for=forwarded_for, x_forwarded_proto=proto)


async def test_the_last_address_before_our_proxies_counts() -> None:
    """What stands further left was written by the client."""
    scope = from_proxy("1.2.3.4, 203.0.113.9, 10.0.0.8")
    assert await seen(scope, "10.0.0.0/8") == ("203.0.113.9", "https")


async def test_a_stranger_is_believed_nothing() -> None:
    assert await seen(from_proxy("203.0.113.9"), "192.168.0.1") == ("10.0.0.7", "http")


async def test_a_socket_over_tls_is_wss() -> None:
    assert await seen(from_proxy("203.0.113.9", "websocket"), "10.0.0.7") == ("203.0.113.9", "wss")


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "10.0.0.7"),
        ("203.0.113.9, <script>", "10.0.0.7"),
        ("", "10.0.0.7"),
    ],
)
async def test_an_address_is_read_in_every_dress_and_nonsense_is_not(told: str, address: str) -> None:
    assert (await seen(from_proxy(told), "10.0.0.7"))[0] == address


async def test_nonsense_as_a_scheme_changes_nothing() -> None:
    assert await seen(from_proxy("203.0.113.9", proto="gopher"), "10.0.0.7") == ("203.0.113.9", "http")


async def test_a_proxy_on_a_socket_file_has_to_be_named() -> None:
    scope = {**from_proxy("203.0.113.9"), "client": None}
    assert await seen(scope, "unix") == ("203.0.113.9", "https")
    assert await seen(scope, "10.0.0.7") == ("", "http")


async def test_when_all_are_proxies_the_first_of_them_asks_itself() -> None:
    assert (await seen(from_proxy("10.0.0.9, 10.0.0.8"), "10.0.0.0/8"))[0] == "10.0.0.9"


def test_a_misspelt_proxy_stops_the_start() -> None:
    with pytest.raises(ValueError, match="proxy-1"):
        ForwardedAddress(seen, ["proxy-1"])  # type: ignore[arg-type]
