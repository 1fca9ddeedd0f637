"""The catalogues are whole: every key in every language, none missing, none left over."""

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from queue_server.web.texts import offered
from tests.architecture import text_rules as rules
from tests.architecture.source import ROOT
from tests.architecture.test_texts import written

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def with_texts(root: Path, *, face: str = "kiosk", **languages: dict[str, str]) -> Path:
    """Write catalogues: `with_texts(root, de={"kiosk.hello": "Guten Tag"})`; plural forms divided by "|"."""
    for language, texts in languages.items():
        entries = "".join(_entry(key, text) for key, text in texts.items())
        written(root, f"queue_server/locale/{language}/{face}.po", HEADER + entries)
    return root


def _entry(key: str, text: str) -> str:
    forms = text.split("|")
    if len(forms) == 1:
        return f'msgid "{key}"\nmsgstr "{text}"\n\n'
    numbered = "".join(f'msgstr[{index}] "{form}"\n' for index, form in enumerate(forms))
    return f'msgid "{key}"\nmsgid_plural "{key}"\n{numbered}\n'


@pytest.mark.parametrize(
    "rule",
    [
        rules.incomplete_catalogues,
        rules.different_placeholders,
        rules.missing_keys,
        rules.unused_keys,
        rules.left_in_german,
        rules.long_sentences,
        rules.rooms_without_a_name,
    ],
)
def test_the_catalogues_are_whole(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


def test_there_are_catalogues_to_judge() -> None:
    assert {face.language for face in rules.faces(ROOT)} >= set(rules.STAFF_LANGUAGES)


def test_a_key_that_one_language_lacks_is_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"kiosk.hello": "Guten Tag", "kiosk.bye": "Auf Wiedersehen"})
    with_texts(root, en={"kiosk.hello": "Hello"})
    assert rules.incomplete_catalogues(root) == ["en/kiosk.po lacks kiosk.bye"]


def test_a_visitors_language_needs_no_staffs_face_and_every_key_of_its_own(tmp_path: Path) -> None:
    for face in ("desk", "kiosk"):
        texts = {f"{face}.hello": "Hello", f"{face}.bye": "Bye"}
        with_texts(tmp_path, face=face, de=texts, en=texts)
    root = with_texts(tmp_path, face="kiosk", tr={"kiosk.hello": "Merhaba"})
    assert rules.incomplete_catalogues(root) == ["tr/kiosk.po lacks kiosk.bye"]


def test_a_key_that_german_lacks_is_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"kiosk.hello": "Guten Tag"}, en={"kiosk.hello": "Hello"})
    with_texts(root, tr={"kiosk.hello": "Merhaba", "kiosk.bye": "Hoşça kalın"})
    assert rules.incomplete_catalogues(root) == ["de/kiosk.po lacks kiosk.bye", "en/kiosk.po lacks kiosk.bye"]


def test_too_few_plural_forms_are_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"k.wait": "{n} Person|{n} Personen"}, en={"k.wait": "{n} person|"})
    assert rules.incomplete_catalogues(root) == ["en/kiosk.po k.wait is not translated"]


def test_too_many_plural_forms_are_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"k.wait": "{n} a|{n} b"}, en={"k.wait": "{n} a|{n} b|{n} c"})
    with pytest.raises(PoFileError):
        rules.incomplete_catalogues(root)


def test_an_empty_text_is_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"kiosk.hello": "Guten Tag"}, en={"kiosk.hello": ""})
    assert rules.incomplete_catalogues(root) == ["en/kiosk.po kiosk.hello is not translated"]


def test_a_key_in_two_faces_is_found(tmp_path: Path) -> None:
    texts = {"kiosk.hello": "Hello"}
    with_texts(tmp_path, face="display", de=texts, en=texts)
    root = with_texts(tmp_path, face="kiosk", de=texts, en=texts)
    assert rules.incomplete_catalogues(root) == [
        "de/kiosk.po kiosk.hello stands in display.po too",
        "en/kiosk.po kiosk.hello stands in display.po too",
    ]


