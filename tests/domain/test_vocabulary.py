"""The wall between what a visitor types and what becomes a sound file."""

import pytest

from queue_server.domain.vocabulary import strange_words, words_of

HOUSE = words_of(["Bitte wählen Sie einen Bereich.", "Personalausweis beantragen", "п'ятниця", "الرقم ١٢"])


@pytest.mark.parametrize(
    "text",
    [
        "Bitte: einen Personalausweis beantragen",
        "BITTE WÄHLEN",
        "wa\u0308hlen Sie",
        "bitte 417, 10:30",
        "10.03.2026 10:30 - 12:00, 417. 12",
        "2026-03-10 9.30",
        "пʼятниця".replace("ʼ", "'"),
        "",
        "Ä",
    ],
)
def test_the_houses_own_words_may_be_spoken(text: str) -> None:
    assert strange_words(text, [HOUSE]) == set()


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("Bitte Frau Kowalczyk", {"frau", "kowalczyk"}),
        ("bitte 0151234567", {"0151234567"}),
        ("bitte 0151 2345 678", {"01512345678"}),
        ("0151/23-45 - 67", {"0151234567"}),
        ("030.123.456", {"030123456"}),
        ("030.12.34.56", {"030123456"}),
        ("030,123:456", {"030123456"}),
        ("bitte anna@example.org", {"anna", "example", "org"}),
        ("Wählens", {"wählens"}),
    ],
)
def test_what_a_visitor_typed_is_found(text: str, strange: set[str]) -> None:
    """Failure 27: no personal data in what is kept."""
    assert strange_words(text, [HOUSE]) == strange


def test_a_telephone_number_of_the_house_may_be_spoken() -> None:
    phone = "+49 3437 985800"
    assert strange_words(phone, [words_of([phone])]) == set()


def test_further_words_are_looked_for_only_while_something_is_left() -> None:
    def known() -> "list[set[str]]":
        return [HOUSE, {"foyer"}]

    assert strange_words("Bitte Foyer", iter(known())) == set()
    left = iter(known())
    strange_words("Bitte", left)
    assert next(left) == {"foyer"}
