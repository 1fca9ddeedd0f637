"""Cookies in and out of headers."""

import pytest
from starlette.responses import Response

from queue_server.web.cookies import (
    clear_session_cookie,
    device_cookie_name,
    is_secure,
    read_cookie,
    set_device_cookie,
    set_session_cookie,
)
from tests.web.walls import a_scope


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("aufruf_session=a", "a"),
        ("x=1; aufruf_session=a; y=2", "a"),
        ("x=1;aufruf_session=a=b", "a=b"),
        ("aufruf_session=a; aufruf_session=b", "a"),
        ("aufruf_session=", None),
        ("aufruf_session", None),
        ("not_aufruf_session=a", None),
        (";;;=;", None),
    ],
)
def test_a_cookie_is_found_among_others(header: str, value: str | None) -> None:
    assert read_cookie(a_scope(cookie=header), "aufruf_session") == value


def test_without_cookies_there_is_none() -> None:
    assert read_cookie(a_scope(), "aufruf_session") is None


def test_the_session_cookie_is_for_our_pages_alone() -> None:
    response = Response()
    set_session_cookie(response, "secret", secure=True)
    parts = response.headers["set-cookie"].lower().split("; ")
    assert parts[0] == "__host-aufruf_session=secret"
    assert {"httponly", "samesite=strict", "secure", "path=/"} <= set(parts)
    assert not [part for part in parts if part.startswith(("max-age", "expires", "domain"))]


def test_over_tls_only_a_cookie_of_this_very_host_counts() -> None:
    """A neighbour under the town's domain, or somebody on the line before TLS, can plant the plain name."""
    planted = "aufruf_session=planted; __Host-aufruf_session=ours"
    assert read_cookie(a_scope(scheme="https", cookie=planted), "aufruf_session") == "ours"
    assert read_cookie(a_scope(scheme="wss", cookie="aufruf_session=planted"), "aufruf_session") is None
    assert read_cookie(a_scope(cookie=planted), "aufruf_session") == "planted"


def test_without_tls_the_cookie_works_too() -> None:
    response = Response()
    set_session_cookie(response, "secret", secure=False)
    assert "secure" not in response.headers["set-cookie"].lower()


def test_signing_out_takes_the_cookie_away() -> None:
    response = Response()
    clear_session_cookie(response, secure=True)
    assert "Max-Age=0" in response.headers["set-cookie"]


def test_a_devices_cookie_bears_its_name_and_stays() -> None:
    response = Response()
    set_device_cookie(response, "rathaus-eg", "token", secure=False)
    assert response.headers["set-cookie"].startswith("aufruf_device_rathaus-eg=token; ")
    assert "Max-Age=34560000" in response.headers["set-cookie"]


@pytest.mark.parametrize("device_id", ["", "a;b", "a=b", "a b", "ä", "x" * 65, "a\r\nSet-Cookie: x"])
def test_what_cannot_be_a_devices_id_makes_no_cookie(device_id: str) -> None:
    assert device_cookie_name(device_id) is None
    with pytest.raises(ValueError, match="device"):
        set_device_cookie(Response(), device_id, "token", secure=False)


def test_tls_is_told_by_the_scheme() -> None:
    assert [is_secure(a_scope(scheme=scheme)) for scheme in ("https", "wss", "http", "ws")] == [
        True,
        True,
        False,
        False,
    ]
