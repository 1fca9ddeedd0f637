"""Beside each language stands whether calls are spoken in it here, and what to do where they are not."""

from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.speech.announcements import Announcements
from queue_server.adapters.speech.speech import Engine
from tests.web.admin.setup import read
from tests.web.running import Town
from tests.web.test_page_desk import words

WHY = {"tr": "voice", "pl": "words", "de-x-leicht": "words"}


@pytest.fixture
def silent(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(
        town.house.speech, "why_silent", lambda language: WHY.get(language, ""), raising=False
    )
    return town


@pytest.mark.parametrize(
    "path", ["/admin/setup/town/musterstadt", "/admin/setup/site/rathaus", "/admin/setup/display/rathaus-eg"]
)
async def test_where_every_language_is_spoken_nothing_is_said(town: Town, path: str) -> None:
    assert "nicht gesprochen" not in words(await read(town, path))


async def test_the_towns_languages_say_which_are_not_spoken(silent: Town) -> None:
    page = words(await read(silent, "/admin/setup/town/musterstadt"))
    assert "Türkisch (nicht gesprochen)" in page
    assert "Polnisch (nicht gesprochen)" in page
    assert "Deutsch (nicht gesprochen)" not in page
    assert "angesagt wird er nicht" in page


async def test_what_is_missing_and_what_to_do_is_said_of_what_the_town_has(
    silent: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WHY, "en", "voice")
    for path in ("/admin/setup/site/rathaus", "/admin/setup/display/rathaus-eg"):
        page = words(await read(silent, path))
        assert "Englisch (nicht gesprochen)" in page
        assert "Englisch, Türkisch: Auf diesem Server fehlt die Stimme. Installieren Sie espeak-ng" in page
        assert "Deutsch in einfachen Worten: Für die Ansage hat Aufruf noch keine Wörter" in page


async def test_languages_of_pages_are_not_marked(silent: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is read, not heard."""
    monkeypatch.setitem(WHY, "en", "voice")
    assert "nicht gesprochen" not in words(await read(silent, "/admin/setup/kiosk/rathaus-kiosk"))


async def test_a_call_is_silent_for_want_of_words_or_of_a_voice(tmp_path: Path) -> None:
    speech: Any = Announcements(tmp_path)
    assert speech.why_silent("tr") == "", "nobody has looked for an engine yet"
    speech._renderer.engine = Engine("espeak-ng", "1", {"de": "gmw/de", "pl": "zlw/pl"})
    assert [speech.why_silent(one) for one in ("de", "tr", "pl", "de-x-leicht")] == [
        "",
        "voice",
        "words",
        "words",
    ]
    assert Announcements(tmp_path, enabled=False).why_silent("tr") == "", "switched off on purpose"


async def test_without_an_engine_no_language_is_spoken(tmp_path: Path) -> None:
    speech: Any = Announcements(tmp_path)
    speech._queue._opened = True
    assert [speech.why_silent(one) for one in ("de", "pl")] == ["voice", "words"]
