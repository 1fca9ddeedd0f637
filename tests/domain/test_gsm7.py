"""The alphabet of text messages: umlauts are in it, and everything else becomes something that is."""

import pytest

from queue_server.domain.gsm7 import is_spelt_in_gsm7, septets, to_gsm7, wide_signs


def test_umlauts_take_one_place_and_the_euro_two() -> None:
    assert septets("Grüße, Ärger: 417") == 17
    assert septets("€ [a]") == 8


@pytest.mark.parametrize("text", ["„Rathaus“", "Žižkov", "12–13", "今日", "🙂", "\t"])
def test_what_is_not_in_the_alphabet_has_no_length(text: str) -> None:
    assert septets(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Bürgerbüro Straße", "Bürgerbüro Straße"),
        ("„Altes Rathaus“ – Hof", '"Altes Rathaus" - Hof'),
        ("Žižkov Łódź", "Zizkov Lodz"),
        ("Bu\u0308rgerbu\u0308ro", "Bürgerbüro"),
        ("A\u00a0B\u202fC\tD", "A B C D"),
        ("Amt 🙂", "Amt ."),
        ("½", "."),
    ],
)
def test_every_text_gets_into_the_alphabet(text: str, plain: str) -> None:
    assert to_gsm7(text) == plain
    assert septets(to_gsm7(text)) is not None


@pytest.mark.parametrize(
    ("text", "is_spelt"), [("Değiştir: Łódź!", True), ("Ваш запис", False), ("موعدك", False), ("…", True)]
)
def test_letters_without_a_likeness_are_known(text: str, is_spelt: bool) -> None:
    assert is_spelt_in_gsm7(text) == is_spelt


def test_room_of_other_letters_is_counted_as_networks_do() -> None:
    assert wide_signs("Ваш 🙂") == 6
