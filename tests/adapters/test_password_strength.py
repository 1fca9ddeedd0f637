"""What is refused as a password, and why (ASVS 5.0, 6.2)."""

import pytest

from queue_server.adapters.password_strength import weakness

CONTEXT = ("anna.huber", "Musterstadt", "Rathaus am Markt")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("kurz", "short"),
        ("k7Q!x9#Lm2$", "short"),
        ("lang" * 40, "long"),
        ("Passwort1234", "common"),
        ("P@ssw0rd1234", "common"),
        ("Willkommen2026", "common"),
        ("Rathaus2026!!", "context"),
        ("Sommer2026!!", "common"),
        ("Bürgerbüro2026", "common"),
        ("Musterstadt2026", "context"),
        ("anna.huber2026", "context"),
        ("aaaaaaaaaaaaaaaa", "pattern"),
        ("hallohallohallo", "pattern"),
        ("abcdefghijklmnop", "pattern"),
        ("😀" * 14, "pattern"),
    ],
)
def test_what_is_easy_to_guess_is_refused_with_the_reason(password: str, reason: str) -> None:
    assert weakness(password, CONTEXT) == reason


@pytest.mark.parametrize(
    "password",
    [
        "mein hund heißt schnitzel",
        "ein gutes Kennwort",
        "correct horse battery staple",
        "k7Q!x9#Lm2$pZ",
        "кот сидит на крыше",
        "😀🐎🚀🏠😎🎉🎈🎂🍕🥐🦆🐝",
        "         leer davor und danach          ",
        "Rathaus mit vier lila Elefanten",
        "sieben zwerge, und noch ein satz dazu " * 3,
    ],
)
def test_a_sentence_or_random_signs_in_any_script_are_taken(password: str) -> None:
    assert weakness(password, CONTEXT) is None


def test_a_sign_counts_once_however_it_is_typed() -> None:
    assert weakness("u\u0308" * 6 + "abc de") == weakness("\u00fc" * 6 + "abc de") != "long"
    assert weakness("u\u0308" * 11) == "short"


def test_very_long_names_around_cost_no_time_and_break_nothing() -> None:
    assert weakness("lila Elefanten tanzen im Regen", ["x" * 5000, "", "  ", "-"]) is None
