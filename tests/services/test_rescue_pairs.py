"""Two appointments of one visitor: a day rescue moves both, or asks once for both; it tears none apart."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.person import Person
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.town import Town
from queue_server.services import booking
from queue_server.services.in_parts import choose_visit
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue import read_places
from tests.services.booking_hall import ERIKA
from tests.services.rescuing import Rescuer, town_with_annex
from tests.town_hall import CAR, DAY, PASS, at

TODAY = date.fromisoformat(DAY)
REMINDED = replace(ERIKA, email="erika@example.org", reminder_min=60)


def town(**skills: tuple[str, ...]) -> Town:
    """Anna and Bernd do passports, Carla cars; nobody does both."""
    can = {"anna": (PASS,), "bernd": (PASS,), "carla": (CAR,)} | skills
    found = town_with_annex()
    clerks = tuple(replace(one, service_ids=can[one.id]) for one in found.clerks if one.id in can)
    return replace(found, clerks=clerks)


def hand_in(folder: Path, empty: Path, of: Town) -> Rescuer:
    shutil.copy(empty, folder / "hall.sqlite3")
    hand = Rescuer(Database(f"sqlite:///{folder / 'hall.sqlite3'}"), of)
    hand.now = hand.now.replace(hour=6)  # seven o'clock in the town
    return hand


@pytest.fixture
def hand(tmp_path: Path, empty_sqlite: Path) -> Iterator[Rescuer]:
    hand = hand_in(tmp_path, empty_sqlite, town())
    yield hand
    assert hand.differences() == []
    hand.database.dispose()


def book_both(hand: Rescuer, clock: str = "08:00", person: Person = REMINDED) -> Answer:
    """A passport, and right behind it a car; nine o'clock in the town."""

    def hold(unit: Unit) -> Answer:
        choice = choose_visit(unit.town, unit.site, ((PASS, 1), (CAR, 1)))
        return booking.hold(unit, choice, at(clock, DAY), channel="portal", client="both")

    return hand.confirm(hand.do(hold), "both", person)


def clerks(hand: Rescuer, booked: Answer) -> list[str]:
    return [str(hand.appointment(one).clerk_id) for one in (booked, booked["then"])]


def clocks(hand: Rescuer, booked: Answer) -> list[str]:
    return [hand.see(one)["starts_at"][11:16] for one in (booked, booked["then"])]


def waiting(hand: Rescuer) -> list[tuple[str, int, list[int]]]:
    rows = (row for row in hand.rows(OUTBOX) if row["state"] == "waiting")
    return [(row["kind"], row["appointment_id"], row["payload"].get("also", [])) for row in rows]


def away(clerk_id: str) -> Cause:
    return Cause(TODAY, TODAY, clerk_id)


def torn(hand: Rescuer) -> tuple[Answer, str]:
    """Book a pair whose first part's clerk goes missing while the other one is busy at that time."""
    booked = book_both(hand)
    hand.book("08:00", PASS, day=DAY, client="other")
    return booked, clerks(hand, booked)[0]


def test_both_go_to_the_nearest_time_for_both_and_one_letter_says_so(hand: Rescuer) -> None:
    booked, missing = torn(hand)
    [row] = hand.preview(away(missing))
    assert ([len(row["parts"]), row["lost"]], row["proposal"]["how"]) == ([2, 1], "time")
    body = hand.rescue(away(missing))
    assert [(item["ref"], item["how"], bool(item["told"])) for item in body["items"]] == [
        (booked["reference"], "time", True),
        (booked["then"]["reference"], "time", False),
    ]
    assert clocks(hand, booked) == ["09:10", "09:30"]
    assert clerks(hand, booked) == [next(one for one in ("anna", "bernd") if one != missing), "carla"]
    mine = [one for one in waiting(hand) if one[1] in {booked["id"], booked["then"]["id"]}]
    assert mine == [
        ("rescued", booked["id"], [booked["then"]["id"]]),
        ("reminder", booked["id"], [booked["then"]["id"]]),
    ]


