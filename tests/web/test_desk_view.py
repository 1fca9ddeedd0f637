"""The words of the desk: days, times, what fits on a card, and what must not stand there."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.web import desk_view as view
from queue_server.web.desk_wish import Wish
from queue_server.web.texts import load_texts

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TOWN = sample_town()
SITE = next(site for site in TOWN.sites if site.id == "rathaus")
TEXTS = load_texts()
SEEN: dict[str, Any] = {
    "id": 7,
    "reference": "K7M2QX",
    "number": 417,
    "state": "booked",
    "refused": False,
    "confirm_until": None,
    "starts_at": "2026-03-11T11:00+01:00",
    "minutes": 20,
    "services": [["id-card", 2]],
    "persons": 2,
    "area_id": "rathaus-eg",
    "language": "de",
    "ticket_id": None,
    "secret_version": 1,
}


def words(language: str = "de") -> view.Words:
    return view.words_for(TEXTS[language], SITE, NOW)


def a_day(*times: str, whole: bool = False) -> Any:
    found = {"date": "2026-03-11", "times": [f"2026-03-11T{time}+01:00" for time in times]}
    return view.day_of(words(), Wish((("id-card", 1),)), found, whole=whole)


def every(minutes: int) -> list[str]:
    return [f"{hour:02}:{minute:02}" for hour in range(8, 16) for minute in range(0, 60, minutes)]


def test_a_day_is_named_as_people_name_it() -> None:
    day = a_day("09:00")
    assert (day["name"], day["distance"]) == ("Mittwoch, 11. März", "morgen")
    assert words("en").day(date(2026, 3, 11)) == "Wednesday, 11 March"
    assert "2027" in words().day(date(2027, 1, 4))


def test_few_times_are_all_shown() -> None:
    day = a_day("09:00", "09:05", "09:10")
    assert [slot["label"] for slot in day["slots"]] == ["09:00", "09:05", "09:10"]
    assert day["more"] == ""


def test_many_times_become_an_overview_that_never_hides_the_first() -> None:
    day = a_day(*[time for time in every(5) if time > "08:17"])
    labels = [slot["label"] for slot in day["slots"]]
    assert len(labels) <= view.SLOTS_SHOWN
    assert labels[:3] == ["08:20", "08:30", "09:00"]
    assert "day=2026-03-11" in day["more"]


def test_the_day_that_was_asked_for_shows_every_time() -> None:
    assert len(a_day(*every(5), whole=True)["slots"]) == 96


def test_the_address_of_a_concern_holds_nobodys_name() -> None:
    query = view.concern_query(Wish((("id-card", 2),), 2), day="2026-03-11")
    assert query == "n-id-card=2&persons=2&day=2026-03-11"
    moved = view.concern_query(Wish((("id-card", 2),), 2, move="K7M2QX"), day="2026-03-11")
    assert moved == "move=K7M2QX&day=2026-03-11", "the reference says the rest, to who may know it"


@pytest.mark.parametrize(
    ("state", "starts_at", "check_in", "move", "live"),
    [
        ("booked", "2026-03-10T11:00+01:00", True, True, True),
        ("booked", "2026-03-11T11:00+01:00", False, True, True),
        ("missed", "2026-03-10T09:00+01:00", True, False, False),
        ("checked_in", "2026-03-10T11:00+01:00", False, False, True),
        ("cancelled", "2026-03-11T11:00+01:00", False, False, False),
    ],
)
def test_only_what_can_be_done_is_offered(
    state: str, starts_at: str, check_in: bool, move: bool, live: bool
) -> None:
    shown = view.appointment(words(), TOWN, SITE, SEEN | {"state": state, "starts_at": starts_at})
    assert (shown["may_check_in"], shown["may_move"], shown["is_live"]) == (check_in, move, live)
    assert shown["may_cancel"] == move


def test_a_service_that_left_the_set_up_is_not_named() -> None:
    """Failure 9: what is booked stays; whether it was sensitive nobody knows any more."""
    shown = view.appointment(words(), TOWN, SITE, SEEN | {"services": [["gone", 1]]})
    untold = words().say("common.confidential")
    assert shown["services"] == [{"id": "gone", "name": untold, "words": untold, "count": 1, "most": 1}]


def test_the_card_says_when_where_and_what_to_bring() -> None:
    card = view.card(words(), TOWN, SITE, SEEN, "")
    assert (card["number"], card["time"], card["come"]) == (417, "11:00", "10:50")
    assert card["day"] == "Mittwoch, 11. März 2026"
    assert card["papers"]
    assert card["area"] == "Erdgeschoss"


def test_the_card_speaks_the_visitors_language() -> None:
    assert view.card(words("en"), TOWN, SITE, SEEN, "")["area"] == "Ground floor"


def test_no_qr_is_drawn_before_phones_have_an_address() -> None:
    assert view.card(words(), TOWN, SITE, SEEN, "")["qr"] == ""
    qr = view.card(words(), TOWN, SITE, SEEN, "https://termin.example/termin/v/secret")["qr"]
    assert qr.startswith("data:image/svg+xml,")
    assert "<svg" in unquote(qr)


def test_services_done_elsewhere_say_where() -> None:
    town = dataclasses.replace(TOWN)
    found = view.to_find(town, SITE, TEXTS["de"], date(2026, 3, 10))
    assert any(one["here"] for one in found)
    assert all(one["note"] for one in found if not one["here"])
