"""A change reads as a person would tell it: of a long list only what has come and gone."""

from dataclasses import replace
from datetime import date, time

from queue_server.adapters.town.file import sample_town
from queue_server.domain.town import Closure, OpeningHours, RosterEntry, Site, Town
from queue_server.domain.town_diff import diff
from queue_server.web.admin.value_words import change_words
from queue_server.web.texts import load_texts
from tests.domain.test_setup_words import moved

SAY = load_texts()["de"]
EVE = Closure(date(2026, 12, 24), {"de": "Heiligabend"})


def told(before: Town | None = None, **values: object) -> list[tuple[str, list[str]]]:
    """Return what a change of the first site reads like; by default one day is closed already."""
    town = before or sample_town()
    site: Site = replace(town.sites[0], closures=(EVE,))
    old = replace(town, sites=(site, *town.sites[1:]))
    new: Town = replace(old, sites=(replace(site, **values), *old.sites[1:]))  # type: ignore[arg-type]
    [change] = diff(old, new)
    return list(change_words(SAY, old, new, change)["fields"])


def told_of_clerk(was: tuple[RosterEntry, ...], now: tuple[RosterEntry, ...]) -> list[str]:
    before, after = (
        replace(town, clerks=(replace(town.clerks[0], roster=roster), *town.clerks[1:]))
        for town, roster in ((sample_town(), was), (sample_town(), now))
    )
    [change] = diff(before, after)
    [(what, sentences)] = change_words(SAY, before, after, change)["fields"]
    assert what == "Wöchentliche Dienstzeiten"
    return list(sentences)


def test_of_a_list_only_what_differs_is_told() -> None:
    assert told(closures=(EVE, Closure(date(2026, 12, 31)))) == [("Geschlossene Tage", ["Dazu: 31.12.2026"])]
    assert told(closures=()) == [("Geschlossene Tage", ["Nicht mehr: 24.12.2026 Heiligabend"])]


def test_words_stand_for_values() -> None:
    assert told(sms=True, lead_min=30) == [
        ("Spätestens so viele Minuten vorher buchen", ["30 statt bisher 0"]),
        ("SMS anbieten", ["ja statt bisher nein"]),
    ]
    assert told(required_fields=("name",)) == [
        ("Bei der Buchung verlangt", ["Nicht mehr: Ein Kontakt (Mail oder Telefon)"])
    ]


def test_of_texts_the_language_that_differs_is_told() -> None:
    town = sample_town()
    name = town.sites[0].name
    [(_, [sentence])] = told(name={**name, "en": "City hall"})
    assert sentence.startswith("Englisch: „City hall“")
    assert told(phone="")[0][1][0].startswith("nichts mehr statt bisher")


def test_hours_read_as_a_colleague_would_write_them() -> None:
    opening = tuple(OpeningHours(day, time(8), time(12)) for day in range(4))
    longer = tuple(OpeningHours(day, time(8), time(13)) for day in range(4))
    site = replace(sample_town().sites[0], opening=opening)
    town = replace(sample_town(), sites=(site, *sample_town().sites[1:]))
    [(_, sentences)] = told(town, opening=longer)
    assert sentences == ["Montag bis Donnerstag 08:00–13:00 statt bisher 08:00–12:00"]
    [(_, sentences)] = told(town, opening=(*opening[1:], OpeningHours(5, time(9), time(12))))
    assert sentences == ["Montag nicht mehr (bisher 08:00–12:00)", "Samstag neu: 09:00–12:00"]


def test_a_roster_tells_days_hours_place_and_how_long_it_holds() -> None:
    was = tuple(RosterEntry(day, time(8), time(12), "rathaus", "rathaus-1") for day in (0, 1, 2))
    now = tuple(replace(one, works_until=time(13)) for one in was)
    where = "Rathaus am Markt, Schalter 1"
    assert told_of_clerk(was, now) == [f"Montag bis Mittwoch 08:00–13:00 statt bisher 08:00–12:00 ({where})"]
    dated = replace(was[0], valid_from=date(2026, 3, 1))
    assert told_of_clerk(was, (dated, *was[1:])) == [
        f"Montag nicht mehr (bisher 08:00–12:00) ({where})",
        f"Montag neu: 08:00–12:00 ({where}, ab 01.03.2026)",
    ]


def test_what_moves_is_told_with_the_names_of_both_sites() -> None:
    before = sample_town()
    after = moved(before)
    fields = dict(change_words(SAY, before, after, diff(before, after)[0])["fields"])
    assert fields["Standort"] == ["Bürgerzentrum statt bisher Rathaus am Markt"]


def test_a_new_order_is_told_by_names() -> None:
    rooms = sample_town().sites[0].rooms
    [(what, [sentence])] = told(rooms=rooms[::-1])
    assert what == "Reihenfolge: Zimmer"
    assert sentence == "Jetzt: " + ", ".join(one.name for one in rooms[::-1])