def test_taking_it_back_brings_both_back(hand: Rescuer) -> None:
    _, missing = torn(hand)
    before = hand.picture()
    hand.rescue(away(missing))
    hand.undo()
    assert hand.picture() == before


def test_where_one_cannot_come_back_both_stay_together(hand: Rescuer) -> None:
    booked, missing = torn(hand)
    hand.rescue(away(missing))
    hand.book("08:10", CAR, day=DAY, client="quick")
    body = hand.undo()
    assert body["back"] == {"rescued_taken": 2}
    assert clocks(hand, booked) == ["09:10", "09:30"]


def test_where_there_is_no_time_for_both_they_stay_and_are_asked_once(hand: Rescuer) -> None:
    booked = book_both(hand)
    before = clerks(hand, booked)
    [row] = hand.preview(away("carla"))
    assert (row["proposal"], row["choices"]) == (None, [])
    body = hand.rescue(away("carla"))
    assert [(item["ref"], item["how"]) for item in body["items"]] == [(booked["then"]["reference"], "asked")]
    assert (clerks(hand, booked), clocks(hand, booked)) == (before, ["09:00", "09:10"])
    letters = [one for one in waiting(hand) if one[0] == "must_move"]
    assert letters == [("must_move", booked["id"], [booked["then"]["id"]])]


def test_the_first_stays_where_the_second_finds_time_close_behind_it(
    tmp_path: Path, empty_sqlite: Path
) -> None:
    """Nobody is moved further than it takes: the second comes ten minutes later, with somebody else."""
    hand = hand_in(tmp_path, empty_sqlite, town(anna=(CAR,)))
    booked = book_both(hand)
    other = hand.book("08:00", CAR, day=DAY, client="other")
    missing = clerks(hand, booked)[1]
    assert hand.appointment(other).clerk_id != missing
    before = hand.picture()
    body = hand.rescue(away(missing))
    assert [item["ref"] for item in body["items"]] == [booked["then"]["reference"]]
    assert clocks(hand, booked) == ["09:00", "09:20"]
    assert ("rescued", booked["then"]["id"], [booked["id"]]) in waiting(hand)
    hand.undo()
    assert hand.picture() == before
    hand.database.dispose()


def test_both_keep_their_time_with_others_and_nobody_is_written_to(hand: Rescuer) -> None:
    booked = book_both(hand)
    missing, before = clerks(hand, booked)[0], waiting(hand)
    body = hand.rescue(away(missing))
    assert [item["how"] for item in body["items"]] == ["clerk"]
    assert (clocks(hand, booked), waiting(hand)) == (["09:00", "09:10"], before)
    assert clerks(hand, booked)[0] != missing


def test_what_is_anothers_department_is_not_moved_along(hand: Rescuer) -> None:
    booked, missing = torn(hand)
    [row] = hand.preview(away(missing), frozenset({PASS}))
    assert ([part["reference"] for part in row["parts"]], row["proposal"]) == ([booked["reference"]], None)


def test_who_cannot_be_written_to_is_phoned_once_for_both(hand: Rescuer) -> None:
    booked = book_both(hand, person=Person(name="Karl Ohne", phone="0371 4880"))
    hand.book("08:00", PASS, day=DAY, client="other")
    hand.rescue(away(clerks(hand, booked)[0]))
    assert [row["reference"] for row in hand.phone_list()] == [booked["reference"]]


def test_half_a_pair_cannot_be_sent(hand: Rescuer) -> None:
    booked, missing = torn(hand)
    [row] = hand.preview(away(missing))
    half = row["proposal"]["value"].split("+")[0]
    body = hand.rescue(away(missing), **{booked["reference"]: half})
    assert [item["how"] for item in body["items"]] == ["open"]
    assert clocks(hand, booked) == ["09:00", "09:10"]


@pytest.mark.parametrize("text", ["", "a|b|1", "a|b|1+", "a|b|1+c|d|2+e|f|3", "a|b|1+nonsense"])
def test_two_places_are_two(text: str) -> None:
    assert read_places(text, 2) is None
