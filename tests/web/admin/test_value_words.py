"""A change reads as a person would tell it: of a long list only what has come and gone."""

from dataclasses import replace
from datetime import date

from queue_server.adapters.town.file import sample_town
from queue_server.domain.town import Closure, Site, Town
from queue_server.domain.town_diff import diff
from queue_server.web.admin.value_words import change_words
from queue_server.web.texts import load_texts

SAY = load_texts()["de"]


def told(**values: object) -> list[tuple[str, str, str]]:
    before = sample_town()
    closed: Site = replace(before.sites[0], closures=(Closure(date(2026, 12, 24), {"de": "Heiligabend"}),))
    before = replace(before, sites=(closed, *before.sites[1:]))
    after: Town = replace(before, sites=(replace(closed, **values), *before.sites[1:]))  # type: ignore[arg-type]
    [change] = diff(before, after)
    return list(change_words(SAY, before, after, change)["fields"])


def test_of_a_list_only_what_differs_is_told() -> None:
    eve = Closure(date(2026, 12, 24), {"de": "Heiligabend"})
    assert told(closures=(eve, Closure(date(2026, 12, 31)))) == [("Geschlossene Tage", "", "31.12.2026")]
    assert told(closures=()) == [("Geschlossene Tage", "24.12.2026 Heiligabend", "")]


def test_words_stand_for_values() -> None:
    assert told(sms=True, lead_min=30) == [
        ("Spätestens so viele Minuten vorher buchen", "0", "30"),
        ("SMS anbieten", "nein", "ja"),
    ]
    assert told(required_fields=("name",)) == [
        ("Bei der Buchung verlangt", "Ein Kontakt (Mail oder Telefon)", "")
    ]


def test_a_new_order_is_told_by_names() -> None:
    rooms = sample_town().sites[0].rooms
    [(what, was, now)] = told(rooms=rooms[::-1])
    assert what == "Reihenfolge: Zimmer"
    assert was.split(", ") == now.split(", ")[::-1]
