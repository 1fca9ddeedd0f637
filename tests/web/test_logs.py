"""A day at the town hall, with everything logged that can be: no name, no address, no secret is in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from queue_server.commands.log_form import NOISY, JsonLines
from tests.web.running import PASSWORD, Town
from tests.web.test_api_booking import book, code_of, send
from tests.web.test_api_sessions import sign_in

PERSON = {
    "name": "Zdenka Quitschke",
    "email": "zdenka.quitschke@post.example",
    "phone": "+49 151 23456789",
    "remarks": "Blauer Regenschirm",
}
every_request = pytest.mark.parametrize("changes", [{"log_requests": True}], indirect=True)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that the server logs, and every library as it is heard."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    levels = {noisy: logging.getLogger(noisy).level for noisy in NOISY}
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    for noisy, before in levels.items():
        logging.getLogger(noisy).setLevel(before)


def entries(logged: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


@every_request
async def test_no_log_holds_a_person_or_a_secret(
    town: Town, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await town.take()
    booked = await book(town, person=PERSON)
    status, manage = str(ticket["status_url"]), str(booked["manage_url"])
    for path in (status, f"{manage}?lang=de", f"{manage}/cancel", f"{manage}/termin.ics", "/t/not-a-secret"):
        await town.client.get(path)
    await send(town, "appointments/own", code=code_of(booked))
    await town.client.post("/termin", data={"p-name": PERSON["name"], "p-phone": PERSON["phone"]})
    assert (await sign_in(town, "anna", "a wrong password")).status_code == 401
    assert (await sign_in(town, PERSON["email"], "another wrong one")).status_code == 401
    signed_in = await sign_in(town)
    assert signed_in.status_code == 201
    await town.ask("anna", "POST", "/desk/rathaus/search", None, origin="https://evil.example")

    def broken(*_: object, **__: object) -> None:
        raise ValueError(PERSON["name"])

    monkeypatch.setattr(town.house.sequencer, "look", broken)
    assert (await town.client.get(status)).status_code == 500
    said = logged.getvalue()
    secrets = [status.rpartition("/")[2], code_of(booked), signed_in.headers["set-cookie"].split("=")[1][:20]]
    secrets += [*town.tokens.values(), "a wrong password", "another wrong one", PASSWORD, "not-a-secret"]
    for word in (*PERSON.values(), "Quitschke", "Zdenka", "23456789", "anna", *secrets, booked["reference"]):
        assert word not in said, word
    events = [one["event"] for one in entries(logged)]
    for event in ("request", "sign_in_failed", "signed_in", "foreign_page_refused"):
        assert event in events, event
    assert any(str(event).startswith("request failed") for event in events)
    assert {"/t/{secret}", "/termin/v/{secret}"} <= {one.get("route") for one in entries(logged)}


async def test_who_tries_to_get_in_is_noted_by_account_and_network(town: Town, logged: io.StringIO) -> None:
    await sign_in(town, "anna", "wrong")
    await sign_in(town, "nobody here", "wrong")
    await sign_in(town)
    noted = [one for one in entries(logged) if one["from"] == "queue_server.security"]
    assert [one["event"] for one in noted] == ["sign_in_failed", "sign_in_failed", "signed_in"]
    first, second, third = (str(one["account"]) for one in noted)
    assert (first, second) == (third, "unknown")
    assert {one["network"] for one in noted} == {"127.0.0.0/24"}
    assert noted[2]["method"] == "password"


async def test_requests_are_not_logged_unless_wanted(town: Town, logged: io.StringIO) -> None:
    await town.client.get("/termin")
    assert not [one for one in entries(logged) if one["event"] == "request"]


async def test_who_tries_what_the_role_forbids_is_noted(town: Town, logged: io.StringIO) -> None:
    """ASVS 5.0.0, 16.3.2; who only mistyped an address, or has to sign in first, is not."""
    issuing = "/api/v1/sites/rathaus/issuing"
    assert (await town.ask("kiosk", "POST", issuing, {"issuing": False})).status_code == 403
    assert (await town.ask(None, "POST", issuing, {"issuing": False})).status_code == 401
    assert (await town.ask("kiosk", "POST", "/api/v1/sites/nowhere/issuing", {})).status_code == 404
    (entry,) = [entry for entry in entries(logged) if entry["event"] == "right_refused"]
    assert (entry["act"], entry["level"]) == ("stop_issuing", "warning")
    assert "network" in entry
