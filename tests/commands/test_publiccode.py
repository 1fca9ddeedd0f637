"""`aufruf publiccode`: the file is what the standard asks for ("The Standard (core)", 0.2 to 0.7)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from queue_server.commands.publiccode import filled
from queue_server.web.texts import STAFF_LANGUAGES
from tests.commands.conftest import Aufruf

REQUIRED = {
    "publiccodeYmlVersion": str,
    "name": str,
    "url": str,
    "releaseDate": str,
    "platforms": list,
    "categories": list,
    "developmentStatus": str,
    "softwareType": str,
    "description": dict,
    "legal": dict,
    "maintenance": dict,
    "localisation": dict,
}
OPTIONAL = {"softwareVersion", "intendedAudience", "dependsOn"}
STATUS = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {"standalone/web", "standalone/backend", "standalone/other", "addon", "library", "configurationFiles"}
CATEGORIES = {"appointment-scheduling", "online-booking", "visitor-management", "communications", "office"}
"""Of the standard's list of categories those that could be meant."""
FIELDS = {"shortDescription", "longDescription", "features", "localisedName", "documentation"}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    text = filled("https://git.stadt.example/aufruf.git", 'Ada "#1: Ä', "internal", date(2026, 12, 1))
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_every_required_key_is_there_and_no_unknown_one(written: dict[str, Any]) -> None:
    assert {key: type(written.get(key)) for key in REQUIRED} == REQUIRED
    assert written.keys() - REQUIRED.keys() - OPTIONAL == set()


def test_values_are_those_that_the_standard_knows(written: dict[str, Any]) -> None:
    assert written["developmentStatus"] in STATUS
    assert written["softwareType"] in TYPES
    assert set(written["categories"]) <= CATEGORIES
    assert set(written["platforms"]) <= {"web", "windows", "mac", "linux", "ios", "android"}
    assert written["intendedAudience"] == {"countries": ["DE"], "scope": ["local-authorities"]}
    assert written["releaseDate"] == "2026-12-01"
    assert written["legal"]["license"] == "MIT"
    assert all("name" in one for one in written["dependsOn"]["software"])


def test_it_describes_itself_in_every_language_of_the_program(written: dict[str, Any]) -> None:
    assert set(written["description"]) == set(STAFF_LANGUAGES)
    assert set(written["localisation"]["availableLanguages"]) == set(STAFF_LANGUAGES)
    assert written["localisation"]["localisationReady"] is True
    for told in written["description"].values():
        assert told.keys() <= FIELDS
        assert len(told["shortDescription"]) <= 150
        assert "\n" not in told["shortDescription"]
        assert 500 <= len(told["longDescription"]) <= 10_000
        assert 5 <= len(told["features"]) <= 20


def test_what_only_the_publisher_knows_is_filled_in_and_stays_text(written: dict[str, Any]) -> None:
    assert written["url"] == "https://git.stadt.example/aufruf.git"
    assert written["maintenance"] == {"type": "internal", "contacts": [{"name": 'Ada "#1: Ä'}]}
    assert isinstance(written["softwareVersion"], str)


def test_the_command_writes_the_file(aufruf: Aufruf, tmp_path: Path) -> None:
    file = tmp_path / "publiccode.yml"
    words = ("publiccode", "--url", "https://x.example/a.git", "--contact", "Ada")
    assert aufruf(*words, "--out", file).status == 0
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["name"] == "Aufruf"
    assert aufruf(*words).out == file.read_text(encoding="utf-8")
    assert aufruf("publiccode", "--url", "ftp:x", "--contact", "Ada").status == 2
