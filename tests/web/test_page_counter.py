"""The clerks' pages as the server makes them: who sees them, and what stands in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from queue_server.adapters.database import Database
from queue_server.adapters.town.store import load_towns, save_town
from queue_server.commands.demo_town import DEMO_PASSWORD, prepare
from queue_server.domain.town import Absence
from queue_server.settings import Settings
from queue_server.web.app import create_app

NOON = datetime.now(UTC).replace(hour=11)  # somebody is on duty then on every day of the week


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path_factory.mktemp("town"), demo=True, speech=False, rate_limits=False)
    ready = prepare(settings, random_passwords=False, say=lambda _: None)
    some_are_not_there(ready.settings)
    with TestClient(create_app(ready.settings, lambda: NOON)) as client:
        yield client


def some_are_not_there(settings: Settings) -> None:
    """Clara is away today, Eva's weekly hours ended yesterday."""
    today = NOON.date()
    database = Database(settings.database_url)
    try:
        (town,) = database.read(load_towns).values()
        clerks = {clerk.user: clerk for clerk in town.clerks}
        old = tuple(replace(line, valid_until=today - timedelta(days=1)) for line in clerks["eva"].roster)
        clerks["eva"] = replace(clerks["eva"], roster=old)
        clerks["clara"] = replace(clerks["clara"], absences=(Absence(today, today),))
        changed = replace(town, clerks=tuple(clerks.values()))
        database.write(lambda conn: save_town(conn, changed, NOON))
    finally:
        database.dispose()


@pytest.fixture
def browse(app: TestClient) -> Iterator[TestClient]:
    app.cookies.clear()
    yield app
    app.cookies.clear()


def sign_in(browse: TestClient, user: str) -> None:
    body = {"user": user, "password": DEMO_PASSWORD}
    assert browse.post("/api/v1/sessions", json=body).status_code == 201


def config_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("path", ["/counter", "/counter/rathaus-1"])
def test_who_has_not_signed_in_is_led_there_and_back(browse: TestClient, path: str) -> None:
    answer = browse.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")
    assert path.replace("/", "%2F") in answer.headers["location"].replace("/", "%2F")


def test_a_clerk_of_one_site_finds_only_its_counters(browse: TestClient) -> None:
    """Failure 15: another site's counter is 404."""
    sign_in(browse, "bernd")
    config = config_of(browse.get("/counter").text)
    assert [site["id"] for site in config["sites"]] == ["rathaus"]
    assert config["sites"][0]["rostered"] == ["rathaus-2"]
    assert browse.get("/counter/buergerzentrum-1").status_code == 404
    assert browse.get("/counter/nowhere").status_code == 404


@pytest.mark.parametrize("user", ["clara", "eva"])
def test_no_counter_is_theirs_who_are_away_or_whose_hours_have_ended(browse: TestClient, user: str) -> None:
    sign_in(browse, user)
    assert config_of(browse.get("/counter").text)["sites"][0]["rostered"] == []


def test_a_clerk_of_two_sites_may_choose(browse: TestClient) -> None:
    sign_in(browse, "anna")
    config = config_of(browse.get("/counter").text)
    assert [site["id"] for site in config["sites"]] == ["rathaus", "buergerzentrum"]


def test_the_administrator_may_look_and_is_no_clerk(browse: TestClient) -> None:
    sign_in(browse, "admin")
    assert config_of(browse.get("/counter").text)["clerk_id"] is None
    assert config_of(browse.get("/counter/rathaus-1").text)["clerk_id"] is None


def test_names_come_in_the_clerks_language(browse: TestClient) -> None:
    sign_in(browse, "anna")
    german = config_of(browse.get("/counter/rathaus-1").text)
    english = config_of(browse.get("/counter/rathaus-1", headers={"accept-language": "en"}).text)
    assert german["services"].keys() == english["services"].keys()
    assert german["services"]["passport"]["name"] != english["services"]["passport"]["name"]
    assert english["site"]["areas"]["rathaus-eg"] == "Ground floor"
    assert german["services"]["passport"]["documents"]


def test_no_visitor_stands_in_the_page(browse: TestClient) -> None:
    """Failure 27: what the page shows of visitors comes by the socket, never in HTML that may be stored."""
    sign_in(browse, "anna")
    before = browse.get("/counter/rathaus-1").text
    body = {"request_id": "one", "services": [{"id": "passport"}], "needs": ["deaf"]}
    assert browse.post("/api/v1/sites/rathaus/tickets", json=body).status_code == 201
    after = browse.get("/counter/rathaus-1").text
    without_nonce = re.compile(r'name="csrf" value="[^"]*"')
    assert without_nonce.sub("", before) == without_nonce.sub("", after)


def test_reading_the_page_changes_nothing(browse: TestClient) -> None:
    sign_in(browse, "anna")
    before = browse.get("/api/v1/sites/rathaus/board").json()["seq"]
    browse.get("/counter")
    browse.get("/counter/rathaus-1")
    assert browse.get("/api/v1/sites/rathaus/board").json()["seq"] == before
