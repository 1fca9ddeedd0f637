"""Whose page a request comes from, judged by the headers that browsers really send."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from queue_server.web.origin import Csrf, OriginCheck, WrongCsrf
from tests.web.walls import a_scope, refuse

OWN = "http://rathaus.example:8000"
EVIL = "https://evil.example"
FORM = "application/x-www-form-urlencoded"
CSRF = Csrf(b"k" * 32)


async def passes(scope: Scope, *own: str) -> bool:
    reached: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        assert message.get("status", 403) == 403

    await OriginCheck(app, refuse, own)(scope, receive, send)
    return bool(reached)


@pytest.mark.parametrize(
    ("why", "headers", "expected"),
    [
        ("our page", {"origin": OWN, "sec_fetch_site": "same-origin"}, True),
        ("our page without TLS", {"origin": OWN}, True),
        ("our page, TLS ends at a silent proxy", {"origin": "https://rathaus.example:8000"}, True),
        ("capitals in the address", {"origin": "http://RATHAUS.example:8000"}, True),
        ("a program with a cookie jar", {}, True),
        ("a foreign page", {"origin": EVIL, "sec_fetch_site": "cross-site"}, False),
        ("a foreign page without TLS", {"origin": EVIL}, False),
        ("a page that begins like ours", {"origin": OWN + ".evil.example"}, False),
        ("another port", {"origin": "http://rathaus.example:8001"}, False),
        ("a sister site", {"origin": "http://www.example", "sec_fetch_site": "same-site"}, False),
        ("an old browser's cross-site form", {"sec_fetch_site": "cross-site"}, False),
        ("no host at all", {"origin": "null", "host": ""}, False),
        ("a sandboxed frame", {"origin": "null", "sec_fetch_site": "cross-site"}, False),
        ("a null origin with JSON", {"origin": "null", "content_type": "application/json"}, False),
        ("our form under no-referrer", {"origin": "null", "sec_fetch_site": "same-origin"}, True),
        (
            "our form under no-referrer, no TLS: the token decides",
            {"origin": "null", "content_type": FORM},
            True,
        ),
    ],
)
async def test_a_command_with_a_cookie_comes_from_our_own_page(
    why: str, headers: dict[str, str], expected: bool
) -> None:
    assert await passes(a_scope(cookie="aufruf_session=x", **headers)) is expected, why


@pytest.mark.parametrize("origin", [EVIL, "null", "http://rathaus.example"])
async def test_a_foreign_pages_socket_is_refused(origin: str) -> None:
    assert not await passes(a_scope("websocket", origin=origin, cookie="aufruf_device_x=y"))
    assert not await passes(a_scope("websocket", origin=origin))


async def test_our_own_socket_and_a_programs_socket_pass() -> None:
    assert await passes(a_scope("websocket", origin=OWN, cookie="aufruf_device_x=y"))
    assert await passes(a_scope("websocket"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_is_open_to_links_from_anywhere(method: str) -> None:
    assert await passes(a_scope(method=method, origin=EVIL, sec_fetch_site="cross-site"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "WHATEVER"])
async def test_every_other_method_is_guarded(method: str) -> None:
    assert not await passes(a_scope(method=method, origin=EVIL))


async def test_a_token_in_a_header_is_its_own_proof_unless_cookies_came_along() -> None:
    assert await passes(a_scope(origin=EVIL, authorization="Bearer x"))
    assert not await passes(a_scope(origin=EVIL, authorization="Bearer x", cookie="aufruf_session=x"))


async def test_a_foreign_page_cannot_sign_somebody_in() -> None:
    """Without any cookie too: else visitors work in the attacker's account."""
    assert not await passes(a_scope(origin=EVIL))


async def test_an_own_origin_by_setting_passes() -> None:
    assert await passes(a_scope(origin=EVIL, sec_fetch_site="cross-site"), EVIL)


def test_a_forms_token_fits_its_own_session() -> None:
    scope = a_scope(cookie="aufruf_session=mine")
    CSRF.check(scope, CSRF.token(scope))


def test_a_forms_token_fits_nobody_else() -> None:
    token = CSRF.token(a_scope(cookie="aufruf_session=mine"))
    for other in (a_scope(cookie="aufruf_session=yours"), a_scope()):
        with pytest.raises(WrongCsrf):
            CSRF.check(other, token)


def test_a_devices_form_is_bound_to_its_device() -> None:
    scope = a_scope(cookie="aufruf_session=mine; aufruf_device_kiosk-1=key")
    token = CSRF.token(scope, "kiosk-1")
    CSRF.check(scope, token, "kiosk-1")
    with pytest.raises(WrongCsrf):
        CSRF.check(scope, token)


@pytest.mark.parametrize("sent", [None, "", ".", "nonsense", "a.b", 7, b"bytes", "\ud800.x", "ä.ö"])
def test_a_form_without_a_right_token_is_refused(sent: object) -> None:
    with pytest.raises(WrongCsrf):
        CSRF.check(a_scope(cookie="aufruf_session=mine"), sent)


def test_another_servers_token_is_refused() -> None:
    scope = a_scope(cookie="aufruf_session=mine")
    with pytest.raises(WrongCsrf):
        CSRF.check(scope, Csrf(b"o" * 32).token(scope))


def test_no_two_tokens_look_alike() -> None:
    scope = a_scope(cookie="aufruf_session=mine")
    assert CSRF.token(scope) != CSRF.token(scope)
