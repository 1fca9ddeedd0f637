"""Which numbers take text messages, as people type them."""

import pytest

from queue_server.adapters.post.phone_numbers import mobile_number


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0170 1234567", "DE", "+491701234567"),
        ("0151/12 34 56 78", "DE", "+4915112345678"),
        ("+49 (0)170 1234567", "DE", "+491701234567"),
        ("0049 170 1234567", "DE", "+491701234567"),
        ("+43 664 1234567", "DE", "+436641234567"),
        ("0664 1234567", "AT", "+436641234567"),
        ("+1 202 456 1111", "DE", "+12024561111"),
    ],
)
def test_a_mobile_number_gets_its_one_spelling(typed: str, country: str, number: str) -> None:
    assert mobile_number(typed, country) == number


@pytest.mark.parametrize(
    "typed",
    [
        "0371 488-0",
        "030 123456",
        "110",
        "0800 1234567",
        "0900 1234567",
        "",
        "Erika",
        "0170 12",
        "+999 1234567",
        "1" * 60,
    ],
)
def test_all_others_get_none(typed: str) -> None:
    assert mobile_number(typed, "DE") is None
