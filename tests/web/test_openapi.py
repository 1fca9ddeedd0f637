"""The description is complete and honest: each answer fits its schema, and nothing random makes a 500."""

import asyncio
import copy
import functools
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from queue_server.settings import Settings
from queue_server.web.openapi import describe
from queue_server.web.routes import API_ROUTES
from tests.web.running import Town, running, serving

DOCUMENT = describe(API_ROUTES, "test")
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item]


def operation(path: str, method: str) -> dict[str, Any]:
    return dict(DOCUMENT["paths"][path][method])


async def test_the_description_is_served(town: Town) -> None:
    served = (await town.ask(None, "GET", "/api/openapi.json")).json()
    assert served["openapi"] == "3.1.0"
    assert served["paths"].keys() == DOCUMENT["paths"].keys()


def test_operations_have_names_of_their_own_and_say_what_they_do() -> None:
    names = [operation(*one)["operationId"] for one in OPERATIONS]
    assert len(set(names)) == len(names)
    assert [one for one in OPERATIONS if not operation(*one)["summary"].endswith((".", ";"))] == []


def test_everything_described_has_words() -> None:
    silent = [name for name, schema in DOCUMENT["components"]["schemas"].items() if not words(schema)]
    assert silent == []


def words(schema: dict[str, Any]) -> bool:
    return bool(schema.get("description"))


def test_every_answer_has_a_schema() -> None:
    for path, method in OPERATIONS:
        for status, answer in operation(path, method)["responses"].items():
            assert answer["description"], (path, status)
            if status != "204":
                (content,) = answer["content"].values()
                assert content["schema"] not in ({}, {"type": "object"}), (path, status)


@functools.cache
def closed() -> dict[str, Any]:
    """Return the document with every object closed: what is not described must not come."""
    strict = copy.deepcopy(DOCUMENT)
    for name, schema in strict["components"]["schemas"].items():
        if "properties" in schema and name != "Error":
            schema.setdefault("additionalProperties", False)
    return strict


def complaints(answer: Any, path: str, method: str) -> list[str]:
    """Return how an answer differs from its description."""
    responses = operation(path, method)["responses"]
    if str(answer.status_code) not in responses:
        return [f"{method} {path}: {answer.status_code} is not described: {answer.text[:200]}"]
    content = responses[str(answer.status_code)].get("content", {})
    if "application/json" not in content:
        return []
    schema = {**closed(), **content["application/json"]["schema"]}
    return [
        f"{method} {path} {answer.status_code}: {error.message} at {error.instance_path}"
        for error in jsonschema_rs.validator_for(schema).iter_errors(answer.json())
    ]


