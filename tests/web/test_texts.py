"""The catalogues as the program reads them: languages that are found, plural forms, what is missing."""

from pathlib import Path

import pytest
from babel import Locale

from queue_server.services.locales import locale_of
from queue_server.web import texts
from queue_server.web.texts import FALLBACK, STAFF_LANGUAGES, Texts, load_texts, negotiate, offered, own_name


def test_staffs_languages_are_among_those_for_visitors_and_german_is_the_first() -> None:
    assert set(STAFF_LANGUAGES) <= set(offered())
    assert offered()[0] == FALLBACK
    assert tuple(load_texts()) == offered()


def test_a_folder_with_every_visitors_face_is_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "files", lambda _: tmp_path)
    for language, faces in {"de": texts.VISITORS_FACES, "fr": texts.VISITORS_FACES, "it": ["kiosk"]}.items():
        (tmp_path / "locale" / language).mkdir(parents=True)
        for face in faces:
            (tmp_path / "locale" / language / f"{face}.po").write_text("")
    assert texts.offered.__wrapped__() == ("de", "fr")


def test_a_language_is_called_what_its_speakers_call_it() -> None:
    assert (own_name("de"), own_name("en"), own_name("tlh")) == ("Deutsch", "English", "tlh")


def test_what_a_language_lacks_is_said_in_german_with_germans_plural() -> None:
    german = Texts("de", {"a": ["eins", "mehr"], "b": "nur hier"}, lambda n: int(n != 1))
    other = Texts("fr", {"c": "{n} here"}, lambda _: 5, german)
    assert (other("a", n=3), other("b"), other("c", n=1), other("d")) == ("mehr", "nur hier", "1 here", "d")
    assert "b" in other
    assert "d" not in other


@pytest.mark.parametrize("language", offered())
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """By the rule of Unicode's plural categories: counts of one category take one form, others another."""
    rule, form = Locale.parse(locale_of(language)).plural_form, load_texts()[language].form_for
    found = {rule(count): form(count) for count in range(200)}
    assert [found[rule(count)] for count in range(200)] == [form(count) for count in range(200)]
    assert sorted(set(found.values())) == [*range(1 + max(found.values()))]


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "de"),
        ("fr", "de"),
        ("de-AT", "de"),
        ("de-x-leicht", "de-x-leicht"),
        ("DE-x-Leicht", "de-x-leicht"),
        ("ar-SY,en;q=0.8", "ar"),
        ("fr;q=1, en;q=0.2, uk;q=0.7", "uk"),
        ("*", "de"),
        ("xx;q=,,,;;", "de"),
    ],
)
def test_the_browser_gets_what_it_prefers(header: str | None, best: str) -> None:
    assert negotiate(header, ("de", "de-x-leicht", "en", "uk", "ar")) == best


def test_plain_german_is_german_where_there_is_none() -> None:
    assert negotiate("de-x-leicht,en;q=0.9", ("en", "de")) == "de"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("+49 3501 77-0", "هاتف \u2068+49 3501 77-0\u2069."),
        ("1. Stock", "هاتف \u20681. Stock\u2069."),
        ("السبت، 21 نوفمبر", "هاتف السبت، 21 نوفمبر."),
        ("https://stadt.example/t/1", "هاتف https://stadt.example/t/1."),
        (417, "هاتف 417."),
    ],
)
def test_what_runs_from_the_left_is_kept_together_in_arabic(value: object, said: str) -> None:
    """Failure "77 3501 49+": groups of figures change places in a line that runs from the right."""
    assert Texts("ar", {"a": "هاتف {value}."}, lambda _: 0)("a", value=value) == said


def test_a_room_with_a_name_of_its_own_is_called_by_it() -> None:
    """ "Zimmer Trauzimmer": each face says it as the screen does."""
    say = load_texts()
    for language in offered():
        room, code = (say[language]("status.go_to", room=one) for one in ("Trauzimmer", "3"))
        assert room.strip("\u2068\u2069") == "Trauzimmer"
        assert len(code.strip("\u2068\u2069")) > 1, language
    assert say["de"]("sms.alarm_counter", room="Trauzimmer", name="2") == "Trauzimmer, Platz 2"
    assert say["de"]("alarm.counter", room="3", name="2") == "Zimmer 3, Platz 2"
    assert say["en"]("counter.room_and_clerk", room="Büro 4", clerk="Anna") == "Büro 4 · Anna"


def test_german_is_said_as_it_is_written() -> None:
    assert Texts("de", {"a": "Tel. {value}"}, lambda _: 0)("a", value="+49 77") == "Tel. +49 77"