@pytest.mark.parametrize(
    ("german", "english"),
    [("Zimmer {room}", "Room {number}"), ("Zimmer {room}", "Room"), ("%(n)s Personen", "%(count)s people")],
)
def test_other_placeholders_are_found(tmp_path: Path, german: str, english: str) -> None:
    root = with_texts(tmp_path, de={"kiosk.way": german}, en={"kiosk.way": english})
    assert rules.different_placeholders(root) == ["kiosk.way"]


def test_a_text_that_was_left_in_german_is_found(tmp_path: Path) -> None:
    texts = {"kiosk.bye": "Auf Wiedersehen", "common.product": "Aufruf", "kiosk.time": "{from}–{to}"}
    root = with_texts(tmp_path, de=texts, en=texts, tr=texts)
    assert rules.left_in_german(root) == ["en/kiosk.po kiosk.bye", "tr/kiosk.po kiosk.bye"]


def test_a_long_sentence_in_plain_german_is_found(tmp_path: Path) -> None:
    long, short = " ".join(["Wort"] * 16) + ".", "Das ist kurz. " * 9
    root = with_texts(tmp_path, de={"kiosk.a": long, "kiosk.b": short.strip()})
    (root / "queue_server/locale/de").rename(root / "queue_server/locale/de-x-leicht")
    assert rules.long_sentences(root) == [f"kiosk.po kiosk.a: {long}"]


def test_a_text_with_a_room_that_has_none_for_its_own_name_is_found(tmp_path: Path) -> None:
    texts = {"kiosk.go": "Zimmer {room}", "kiosk.way": "Raum {room}", "kiosk.way_named": "{room}"}
    root = with_texts(tmp_path, de=texts)
    assert rules.rooms_without_a_name(root) == ["kiosk.go"]
    written(root, "kiosk/static/page.js", "t('kiosk.way', {room}) + t('kiosk.go', {room})")
    assert rules.unused_keys(root) == []


def test_every_folder_of_catalogues_is_offered() -> None:
    assert set(rules.languages(ROOT)) == set(offered())


def test_a_form_that_lost_its_name_is_found(tmp_path: Path) -> None:
    text = {"k.for": "{name}, eine Person|{n} Personen"}
    assert rules.different_placeholders(with_texts(tmp_path, de=text, en=text)) == ["k.for"]


def test_a_singular_may_leave_its_number_out(tmp_path: Path) -> None:
    root = with_texts(
        tmp_path, de={"k.wait": "Eine Person|{n} Personen"}, en={"k.wait": "{n} person|{n} people"}
    )
    assert rules.different_placeholders(root) == []
    assert rules.incomplete_catalogues(root) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("queue_server/web/pages.py", '_("kiosk.gone")'),
        ("kiosk/templates/page.html", "{{ _('kiosk.gone') }}"),
        ("kiosk/static/page.js", "node.textContent = t('kiosk.gone', {n: 1});"),
        ("kiosk/templates/page.html", "{{ ngettext('kiosk.gone', 'kiosk.gone', n) }}"),
    ],
)
def test_a_key_that_no_catalogue_has_is_found(tmp_path: Path, name: str, text: str) -> None:
    root = with_texts(tmp_path, de={"kiosk.hello": "Guten Tag"}, en={"kiosk.hello": "Hello"})
    assert rules.missing_keys(written(root, name, text)) == [f"{name}: kiosk.gone"]


def test_a_key_that_nothing_names_is_found(tmp_path: Path) -> None:
    root = with_texts(tmp_path, de={"kiosk.hello": "Guten Tag", "kiosk.bye": "Auf Wiedersehen"})
    written(root, "kiosk/templates/page.html", "{{ _('kiosk.hello') }}")
    assert rules.unused_keys(root) == ["kiosk.bye"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("queue_server/web/pages.py", 'key = f"error.{refusal.code}"'),
        ("kiosk/static/page.js", "t(`error.${code}`)"),
        ("kiosk/templates/page.html", "{{ _('error.' ~ code) }}"),
        ("queue_server/web/pages.py", 'KEYS = {"a": "error.slot_taken"}'),
    ],
)
def test_a_key_that_is_put_together_counts_as_used(tmp_path: Path, name: str, text: str) -> None:
    root = with_texts(tmp_path, de={"error.slot_taken": "Schon vergeben"})
    assert rules.unused_keys(written(root, name, text)) == []
    assert rules.missing_keys(root) == []