async def test_a_whole_day_is_answered_as_described(town: Town) -> None:
    """Drive every operation to success, and hold each answer against the closed description."""
    found: list[str] = []
    done: set[tuple[str, str]] = set()

    async def ask(
        method: str, path: str, body: object = None, who: str | None = "anna", query: str = "", **ids: object
    ) -> Any:
        address = path.format(site="rathaus", counter="rathaus-1", display="rathaus-eg", **ids)
        answer = await town.ask(who, method, address + query, body)
        found.extend(complaints(answer, path, method.lower()))
        if answer.is_success:
            done.add((path, method.lower()))
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else {}

    at, site = "/api/v1/counters/{counter}", "/api/v1/sites/{site}"

    async def act(name: str, **body: object) -> Any:
        return await ask("POST", f"{at}/{name}", {"request_id": town.press(), **body})

    concern = {"services": [{"id": "id-card"}]}
    for path in ("/healthz", "/readyz", "/metrics", "/api/v1/sessions", "/api/v1/sites", site):
        await ask("GET", path)
    await ask("GET", "/readyz", who="integration")
    await act("open")
    await ask("POST", f"{site}/quotes", concern)
    tickets = [
        await ask(
            "POST", f"{site}/tickets", {"request_id": town.press(), "needs": ["deaf"], **concern}, who="kiosk"
        )
        for _ in range(6)
    ]
    first = {"ticket": tickets[-1]["id"]}
    await ask("GET", f"{site}/tickets/{{ticket}}/order", **first)
    await ask("POST", f"{site}/tickets/{{ticket}}", {"act": "away"}, **first)
    await ask("POST", f"{site}/tickets/{{ticket}}", {"act": "back"}, **first)
    await ask("POST", f"{site}/tickets/{{ticket}}/reprint", {}, **first)
    slip = {"code": tickets[-1]["status_url"].rpartition("/")[2]}
    await ask("POST", "/api/v1/kiosks/{kiosk}/visits", slip, who="kiosk", kiosk="rathaus-kiosk")
    await act("calls")
    await act("recall")
    await ask("GET", at)
    await ask("GET", f"{site}/board", who="display")
    await ask("GET", f"{site}/queue")
    await act("join", number=tickets[-1]["number"])
    await act("put-back")
    await act("calls", ticket=tickets[0]["id"])
    await act("undo")
    await act("calls", ticket=tickets[0]["id"])
    await act("start")
    visit, *_ = (await ask("GET", f"{at}/documents"))["visits"]
    document = {name: visit["documents"][0][name] for name in ("service", "document")}
    await act("missing", ticket=visit["ticket"], **document)
    await act("concern", **concern)
    await ask("GET", at)
    await act("park")
    await act("start", ticket=tickets[0]["id"])
    await act("calls", finish_current=True)
    await act("no-show")
    await act("calls")
    await act("put-back")
    await act("calls")
    await act("transfer", services=[{"id": "passport"}])
    await act("calls")
    await act("finish")
    await act("pause")
    await act("close")
    await ask("POST", f"{site}/issuing", {"issuing": True})
    await ask("POST", f"{site}/call-mode", {"call_mode": "fetch"})
    await ask("POST", "/api/v1/displays/{display}/service", {"out_of_service": True})
    await act("alarm", test=True)
    for where in (f"{site}/alarm", f"{site}/alarms/{{alarm}}"):
        [one] = (await ask("GET", f"{site}/alarms"))["alarms"][-1:]
        body = {"act": "going"} if "{alarm}" in where else {"request_id": town.press()}
        await ask("POST", where, body, alarm=one["id"])
    await book_a_visit(ask, town)
    signing_in = {"user": "anna", "password": "ein gutes Kennwort"}
    await ask("POST", "/api/v1/sessions", signing_in)
    await ask("DELETE", "/api/v1/sessions")
    assert found == []
    elsewhere = {("/api/v1/sessions/password", "post"), ("/api/v1/kiosks/{kiosk}/speech", "post")}
    elsewhere.add(("/api/v1/sites/{site}/figures", "get"))
    not_driven = {one for one in OPERATIONS if one not in done} - elsewhere
    assert not_driven == set(), "test_api_sessions, test_speaking and test_api_figures ask these"


