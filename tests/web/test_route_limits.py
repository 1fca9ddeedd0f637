"""Every address has a longest body and a bucket: walked from the routes of the running server."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus

from queue_server.web.cookies import SESSION_COOKIE
from queue_server.web.limits import UNLIMITED, Limits, Rate, Rates
from queue_server.web.openapi import describe
from queue_server.web.route_limits import (
    BODIES,
    BUCKETS,
    COMMAND,
    FORM,
    MESSAGE,
    NO_BODY,
    Bucket,
    RouteLimits,
    api_limits,
    limits_of,
    page_limits,
)
from queue_server.web.routes import API_ROUTES, PAGE_ROUTES
from queue_server.web.sockets import SOCKETS
from tests.web.running import Town

GUIDE = (Path(__file__).parents[2] / "docs" / "operators" / "security.md").read_text(encoding="utf-8")
ONE_EACH = Rates(**{one.name: Rate(1, 1) for one in fields(Rates)})
SOCKET_OF = {"displays": "rathaus-eg", "counters": "rathaus-1", "kiosks": "rathaus-kiosk", "sites": "rathaus"}


def starlette(app: Any) -> Starlette:
    while not isinstance(app, Starlette):
        app = app.app
    return app


def addresses(town: Town) -> list[tuple[str, str, RouteLimits]]:
    """Return method, address and limits of whatever the router knows, sockets apart."""
    api = {(one.method, one.path): api_limits(one.path, has_body=one.body is not None) for one in API_ROUTES}
    pages = {
        (method, page.path): page_limits(page.path, page.methods)
        for page in PAGE_ROUTES
        for method in page.methods
    }
    found = []
    for route in starlette(town.app).routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                one = (method, route.path)
                found.append((*one, api.get(one) or pages.get(one) or limits_of(route.path)))
        elif isinstance(route, Mount):
            found.append(("GET", f"{route.path}/x", limits_of(route.path)))
        else:
            assert isinstance(route, WebSocketRoute)
    assert len(found) > 100
    return found


def filled(path: str) -> str:
    return re.sub(r"{\w+}", "x", path.replace("{number:int}", "100"))


async def test_every_address_refuses_a_body_above_its_limit_and_takes_one_at_it(town: Town) -> None:
    for method, path, limits in addresses(town):
        statuses = [
            (await town.client.request(method, filled(path), content=b"x" * length)).status_code
            for length in (limits.body, limits.body + 1)
        ]
        assert statuses[0] != 413, (method, path)
        assert statuses[1] == 413, (method, path)


async def test_a_body_that_comes_in_pieces_is_bounded_too(town: Town) -> None:
    async def pieces() -> Any:
        for _ in range(40):
            yield b"x" * 1024

    for path in ("/api/v1/sessions", "/sign-in"):
        answer = await town.client.post(
            path,
            content=pieces(),
            headers={"content-type": "application/x-www-form-urlencoded"[: 16 if "api" in path else None]},
        )
        assert answer.status_code == 413, path


async def test_every_address_counts_strangers(town: Town) -> None:
    for method, path, _ in addresses(town):
        town.house.limits = Limits(ONE_EACH)
        answers = [await town.client.request(method, filled(path)) for _ in range(2)]
        assert answers[0].status_code != 429, (method, path)
        assert answers[1].status_code == 429, (method, path)
        assert int(answers[1].headers["retry-after"]) >= 1, (method, path)


async def test_every_answer_of_every_address_has_the_safe_headers_and_none_may_be_framed(town: Town) -> None:
    """The card for other websites is no frame of ours but plain HTML in their own page."""
    for method, path, _ in addresses(town):
        headers = (await town.client.request(method, filled(path))).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], (method, path)
        assert "unsafe" not in headers["content-security-policy"], (method, path)
        assert headers["x-content-type-options"] == "nosniff", (method, path)
        assert headers["referrer-policy"] == "no-referrer", (method, path)
        assert headers["cross-origin-opener-policy"] == "same-origin", (method, path)
        assert headers["cross-origin-resource-policy"] == "same-origin", (method, path)
        assert "strict-transport-security" not in headers, (method, path)


async def test_a_page_says_in_words_that_it_is_too_much(town: Town) -> None:
    town.house.limits = Limits(ONE_EACH)
    for _ in range(2):
        answer = await town.ask(None, "GET", "/termin", accept_language="de")
    assert (answer.status_code, answer.headers["content-type"]) == (429, "text/html; charset=utf-8")


async def test_who_is_signed_in_is_counted_alone_and_not_with_the_hall(town: Town) -> None:
    """A clerk behind the address of 1,000 phones presses on, and one token does not slow another."""
    town.house.limits = Limits(replace(UNLIMITED, visitors=Rate(1, 1), known=Rate(1, 2)))
    path = "/api/v1/sites/rathaus/queue"
    assert [(await town.ask(None, "GET", path)).status_code for _ in range(2)] == [200, 429]
    assert [(await town.ask("anna", "GET", path)).status_code for _ in range(3)] == [200, 200, 429]
    assert (await town.ask("kiosk", "GET", path)).status_code == 200


async def test_trying_tokens_is_slow(town: Town) -> None:
    town.house.limits = Limits(replace(UNLIMITED, visitors=Rate(1, 3)))
    tried = [
        (await town.client.get("/api/v1/sites", headers={"Authorization": f"Bearer {number}"})).status_code
        for number in range(4)
    ]
    assert tried == [401, 401, 401, 429]


async def test_after_many_guesses_unknown_secrets_ask_no_database_and_right_ones_pass(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = "/api/v1/sites/rathaus/queue", 0
    town.house.limits = Limits(replace(UNLIMITED, guesses=Rate(1, 2)))
    read = town.house.sessions._lookup

    async def counted(look: Any) -> Any:
        nonlocal asked
        asked += 1
        return await read(look)

    monkeypatch.setattr(town.house.sessions, "_lookup", counted)
    for user in ("anna", "kiosk", "anna"):
        assert (await town.ask(user, "GET", path)).status_code == 200
    assert asked == 2, "and what was right has cost nothing"
    guesses = [
        {"Authorization": "Bearer guess"},
        {"Cookie": f"{SESSION_COOKIE}=guess"},
        {"Cookie": f"{SESSION_COOKIE}=another"},
        {"Authorization": "Bearer another"},
    ]
    got = [(await town.client.get(path, headers=headers)).status_code for headers in guesses]
    assert (got, asked) == ([401, 200, 429, 429], 4)
    town.house.sessions.invalidate()
    assert (await town.ask("anna", "GET", path)).status_code == 200


async def test_every_socket_counts_who_opens_it(served_town: Town) -> None:
    for route in SOCKETS:
        served_town.house.limits = Limits(ONE_EACH)
        path = route.path.replace("{id}", SOCKET_OF[route.path.split("/")[2]])
        statuses = []
        for _ in range(2):
            try:
                async with served_town.socket(None, path):
                    statuses.append(101)
            except InvalidStatus as refused:
                statuses.append(refused.response.status_code)
        assert statuses[0] != 429, path
        assert statuses[1] == 429, path


async def test_a_device_that_says_too_much_is_cut_off_alone(served_town: Town) -> None:
    served_town.house.limits = Limits(replace(UNLIMITED, messages=Rate(1, 3)))
    async with served_town.socket(None, "/live/sites/rathaus") as other:
        await other.recv()
        async with served_town.socket("display", "/live/displays/rathaus-eg") as talking:
            with pytest.raises(ConnectionClosed) as ended:  # noqa: PT012 - it may end while we speak
                for _ in range(4):
                    await talking.send("{}")
                while True:
                    await talking.recv()
            assert ended.value.rcvd
            assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (1008, "too_many_requests")
        await other.send("{}")
        pong = await other.ping()
        await pong


def test_no_row_names_an_address_that_is_gone() -> None:
    known = (
        {one.path for one in API_ROUTES} | {one.path for one in PAGE_ROUTES} | {one.path for one in SOCKETS}
    )
    files = {path for path, bucket in BUCKETS.items() if bucket is Bucket.FILES}
    assert {*BODIES, *BUCKETS} - known - files == set()


def test_every_bucket_has_a_rate() -> None:
    assert {bucket.value for bucket in Bucket} <= {one.name for one in fields(Rates)}


def test_the_description_tells_the_limits_of_every_operation() -> None:
    paths = describe(API_ROUTES, "test")["paths"]
    for route in API_ROUTES:
        operation = paths[route.path][route.method.lower()]
        limits = api_limits(route.path, has_body=route.body is not None)
        assert (operation["x-body-limit"], operation["x-rate-limit"]) == (limits.body, limits.bucket.value)
        assert {"413", "429"} <= operation["responses"].keys()


def test_the_guide_shows_the_same_table() -> None:
    told = dict(
        re.findall(r"^\| (`?[^|`]+`?(?: and what lies in it)?) \| (\d+ KiB \| \w+) \|$", GUIDE, re.MULTILINE)
    )
    kinds = {
        "commands of the API": COMMAND,
        "questions to the API": NO_BODY,
        "forms": FORM,
        "pages": NO_BODY,
        "sockets, for each message": MESSAGE,
    }
    expected = {kind: f"{body // 1024} KiB | visitors" for kind, body in kinds.items()}
    methods = {page.path: set(page.methods) for page in PAGE_ROUTES}
    for page in PAGE_ROUTES:
        methods[page.path] |= set(page.methods)
    bodies = {
        **{path: page_limits(path, found).body for path, found in methods.items()},
        **{one.path: api_limits(one.path, has_body=one.body is not None).body for one in API_ROUTES},
        **{one.path: MESSAGE for one in SOCKETS},
    }
    for path in sorted({*BODIES, *BUCKETS}):
        if not path.startswith("/static/"):
            shown = f"`{path}`" + (" and what lies in it" if path == "/static" else "")
            limits = limits_of(path)
            expected[shown] = f"{bodies.get(path, NO_BODY) // 1024} KiB | {limits.bucket.value}"
    assert told == expected


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("the bucket `visitors` | address", "visitors"),
        ("the bucket `status`: 1,000 phones come back at once | address", "status"),
        ("the bucket `files` | address", "files"),
        ("the bucket `feeds` | address", "feeds"),
        ("anything, signed in | session or token", "known"),
        ("what a device says | socket", "messages"),
        ("cookies and tokens that nobody has; only wrong ones count | address", "guesses"),
        ("signing in by the directory, there or back | address", "directory"),
    ],
)
def test_the_guide_shows_how_fast_a_bucket_refills(words: str, name: str) -> None:
    rate: Rate = getattr(Rates(), name)
    assert f"| {words} | {rate.burst:,} | {rate.per_min:,} |" in GUIDE
