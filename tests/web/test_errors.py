"""Refusals: codes, statuses, texts, and the one shape for everything that goes wrong."""

import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import queue_server
from queue_server.domain.access import TooManyRequests
from queue_server.domain.errors import Refusal
from queue_server.web import errors
from queue_server.web.texts import load_texts
from tests.web.running import Town

HALL = 409


def all_refusals() -> list[type[Refusal]]:
    """Import the whole server, so that every subclass is known, and return them."""
    for module in pkgutil.walk_packages(queue_server.__path__, "queue_server."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return [one for one in below(Refusal) if one.__module__.startswith("queue_server.")]


def test_each_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in all_refusals()]
    assert len(codes) >= 20
    assert len(set(codes)) == len(codes)


def test_each_refusal_says_something_in_every_language() -> None:
    texts = load_texts()
    missing = [
        (refusal.code, language)
        for refusal in all_refusals()
        for language in texts
        if f"error.{refusal.code}" not in texts[language]
    ]
    assert missing == []


def test_each_refusal_has_a_status_of_the_4xx_unless_the_storage_is_gone() -> None:
    statuses = {refusal.code: errors.status_of(refusal.code) for refusal in all_refusals()}
    assert {statuses.pop(f"{one}_unavailable") for one in ("storage", "directory")} == {503}
    assert statuses.pop("disk_full") == 507
    assert statuses.pop("not_set_up") == 503
    assert all(400 <= status < 500 for status in statuses.values())
    assert statuses["nobody_waiting"] == HALL
    assert statuses["request_id_reused"] == 422


def test_each_refusal_tells_who_reads_the_source_what_it_means() -> None:
    assert [refusal.__name__ for refusal in all_refusals() if not refusal.__doc__] == []


def test_parameters_never_hide_code_and_message() -> None:
    body: Any = errors.error_body("a", "b", {"code": "x", "message": "y", "number": 417})
    assert body == {"error": {"code": "a", "message": "b", "number": 417}}


def shape(answer: Any) -> str:
    """Return the code of an error in the one shape; fails when it has another one."""
    error = answer.json()["error"]
    assert isinstance(error["code"], str)
    assert isinstance(error["message"], str)
    assert error["message"]
    assert "{" not in error["message"], "a placeholder was left empty"
    assert answer.headers["content-type"] == "application/json"
    return str(error["code"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v2/sites", 404, "not_found"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/live/displays/rathaus-eg", 404, "not_found"),
        ("GET", "/sounds/nothing", 404, "not_found"),
        ("PUT", "/api/v1/sites", 405, "method_not_allowed"),
        ("TRACE", "/api/v1/sites", 405, "method_not_allowed"),
        ("POST", "/static/tokens.css", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/sites/rathaus/tickets", 405, "method_not_allowed"),
    ],
)
async def test_there_is_one_error_shape(town: Town, method: str, path: str, status: int, code: str) -> None:
    answer = await town.ask("anna", method, path)
    assert (answer.status_code, shape(answer)) == (status, code)


async def test_405_names_all_that_an_address_understands(town: Town) -> None:
    answer = await town.ask(None, "PUT", "/api/v1/sessions")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, POST"


async def test_mistyped_addresses_of_people_are_answered_in_words(town: Town) -> None:
    for method, path in (("GET", "/nothing"), ("PUT", "/sign-in"), ("GET", "/t/x/y")):
        answer = await town.ask(None, method, path)
        assert answer.status_code in {404, 405}
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1" in answer.text


async def test_head_is_get_without_a_body(town: Town) -> None:
    for path in ("/api/v1/sites", "/", "/sign-in", "/healthz", "/static/tokens.css"):
        got, head = await town.ask(None, "GET", path), await town.ask(None, "HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"NaN",
        b'{"request_id": NaN}',
        b'{"request_id": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 5000,
        b'{"a":' * 2500,
        b'{"request_id": 1e999}',
    ],
)
async def test_bodies_that_are_no_json_object_are_bad_input(town: Town, raw: bytes) -> None:
    headers = town.headers("anna") | {"content-type": "application/json"}
    answer = await town.client.post("/api/v1/counters/rathaus-1/calls", content=raw, headers=headers)
    assert (answer.status_code, shape(answer)) == (400, "bad_input")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
async def test_a_form_cannot_press_buttons_with_a_borrowed_cookie(town: Town, kind: str) -> None:
    """A form of a sandboxed page comes with a null origin, which passes for the sake of our own forms."""
    opened = await town.client.post("/api/v1/sessions", json={"user": "anna", "password": "falsch"})
    assert opened.status_code == 401
    headers = {"content-type": kind, "origin": "null"}
    answer = await town.client.post("/api/v1/counters/rathaus-1/open", content=b"{}", headers=headers)
    assert answer.status_code in {401, 403, 415}
    signing_in = await town.client.post(
        "/api/v1/sessions", content=b'{"user": "anna"}', headers={"content-type": kind}
    )
    assert (signing_in.status_code, shape(signing_in)) == (415, "unsupported_media_type")


async def test_too_large_a_body_is_refused_in_the_same_shape(town: Town) -> None:
    answer = await town.client.post("/api/v1/sessions", content=b"x" * 70_000)
    assert (answer.status_code, shape(answer)) == (413, "payload_too_large")


async def test_a_foreign_origin_is_refused_in_the_same_shape(town: Town) -> None:
    answer = await town.ask(
        None, "POST", "/api/v1/sessions", {"user": "a", "password": "b"}, origin="https://evil.example"
    )
    assert (answer.status_code, shape(answer)) == (403, "origin")


async def test_a_fault_of_ours_is_a_500_with_a_number_to_ask_for(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(town.house.sequencer, "look", broken)
    with caplog.at_level(logging.ERROR):
        answer = await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")
    assert (answer.status_code, shape(answer)) == (500, "internal")
    assert answer.json()["error"]["incident"] in caplog.text


async def test_a_fault_of_ours_on_a_page_is_told_in_words_with_the_way_on(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(town.house.limits), "check_stranger", broken)
    with caplog.at_level(logging.ERROR):
        answer = await town.ask(None, "GET", "/t/any", accept_language="de")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    number = re.search(r"Kennzeichen: ([0-9a-f]{8})", answer.text)
    assert number
    assert number[1] in caplog.text
    assert 'href="/termin"' in answer.text


@pytest.mark.parametrize(
    ("path", "next_step"),
    [("/nowhere", "Öffnen Sie den Link noch einmal"), ("/t/any", "Öffnen Sie den Link noch einmal")],
)
async def test_a_page_that_is_not_there_says_what_to_do_next(town: Town, path: str, next_step: str) -> None:
    answer = await town.ask(None, "GET", path, accept_language="de")
    assert answer.status_code == 404
    assert next_step in answer.text
    assert "<title>Das gibt es hier nicht. · Aufruf</title>" in answer.text


async def test_messages_speak_the_language_that_was_chosen(town: Town) -> None:
    async def message(**headers: str) -> str:
        answer = await town.ask(None, "GET", "/api/v1/sites/nowhere/board", **headers)
        return str(answer.json()["error"]["message"])

    english = await message(accept_language="en-GB,de;q=0.5")
    german = await message(accept_language="de")
    assert english != german
    assert await message(accept_language="de", cookie="aufruf_language=en") == english
    assert await message(accept_language="xx;q=,,,;;") == german


async def test_waiting_time_is_said_with_too_many_requests(town: Town) -> None:
    say = load_texts()
    answer = errors.refusal_response(say, {"headers": [], "scheme": "http"}, TooManyRequests(retry_after_s=7))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
