"""What a town may write into a letter, and what makes a text unfit."""

import pytest

from queue_server.services.letter_kinds import Kind
from queue_server.services.letter_texts import FIELDS, problems, shipped, tidied
from tests.services.letter_desk import LINKS, a_notice, say, write

EVERY = pytest.mark.parametrize("kind", list(Kind))
BOTH = pytest.mark.parametrize("language", ["de", "en"])
GOOD = {"subject": "Termin: {when}", "opening": "Bis bald.", "own": ""}


def found(changes: dict[str, str], kind: Kind = Kind.BOOKED) -> list[tuple[str, str, str]]:
    texts = tidied(GOOD | changes)
    return [(one.field, one.code.value, one.found) for one in problems(kind, texts, a_notice().town, "de")]


@BOTH
@EVERY
def test_what_is_shipped_is_fit(kind: Kind, language: str) -> None:
    assert problems(kind, shipped(kind, say(language)), a_notice().town, language) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"subject": ""}, ("subject", "empty", "")),
        ({"opening": " \n "}, ("opening", "empty", "")),
        ({"subject": "Ihr Termin"}, ("subject", "placeholder_missing", "{when}")),
        ({"subject": "{when} {nummer}"}, ("subject", "unknown_placeholder", "{nummer}")),
        ({"subject": "{when} {number}"}, ("subject", "not_in_subject", "{number}")),
        ({"subject": "PERSONALAUSWEIS beantragen: {when}"}, None),
        ({"opening": "Hallo {name}"}, ("opening", "unknown_placeholder", "{name}")),
        ({"own": "{concern}"}, ("own", "unknown_placeholder", "{concern}")),
        ({"own": "{when"}, ("own", "loose_brace", "")),
        ({"own": "{when.__class__}"}, ("own", "loose_brace", "")),
        ({"own": "ä" * 1501}, ("own", "too_long", "1500")),
    ],
)
def test_an_unfit_text_is_refused_with_its_reason(
    changes: dict[str, str], wrong: tuple[str, str, str] | None
) -> None:
    """The subject stands on locked screens: it holds neither number nor name nor concern."""
    if wrong is None:
        assert [code for _, code, _ in found(changes)] == ["concern_in_subject"]
    else:
        assert found(changes) == [wrong]


def test_a_number_that_is_not_drawn_yet_cannot_be_promised() -> None:
    number = {"own": "Ihre Nummer ist {number}."}
    assert found(number, Kind.REQUESTED) == [("own", "unknown_placeholder", "{number}")]
    assert found(number) == []


def test_the_towns_texts_stand_in_the_letter() -> None:
    own = {
        "subject": "Musterstadt erwartet Sie: {when}",
        "opening": "Schön, dass Sie kommen, bis {when}.",
        "own": "Der Aufzug ist <b>defekt</b>.\n\nNummer {number}, {reference}, {site}, {town}.",
    }
    letter = write(a_notice(own=tidied(own)))
    assert letter.subject == "Musterstadt erwartet Sie: Dienstag, 17. März 2026, 10:40 Uhr"
    for words in ("bis Dienstag, 17. März 2026", "Nummer 417, K7F3XA, Rathaus am Markt, Musterstadt."):
        assert words in letter.text
        assert words in letter.html
    assert "<b>defekt</b>" in letter.text
    assert "&lt;b&gt;defekt&lt;/b&gt;" in letter.html, "failure 14: what was typed is never HTML"


@EVERY
def test_no_text_of_a_town_takes_a_fact_or_a_link_away(kind: Kind) -> None:
    """Whatever is written, time, reference and every link of the shipped letter stay."""
    links = LINKS.__class__(**{name: f"https://a.example/{name}" for name in LINKS.__slots__})
    notice = a_notice(kind, links=links, own={**GOOD, "own": "Kurz."})
    before, after = write(a_notice(kind, links=links)), write(notice)
    for part in ("text", "html"):
        shipped_words, own_words = getattr(before, part), getattr(after, part)
        for needed in ("K7F3XA", "417", "10:40", *(getattr(links, name) for name in LINKS.__slots__)):
            assert (needed in shipped_words) == (needed in own_words), needed


def test_a_text_cannot_reach_into_objects() -> None:
    assert "__class__" not in write(a_notice(own={"own": "{when!r}"})).text
    assert "{secret}" in write(a_notice(own={"own": "{secret}"})).text, (
        "stored by a newer version: shown as it is"
    )


def test_what_was_typed_is_tidied() -> None:
    """Failure 14: unseen marks are seen, line breaks do not reach a header."""
    typed = {"subject": " A\r\nBcc: x@y.example ", "opening": "a\n b", "own": "eins\r\n\r\n\r\n zwei\u202e\n"}
    assert tidied(typed) == {"subject": "A Bcc: x@y.example", "opening": "a b", "own": "eins\n\nzwei\ufffd"}
    assert set(tidied({})) == set(FIELDS)
