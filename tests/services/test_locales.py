"""Dates, times and directions of the pages' languages."""

from datetime import UTC, date, datetime

import pytest

from queue_server.services.locales import clock, direction_of, locale_of, short_day, weekday_and_day

TUESDAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("language", "locale"),
    [("de", "de"), ("de-x-leicht", "de"), ("en", "en_GB"), ("pt-BR", "pt_BR"), ("ar", "ar")],
)
def test_private_words_of_a_language_keep_its_dates(language: str, locale: str) -> None:
    assert locale_of(language) == locale


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Dienstag, 10. März"),
        ("de-x-leicht", "Dienstag, 10. März"),
        ("en", "Tuesday, 10 March"),
        ("tr", "10 Mart Salı"),
        ("uk", "вівторок, 10 березня"),
        ("ar", "الثلاثاء، 10 مارس"),
        ("en-US", "Tuesday, March 10"),
    ],
)
def test_a_day_without_its_year_is_written_as_the_language_orders_it(language: str, words: str) -> None:
    assert weekday_and_day(TUESDAY, language) == words


def test_a_short_day_has_its_year() -> None:
    assert short_day(TUESDAY, "de") == "Di., 10. März 2026"
    assert short_day(TUESDAY, "tr") == "10 Mar 2026 Sal"


def test_hours_are_counted_to_24_in_every_language() -> None:
    assert clock(datetime(2026, 3, 10, 19, 5, tzinfo=UTC)) == "19:05"


def test_arabic_alone_runs_from_right_to_left() -> None:
    languages = ("de", "de-x-leicht", "en", "tr", "uk", "ar")
    assert [direction_of(one) for one in languages] == ["ltr"] * 5 + ["rtl"]
