"""Which addresses of strangers' browsers we would ever send to."""

import pytest

from queue_server.domain.push import Subscription, may_push

SERVICES = ("push.example", ".below.example", "localhost:8443")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.example/a/b-c_d:e?f=g",
        "https://PUSH.example/",
        "https://one.below.example/x",
        "https://localhost:8443/x",
    ],
)
def test_the_listed_services_are_sent_to(endpoint: str) -> None:
    assert may_push(endpoint, SERVICES)


@pytest.mark.parametrize(
    "endpoint",
    [
        *("", "push.example", "http://push.example/x", "https://push.example", "ftp://push.example/"),
        *("https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://push.example:444/x"),
        *("https://push.example.evil.example/x", "https://evilpush.example/x", "https://below.example/x"),
        *("https://evil.example@push.example/x", "https://push.example@evil.example/x"),
        *("https://evil.example\\.below.example/x", "https://evil.example/\\push.example/"),
        *("https://push.example/a b", "https://push.example/\r\nX: y", "https://push.exämple/x"),
        "https://push.example/" + "x" * 1000,
    ],
)
def test_nothing_else_is_knocked_at(endpoint: str) -> None:
    """The address comes from a stranger: our server must not become a way into the town's own network."""
    assert not may_push(endpoint, SERVICES)


def test_a_subscription_names_no_phone_in_a_log_and_must_be_whole() -> None:
    whole = Subscription("https://push.example/secret", b"\4" + b"x" * 64, b"y" * 16)
    assert "secret" not in repr(whole)
    assert whole.is_whole
    assert not Subscription("", b"\3" + b"x" * 64, b"y" * 16).is_whole
    assert not Subscription("", b"", b"").is_whole
    assert not Subscription("", b"\4" + b"x" * 64, b"y" * 15).is_whole
