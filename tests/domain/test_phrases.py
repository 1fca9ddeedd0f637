"""The words of a call, built from a table."""

from collections.abc import Mapping

import pytest

from queue_server.domain.number_space import TEST_NUMBER
from queue_server.domain.phrases import (
    WordTable,
    needs_room_word,
    number_phrase,
    parse_words,
    room_phrase,
    spelled,
)

GERMAN: Mapping[str, object] = {
    "number": "Nummer {digits}",
    "room": "bitte Zimmer {room}",
    "named_room": "bitte, {room}",
    "pause": ", ",
    "digits": dict(
        zip(
            "0123456789",
            ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
            strict=True,
        )
    ),
}


@pytest.fixture
def german() -> WordTable:
    return parse_words("de", GERMAN)


def test_a_test_says_that_it_is_one() -> None:
    table = parse_words("de", {**GERMAN, "test": "Probe"})
    assert number_phrase(table, TEST_NUMBER) == "Probe, Nummer neun, neun, neun, neun"
    assert "Probe" not in number_phrase(table, 417)


def test_tickets_and_telephones_within_a_text_are_said_digit_by_digit(german: WordTable) -> None:
    assert (
        spelled(german, "Ihre Nummer ist 417, um 10:30 Uhr")
        == "Ihre Nummer ist vier, eins, sieben, um 10:30 Uhr"
    )
    assert spelled(german, "2 × Pass, 12 Min.") == "2 × Pass, 12 Min."


def test_number_is_said_digit_by_digit(german: WordTable) -> None:
    assert number_phrase(german, 417) == "Nummer vier, eins, sieben"


def test_every_three_digit_number_has_its_own_phrase_of_three_digits(german: WordTable) -> None:
    phrases = {number_phrase(german, number) for number in range(100, 1000)}
    assert len(phrases) == 900
    assert all(phrase.count(",") == 2 for phrase in phrases)


def test_leading_zero_and_fourth_digit_are_said(german: WordTable) -> None:
    assert number_phrase(german, "042") == "Nummer null, vier, zwei"
    assert number_phrase(german, 1000) == "Nummer eins, null, null, null"


@pytest.mark.parametrize(
    ("room", "phrase"),
    [
        ("3", "bitte Zimmer drei"),
        ("12", "bitte Zimmer eins, zwei"),
        ("3a", "bitte Zimmer drei, A"),
        ("3 A", "bitte Zimmer drei, A"),
        ("E.12", "bitte Zimmer E, eins, zwei"),
        ("EG 4", "bitte Zimmer E, G, vier"),
        ("1.04-b", "bitte Zimmer eins, null, vier, B"),
        ("Trausaal", "bitte, Trausaal"),
        ("Büro 4", "bitte, Büro vier"),
        ("Zimmer 3", "bitte, Zimmer drei"),
        ("Bürger-Service 12", "bitte, Bürger Service eins, zwei"),
        ("3 (links)", "bitte, drei, links"),
        ("  Saal   2 ", "bitte, Saal zwei"),
    ],
)
def test_room_is_said_as_code_or_by_its_name(german: WordTable, room: str, phrase: str) -> None:
    assert room_phrase(german, room) == phrase


ROOMS = {
    **dict.fromkeys(("3", "2.14", "3a", "B 12", "E07", "EG 4", "OG", "A", "٤١٧", "1.04-b"), True),
    **dict.fromkeys(("Bürgerbüro", "Büro 4", "Zimmer 3", "Trauzimmer", "Saal 2", "abc", "3 links"), False),
    **dict.fromkeys(("हिन्दी", "Bu\u0308ro 4", "—", ""), False),
}
"""Names of rooms → whether the word "room" stands before them."""


@pytest.mark.parametrize(("room", "word"), ROOMS.items())
def test_the_word_room_stands_before_codes_only(german: WordTable, room: str, word: bool) -> None:
    assert needs_room_word(room) is word
    assert room_phrase(german, room).startswith("bitte Zimmer ") is word


def test_room_typed_with_separate_accents_stays_one_word(german: WordTable) -> None:
    assert room_phrase(german, "Bu\u0308ro 4") == "bitte, Büro vier"
    assert room_phrase(german, "हिन्दी") == "bitte, हिन्दी"


@pytest.mark.parametrize("room", ["", " ", "—", "...", "\x1b[31m"[:2]])
def test_room_with_nothing_to_say_gives_no_phrase(german: WordTable, room: str) -> None:
    assert room_phrase(german, room) == ""


def test_marks_of_speech_engines_are_never_passed_on(german: WordTable) -> None:
    """Failure 14: control bytes and markup in a name are text everywhere, in the ear too."""
    said = room_phrase(german, '<audio src="x"/>[[dr\'aI]] \x00\x1b{room}\n2')
    assert not set('<>[]"/\x00\x1b{}\n') & set(said)


def test_digits_of_other_scripts_are_the_same_digits(german: WordTable) -> None:
    assert number_phrase(german, "٤١٧") == number_phrase(german, 417)


def test_language_without_digit_words_leaves_single_digits_to_its_voice() -> None:
    """Arabic digits are read right when they stand alone."""
    arabic = parse_words(
        "ar", {"number": "رقم {digits}", "room": "غرفة {room}", "named_room": "{room}", "pause": " ، "}
    )
    assert number_phrase(arabic, 417) == "رقم 4 ، 1 ، 7"


def test_letters_that_a_voice_misreads_can_be_spelled_out() -> None:
    table = parse_words("de", {**GERMAN, "letters": {"y": "Ypsilon"}})
    assert room_phrase(table, "3y") == "bitte Zimmer drei, Ypsilon"
    assert room_phrase(table, "3x") == "bitte Zimmer drei, X"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"number": "Nummer"}, "number lacks {digits}"),
        ({"room": "bitte"}, "room lacks {room}"),
        ({"named_room": ""}, "named_room is missing"),
        ({"pause": 3}, "pause is missing or no text"),
        ({"digits": {"0": "null"}}, "digits must be given from 0 to 9"),
        ({"digits": "null"}, "digits is no table"),
        ({"letters": {"A": 1}}, "A is missing or no text"),
        ({"zimmer": "x"}, "unknown field 'zimmer'"),
    ],
)
def test_faulty_table_is_refused_by_language_and_field(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^words de: ") as refused:
        parse_words("de", {**GERMAN, **change})
    assert complaint in str(refused.value)
