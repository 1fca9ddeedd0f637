"""`aufruf token`: makes keys, and what they stand for, also beside a running server."""

import zoneinfo
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from queue_server.adapters import tokens
from queue_server.adapters.town.file import sample_town, to_toml
from queue_server.adapters.town.public_holidays import STATES
from queue_server.adapters.town.store import load_towns
from queue_server.cli import main
from queue_server.commands.common import now
from queue_server.domain.access import Actor, Role
from queue_server.domain.town import EVERY_SKILL, Town
from queue_server.domain.town_check import check
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, serving, written


def actor_of(place: Place, token: str) -> Actor | None:
    with place.database() as database:
        return database.read(lambda conn: tokens.find_token(conn, token, now()))


def town_in(place: Place) -> Town:
    with place.database() as database:
        return database.read(load_towns)["beispielstadt"]


def ask(address: str, path: str, token: str, body: object) -> tuple[int, Any]:
    answer = httpx2.post(address + path, json=body, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json()


def test_a_clerk_with_every_skill_is_made_for_the_token(place: Place, aufruf: Aufruf) -> None:
    said = aufruf("token", "create", "--role", "clerk", "--site", "rathaus", *place.words)
    assert said.status == 0
    assert said.last.startswith("aufruf_clerk_")
    actor = actor_of(place, said.last)
    assert actor is not None
    assert (actor.role, actor.site_id, actor.clerk_id) == (Role.CLERK, "rathaus", "clerk-1")
    town = town_in(place)
    assert town.clerks[-1].id == "clerk-1"
    assert town.clerks[-1].service_ids == (EVERY_SKILL,)
    assert check(town, zoneinfo.available_timezones(), STATES) == []


def test_a_display_is_made_for_all_areas_and_a_kiosk_for_the_first(place: Place, aufruf: Aufruf) -> None:
    display = aufruf("token", "create", "--role", "display", *place.words)
    kiosk = aufruf("token", "create", "--role", "kiosk", *place.words)
    site = town_in(place).sites[0]
    assert site.displays[-1].id == "rathaus-display-2"
    assert site.displays[-1].area_ids == tuple(area.id for area in site.areas)
    assert site.kiosks[-1].id == "rathaus-kiosk-2"
    assert site.kiosks[-1].area_id == site.areas[0].id
    for said, id_ in ((display, "rathaus-display-2"), (kiosk, "rathaus-kiosk-2")):
        actor = actor_of(place, said.last)
        assert actor is not None
        assert actor.device_id == id_
    assert check(town_in(place), zoneinfo.available_timezones(), STATES) == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--role", "display", "--device", "rathaus-display"], ("device_id", "rathaus-display")),
        (["--role", "kiosk", "--device", "rathaus-kiosk"], ("device_id", "rathaus-kiosk")),
        (["--role", "clerk", "--user", "schmidt"], ("clerk_id", "schmidt")),
        (["--role", "administrator", "--user", "Mueller"], ("clerk_id", "mueller")),
        (["--role", "administrator"], ("clerk_id", None)),
        (["--role", "integration"], ("clerk_id", None)),
    ],
)
def test_a_token_stands_for_who_is_named(
    place: Place, aufruf: Aufruf, words: list[str], named: tuple[str, str | None]
) -> None:
    before = town_in(place)
    said = aufruf("token", "create", *words, *place.words)
    actor = actor_of(place, said.last)
    assert actor is not None
    assert getattr(actor, named[0]) == named[1]
    assert town_in(place) == before


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--role", "display", "--device", "nirgends"], 1, "known: rathaus-display"),
        (["--role", "clerk", "--user", "nobody"], 1, "known: mueller, schmidt"),
        (["--role", "clerk", "--site", "schloss"], 1, "known: rathaus"),
        (["--role", "clerk", "--device", "rathaus-kiosk"], 2, "--device is for"),
        (["--role", "kiosk", "--user", "mueller"], 2, "--user is for"),
        (["--role", "emperor"], 2, "invalid choice"),
        (["--role", "clerk", "--all-sites"], 2, "--all-sites is for"),
        (["--role", "integration", "--all-sites", "--site", "rathaus"], 2, "without --site"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(
    place: Place, aufruf: Aufruf, words: list[str], status: int, told: str
) -> None:
    said = aufruf("token", "create", *words, *place.words)
    assert (said.status, said.out) == (status, "")
    assert told in said.err


def test_of_several_sites_the_right_one_is_found_or_asked_for(
    empty_place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    file = written(tmp_path / "two.toml", to_toml(sample_town()))
    aufruf("init", "--from", file, "--yes", *empty_place.words)

    def site_of_token(*words: str) -> str | None:
        said = aufruf("token", "create", *words, *empty_place.words)
        assert said.status == 0, said.err
        actor = actor_of(empty_place, said.last)
        assert actor is not None
        return actor.site_id

    only = next(clerk for clerk in sample_town().clerks if len(clerk.site_ids) == 1)
    assert site_of_token("--role", "kiosk", "--device", "rathaus-kiosk") == "rathaus"
    assert site_of_token("--role", "clerk", "--user", only.user) == only.site_ids[0]
    assert site_of_token("--role", "integration", "--all-sites") is None
    said = aufruf("token", "create", "--role", "clerk", *empty_place.words)
    assert (said.status, "--site: rathaus, buergerzentrum" in said.err) == (2, True)


def test_a_folder_without_a_town_is_one_sentence(
    tmp_path: Path, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = aufruf("token", "create", "--role", "clerk", "--data", tmp_path / "none")
    assert (said.status, len(said.err.splitlines())) == (1, 1)
    assert "aufruf init --from town.toml" in said.err
    assert not (tmp_path / "none").exists()
    monkeypatch.chdir(tmp_path)
    assert "data/town yet" in aufruf("token", "list").err
    (tmp_path / "data" / "demo").mkdir(parents=True)
    assert "data/demo yet" in aufruf("token", "list").err


def test_tokens_are_listed_without_their_secret_and_revoked(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("token", "list", *place.words).out == "No tokens.\n"
    token = aufruf("token", "create", "--role", "integration", "--label", "door counter", *place.words).last
    listed = aufruf("token", "list", *place.words)
    assert "door counter" in listed.out
    assert token not in listed.out
    id_ = listed.last.split()[0]
    assert aufruf("token", "revoke", id_, *place.words).status == 0
    assert actor_of(place, token) is None
    again = aufruf("token", "revoke", id_, *place.words)
    assert (again.status, "no valid token" in again.err) == (1, True)


def test_the_id_of_a_revoked_clerk_is_not_given_to_another(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    """A token of a clerk that the set-up lost must not become a key to the next clerk's counter."""
    first = aufruf("token", "create", "--role", "clerk", *place.words).last
    aufruf("init", "--from", tmp_path / "town.toml", "--yes", *place.words)
    second = aufruf("token", "create", "--role", "clerk", *place.words).last
    actors = [actor_of(place, token) for token in (first, second)]
    assert [actor.clerk_id for actor in actors if actor] == ["clerk-1", "clerk-2"]


def test_two_commands_at_once_make_two_clerks(place: Place, aufruf: Aufruf) -> None:
    words = ["token", "create", "--role", "clerk", *place.words]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(main, [words] * 4)) == [0] * 4
    assert [clerk.id for clerk in town_in(place).clerks[2:]] == [f"clerk-{n}" for n in (1, 2, 3, 4)]


def test_a_token_works_at_once_beside_a_running_server(place: Place, aufruf: Aufruf) -> None:
    with serving(place) as address:
        clerk = aufruf("token", "create", "--role", "clerk", "--site", "rathaus", *place.words).last
        status, opened = ask(address, "/api/v1/counters/rathaus-1/open", clerk, {})
        assert (status, opened["clerk"]) == (200, "clerk-1")
        kiosk = aufruf("token", "create", "--role", "integration", "--site", "rathaus", *place.words).last
        wish = {"request_id": "one", "services": [{"id": "id-card", "count": 1}]}
        status, ticket = ask(address, "/api/v1/sites/rathaus/tickets", kiosk, wish)
        assert status == 201
        status, call = ask(address, "/api/v1/counters/rathaus-1/calls", clerk, {"request_id": "two"})
        assert (status, call["number"]) == (201, ticket["number"])
    assert aufruf("check", *place.words).status == 0