async def book_a_visit(ask: Any, town: Town) -> None:
    """Hold, extend, release, book, look, move, cancel, search, and come."""
    site, concern = "/api/v1/sites/{site}", {"services": [{"id": "id-card"}]}
    client = {"client": "a-visitors-session"}
    wanted = "?services=id-card&"
    await ask("GET", f"{site}/months", who=None, query=f"{wanted}first=2026-03-09&last=2026-05-01")
    offered = await ask("GET", f"{site}/times", who=None, query=f"{wanted}day=2026-03-11")
    soon = await ask("GET", f"{site}/earliest", who=None, query=f"{wanted}count=9")

    async def hold(starts_at: str, **more: str) -> Any:
        body = {"request_id": town.press(), "starts_at": starts_at, **concern, **client, **more}
        return await ask("POST", f"{site}/holds", body, who=None)

    async def book(starts_at: str, **person: str) -> Any:
        held = await hold(starts_at)
        body = {"request_id": town.press(), "hold": held["id"], "person": person, **client}
        return await ask("POST", f"{site}/appointments", body, who=None)

    free = offered["times"]
    held = await hold(free[0])
    await ask("POST", f"{site}/holds/{{hold}}/extend", client, who=None, hold=held["id"])
    await ask("POST", f"{site}/holds/{{hold}}/release", client, who=None, hold=held["id"])
    await ask("POST", f"{site}/holds/{{hold}}/extend", client, who=None, hold=held["id"])
    booked = await book(free[0], name="Erika", email="erika@example.org")
    own = {"code": booked["manage_url"].rpartition("/")[2]}
    await ask("POST", f"{site}/appointments/own", own, who=None)
    await ask("POST", f"{site}/appointments/search", {"text": "eri", "day": "2026-03-11"})
    held = await hold(free[9], **own)
    move = {"request_id": town.press(), "hold": held["id"], **own, **client}
    await ask("POST", f"{site}/appointments/own/move", move, who=None)
    cancel = {"request_id": town.press(), **own}
    await ask("POST", f"{site}/appointments/own/cancel", cancel, who=None)
    await ask("POST", f"{site}/appointments/own", own, who=None)
    today = await book(soon["times"][-1], name="Erika", phone="0371 4880")
    come = {"request_id": town.press(), "number": today["number"], "time": today["starts_at"][11:16]}
    await ask("POST", f"{site}/check-ins", come, who="kiosk")
    at_kiosk = "/api/v1/kiosks/{kiosk}"
    await ask("POST", f"{at_kiosk}/quotes", concern, who="kiosk", kiosk="rathaus-kiosk")
    later = {"request_id": town.press(), "starts_at": soon["times"][-2], **concern}
    needing = {**concern, "needs": ["more_time"]}
    sheet = {**needing, "first": "2026-03-10", "last": "2026-03-12"}
    await ask("POST", f"{at_kiosk}/months", sheet, who="kiosk", kiosk="rathaus-kiosk")
    await ask(
        "POST", f"{at_kiosk}/times", {**needing, "day": "2026-03-12"}, who="kiosk", kiosk="rathaus-kiosk"
    )
    booked = await ask("POST", f"{at_kiosk}/appointments", later, who="kiosk", kiosk="rathaus-kiosk")
    again = f"{at_kiosk}/appointments/{{appointment}}/reprint"
    press = {"request_id": town.press()}
    await ask("POST", again, press, who="kiosk", kiosk="rathaus-kiosk", appointment=booked["id"])


# -- random requests -------------------------------------------------------------------------------------

API = schemathesis.openapi.from_dict(DOCUMENT)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
TRIES = [
    (path, method, who)
    for path, method in OPERATIONS
    # Each try to sign in costs a password check, and who tries makes no difference.
    for who in ((None,) if (path, method) == ("/api/v1/sessions", "post") else (None, "anna", "kiosk"))
]
REAL = {"site": "rathaus", "counter": "rathaus-1", "display": "rathaus-eg", "kiosk": "rathaus-kiosk"}


@pytest.fixture(scope="module")
def base_url(
    web_sqlite: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """A server in a thread of its own: schemathesis speaks plain, blocking HTTP."""
    data = tmp_path_factory.mktemp("openapi") / "town"
    shutil.copytree(web_sqlite.folder, data)
    ready, ended = threading.Event(), threading.Event()
    told: dict[str, str] = {}

    async def serve() -> None:
        plain = Settings(data=data, rate_limits=False, speech=False)
        async with running(plain, web_sqlite.tokens) as town, serving(town) as served:
            told["url"] = f"http://{served.address}"
            ready.set()
            while not ended.is_set():
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield told["url"], dict(web_sqlite.tokens)
    ended.set()
    thread.join(20)


@pytest.mark.parametrize(("path", "method", "who"), TRIES)
def test_random_requests_are_answered_as_described(
    base_url: tuple[str, dict[str, str]],
    request: pytest.FixtureRequest,
    path: str,
    method: str,
    who: str | None,
) -> None:
    """Bounded in the usual run; thirty times as much with --long."""
    url, tokens = base_url
    headers = {} if who is None else {"Authorization": f"Bearer {tokens[who]}"}
    examples = 300 if request.config.getoption("--long") else 10
    strategy = API[path][method.upper()].as_strategy()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not request.config.getoption("--long"),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def try_it(case: Any) -> None:
        # Half of the addresses are real, else nothing behind the first look-up would be reached.
        for name, id_ in REAL.items():
            if name in (case.path_parameters or {}) and len(str(case.path_parameters[name])) % 2:
                case.path_parameters[name] = id_
        response = case.call(base_url=url, headers=headers, timeout=10)
        case.validate_response(response, checks=CHECKS)

    try_it()
