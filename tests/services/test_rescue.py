"""Somebody is away: who goes where, by booking's own rules, in one step that can be taken back."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.planned_changes import plan_change
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.person import Person
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.town import Town
from queue_server.services import rescue, rescue_preview
from queue_server.services.ports import Answer
from queue_server.services.rescue_kept import cause_of
from queue_server.services.rescue_preview import go_on, previewing
from queue_server.services.rescue_undo import RescueOver
from tests.domain.town_plans import Plan, edit
from tests.services.booking_hall import ERIKA, TOMORROW
from tests.services.rescuing import SITES, Rescuer, town_with_annex
from tests.town_hall import CAR, CARD, DAY, PASS, at

TODAY = date.fromisoformat(DAY)
NEXT_DAY = date.fromisoformat(TOMORROW)
NO_MAIL = Person(name="Karl Ohne", phone="0371 4880")


@pytest.fixture
def hand(tmp_path: Path, empty_sqlite: Path) -> Iterator[Rescuer]:
    shutil.copy(empty_sqlite, tmp_path / "hall.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'hall.sqlite3'}")
    yield from at_seven(database)
    database.dispose()


@pytest.fixture
def on_either(database: Database) -> Iterator[Rescuer]:
    """The same on both databases, where it matters."""
    yield from at_seven(database)


def at_seven(database: Database) -> Iterator[Rescuer]:
    hand = Rescuer(database, town_with_annex())
    hand.now = hand.now.replace(hour=6)  # the town is an hour ahead
    yield hand
    assert hand.differences() == []


def away(clerk_id: str = "anna", last: date = TODAY) -> Cause:
    return Cause(TODAY, last, clerk_id)


def of_clerk(hand: Rescuer, booked: Answer) -> str | None:
    return hand.appointment(booked).clerk_id


def booked_with(hand: Rescuer, clerk_id: str, clock: str, service: str = PASS, **more: Any) -> Answer:
    """Book until this clerk has it; who else was free then is booked, too."""
    for n in range(3):
        found = hand.book(clock, service, day=DAY, client=f"{clock}-{service}-{n}", **more)
        if of_clerk(hand, found) == clerk_id:
            return found
    raise AssertionError(clerk_id)


def kinds_waiting(hand: Rescuer, booked: Answer) -> list[str]:
    rows = [row for row in hand.rows(OUTBOX) if row["appointment_id"] == booked["id"]]
    return [row["kind"] for row in rows if row["state"] == "waiting"]


def test_another_clerk_takes_it_at_the_same_time_and_nobody_is_written_to(hand: Rescuer) -> None:
    booked = hand.book("08:00", PASS, day=DAY)
    before = of_clerk(hand, booked)
    body = hand.rescue(away(str(before)))
    assert [item["how"] for item in body["items"]] == ["clerk"]
    after = hand.appointment(booked)
    assert after.clerk_id in {"anna", "bernd"} - {before}
    assert hand.see(booked)["starts_at"] == "2026-03-03T09:00+01:00"
    assert kinds_waiting(hand, booked) == ["booked"]


def test_who_cannot_keep_the_time_gets_the_next_one_and_a_letter(hand: Rescuer) -> None:
    first, second = hand.book("08:00", PASS, day=DAY), hand.book("08:00", PASS, day=DAY, client="b")
    body = hand.rescue(away(str(of_clerk(hand, second))))
    assert [item["how"] for item in body["items"]] == ["time"]
    assert hand.see(first)["starts_at"] == "2026-03-03T09:00+01:00"
    assert hand.see(second)["starts_at"] == "2026-03-03T09:10+01:00"
    assert hand.see(second)["number"] == second["number"]
    assert kinds_waiting(hand, second) == ["rescued"]


def test_who_can_go_nowhere_here_goes_to_the_other_site(hand: Rescuer) -> None:
    booked = hand.book("10:00", CARD, day=DAY)
    body = hand.rescue(Cause(TODAY, TODAY, site_id="hall"))
    assert [item["how"] for item in body["items"]] == ["site"]
    seen = hand.look(lambda unit: unit.book.by_ref(booked["reference"]), "annex")
    assert seen is not None
    assert (seen.clerk_id, seen.secret_version) == ("olga", booked["secret_version"])
    rows = [row for row in hand.rows(OUTBOX) if row["state"] == "waiting"]
    assert [(row["site_id"], row["kind"]) for row in rows] == [("annex", "rescued")]


def test_who_has_no_place_is_asked_or_stands_on_the_phone_list(hand: Rescuer) -> None:
    written = hand.book("08:00", CAR, day=DAY, person=replace(ERIKA, email="a@example.org"))
    silent = hand.book("09:00", CAR, day=DAY, client="b", person=NO_MAIL)
    cause = Cause(TODAY, TODAY, site_id="hall")
    assert [row["proposal"] for row in hand.preview(cause)] == [None, None]
    body = hand.rescue(cause)
    assert [item["how"] for item in body["items"]] == ["asked", "asked"]
    assert "must_move" in kinds_waiting(hand, written)
    assert kinds_waiting(hand, silent) == []
    (row,) = hand.phone_list()
    assert (row["name"], row["phone"], row["how"]) == ("Karl Ohne", "0371 4880", "asked")


def test_nobody_is_asked_twice_about_one_time(hand: Rescuer) -> None:
    """A second press, or another lead, writes no second letter."""
    asked = hand.book("08:00", CAR, day=DAY)
    cause = Cause(TODAY, TODAY, site_id="hall")
    hand.rescue(cause)
    hand.book("09:00", CAR, day=NEXT_DAY.isoformat(), client="b")
    (row,) = hand.preview(cause)
    assert (row["reference"], row["waits"], row["proposal"]) == (asked["reference"], True, None)
    body = hand.rescue(cause, "r2")
    assert [item["how"] for item in body["items"]] == ["waits"]
    assert kinds_waiting(hand, asked).count("must_move") == 1
    assert hand.phone_list("r2") == []
    hand.undo("r2")
    assert kinds_waiting(hand, asked).count("must_move") == 1, "it is the first one's to take back"
    hand.undo()
    assert [row["waits"] for row in hand.preview(cause)] == [False]
    hand.rescue(cause, "r3")
    assert kinds_waiting(hand, asked).count("must_move") == 1


def test_nobody_is_asked_to_come_earlier_at_short_notice(hand: Rescuer) -> None:
    """A quarter past seven: all later times are taken, the earlier ones are too soon."""
    hand.change(
        lambda town: replace(
            town,
            clerks=tuple(
                replace(one, roster=tuple(replace(r, works_until=time(9)) for r in one.roster))
                if one.id in {"anna", "bernd"}
                else replace(one, roster=())
                for one in town.clerks
            ),
        )
    )
    both = [hand.book("07:45", PASS, day=DAY, client=c) for c in "ab"]
    lost = next(one for one in both if of_clerk(hand, one) == "anna")
    (row,) = hand.preview(away())
    assert (row["reference"], row["proposal"], row["choices"]) == (lost["reference"], None, [])


def test_the_lead_time_does_not_stand_in_the_way(hand: Rescuer) -> None:
    booked = hand.book("10:00", PASS, day=DAY)
    hand.change(lambda town: replace(town, sites=tuple(replace(site, lead_min=1440) for site in town.sites)))
    body = hand.rescue(away(str(of_clerk(hand, booked))))
    assert [item["how"] for item in body["items"]] == ["clerk"]


def test_who_needs_it_step_free_is_sent_to_no_other_room(hand: Rescuer) -> None:
    def with_rooms(town: Town) -> Town:
        hall, annex = town.sites
        rooms = tuple(replace(room, step_free=room.id == "r1") for room in hall.rooms)
        counters = {"anna": "c1", "bernd": "c2"}
        clerks = tuple(
            replace(one, roster=tuple(replace(r, counter_id=counters.get(one.id)) for r in one.roster))
            for one in town.clerks
        )
        return replace(town, sites=(replace(hall, rooms=rooms), annex), clerks=clerks)

    hand.change(with_rooms)
    wheels = replace(ERIKA, needs=("step_free",))
    booked_with(hand, "anna", "08:00", person=wheels)
    rows = [row for row in hand.preview(away()) if row["proposal"]]
    assert all(row["proposal"]["clerk"] != "bernd" for row in rows)
    assert all(choice["clerk"] != "bernd" for row in hand.preview(away()) for choice in row["choices"])


def test_who_goes_home_ill_leaves_what_has_begun_as_it_is(hand: Rescuer) -> None:
    begun, later = (booked_with(hand, "anna", clock) for clock in ("08:00", "10:00"))
    hand.now = at("09:50")
    assert [row["reference"] for row in hand.preview(away())] == [later["reference"]]
    hand.rescue(away())
    assert of_clerk(hand, begun) == "anna"


def test_who_leaves_at_noon_keeps_the_morning(hand: Rescuer) -> None:
    """By the clock of the town, and on the first day alone."""
    kept, moved = (booked_with(hand, "anna", clock) for clock in ("08:00", "10:00"))
    cause = replace(away(last=NEXT_DAY), since=time(10, 5))
    body = hand.rescue(cause)
    assert [item["ref"] for item in body["items"]] == [moved["reference"]]
    assert cause_of(body)[0] == cause
    assert of_clerk(hand, kept) == "anna"
    assert [cause.spares(at("08:00", day)) for day in (DAY, TOMORROW)] == [True, False]


def test_until_the_clerk_goes_they_are_booked_as_ever(hand: Rescuer) -> None:
    """Wish: a clerk who goes home at eleven is marked from eleven on, and the morning is capacity."""
    cause = replace(away(), since=time(10))
    hand.rescue(cause)
    assert cause.missing(hand.town()) == ()
    assert replace(cause, since=time(9)).missing(hand.town()) == (TODAY,)
    assert {of_clerk(hand, hand.book("08:20", PASS, day=DAY, client=n)) for n in "ab"} == {"anna", "bernd"}
    seen = [hand.book("09:30", PASS, day=DAY, client=n) for n in "c"]
    assert [of_clerk(hand, one) for one in seen] == ["bernd"]
    hand.undo()
    assert hand.picture()["away"]["anna"] == ()


def test_who_leaves_early_may_take_what_is_later_before(hand: Rescuer) -> None:
    """The day's own clerk has room in the morning."""
    late = hand.book("10:00", CAR, day=DAY)
    clerk_id = str(of_clerk(hand, late))
    hand.change(away("carla" if clerk_id == "anna" else "anna").entering())
    hand.now = at("06:10")
    body = hand.rescue(replace(away(clerk_id), since=time(10, 30)))
    assert [item["how"] for item in body["items"]] == ["time"]
    assert of_clerk(hand, late) == clerk_id
    assert hand.see(late)["starts_at"] < "2026-03-03T10:30+01:00"


def test_looking_in_slices_finds_the_same(hand: Rescuer, monkeypatch: pytest.MonkeyPatch) -> None:
    full_day(hand)
    hand.change(lambda town: replace(town, sites=tuple(replace(s, walk_in_share=20) for s in town.sites)))
    cause = Cause(TODAY, TODAY, site_id="hall")
    at_once = hand.preview(cause)
    monkeypatch.setattr(rescue_preview, "SLICE", 2)
    units = [hand.store.view(site, hand.now) for site in SITES]
    steps, slices, answer, rows = previewing(units, cause, None), 0, None, None
    while rows is None:
        question, rows = go_on(steps, answer)
        answer, slices = question() if question else None, slices + 1
    assert rows == at_once
    assert slices > len(at_once)


def test_many_go_in_several_presses_and_each_is_taken_back(
    hand: Rescuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One press is one commit that everybody's next call waits for: so it moves some, and the rest keeps."""
    full_day(hand)
    monkeypatch.setattr(rescue, "AT_ONCE", 3)
    cause, before = Cause(TODAY, TODAY, site_id="hall"), hand.picture()
    presses = [hand.rescue(cause, f"r{nth}")["items"] for nth in range(3)]
    done = [sum(bool(item["to"] or item["told"]) for item in items) for items in presses]
    later = [sum(item["how"] == "later" for item in items) for items in presses]
    assert done == [3, 3, 1]
    assert later[0] > later[1] > later[2] == 0
    for nth in (2, 1, 0):
        hand.undo(f"r{nth}")
    assert hand.picture() == before


def test_only_the_departments_own_appointments_are_touched(hand: Rescuer) -> None:
    booked = hand.book("08:00", PASS, day=DAY)
    cause = away(str(of_clerk(hand, booked)))
    assert hand.preview(cause, frozenset({CAR})) == []
    assert len(hand.preview(cause, frozenset({PASS}))) == 1


def test_what_somebody_else_took_meanwhile_stays_open(hand: Rescuer) -> None:
    booked = hand.book("08:00", PASS, day=DAY)
    cause = away(str(of_clerk(hand, booked)))
    (row,) = hand.preview(cause)
    hand.book("08:00", PASS, day=DAY, client="quicker")
    body = hand.rescue(cause, **{booked["reference"]: row["proposal"]["value"]})
    assert [item["how"] for item in body["items"]] == ["open"]
    assert of_clerk(hand, booked) == cause.clerk_id


def test_the_same_press_twice_is_once(hand: Rescuer) -> None:
    """Failure 2."""
    booked = hand.book("08:00", PASS, day=DAY)
    cause = away(str(of_clerk(hand, booked)))
    first = hand.rescue(cause)
    seq = hand.hall.seq
    assert hand.move_all(cause, "r1", {}) == first
    assert hand.hall.seq == seq


def full_day(hand: Rescuer) -> None:
    """Some of everything, with reminders and without, written to and not."""
    reminded = replace(ERIKA, reminder_min=60)
    for n, clock in enumerate(("08:00", "08:00", "08:20", "10:00", "10:00", "10:30")):
        hand.book(clock, PASS, day=DAY, client=f"p{n}", person=reminded if n % 2 else NO_MAIL)
    for n, clock in enumerate(("09:00", "09:05", "10:50")):
        hand.book(clock, CARD, day=DAY, client=f"c{n}", person=reminded)
    hand.book("08:00", CAR, day=DAY, client="car", person=ERIKA)
    hand.book("09:00", CARD, day=DAY, client="annex", site_id="annex")


@pytest.mark.parametrize(
    "cause", [away("anna"), away("bernd"), away("carla"), Cause(TODAY, TODAY, site_id="hall")]
)
def test_taking_it_back_restores_the_picture(on_either: Rescuer, cause: Cause) -> None:
    hand = on_either
    full_day(hand)
    before = hand.picture()
    body = hand.rescue(cause)
    assert body["items"]
    assert hand.picture() != before
    hand.later(minutes=9)
    hand.undo()
    assert hand.picture() == before
    hand.restart()
    assert hand.picture() == before


def test_what_was_sent_already_is_followed_by_a_correction(hand: Rescuer) -> None:
    both = [hand.book("08:00", PASS, day=DAY, client=c) for c in "ab"]
    moved = both[1]
    hand.rescue(away(str(of_clerk(hand, moved))))
    hand.database.write(lambda c: c.execute(OUTBOX.update().values(state="sent")))
    hand.undo()
    assert kinds_waiting(hand, moved) == ["stands"]
    assert kinds_waiting(hand, both[0]) == []


def test_what_is_being_sent_just_now_may_arrive_and_is_corrected(hand: Rescuer) -> None:
    """The mail server has it already, and has not answered yet."""
    moved = [hand.book("08:00", PASS, day=DAY, client=c) for c in "ab"][1]
    hand.rescue(away(str(of_clerk(hand, moved))))
    hand.database.write(lambda c: c.execute(OUTBOX.update().values(lease_until=hand.now)))
    hand.undo()
    assert kinds_waiting(hand, moved).count("stands") == 1


def test_who_was_phoned_is_phoned_again_when_it_is_taken_back(hand: Rescuer) -> None:
    hand.book("10:00", CARD, day=DAY, person=NO_MAIL)
    hand.rescue(Cause(TODAY, TODAY, site_id="hall"))
    assert [(row["site"], row["phone"]) for row in hand.phone_list()] == [("annex", NO_MAIL.phone)]
    hand.undo()
    assert [(row["site"], row["phone"]) for row in hand.phone_list()] == [("hall", NO_MAIL.phone)]


def test_who_changed_the_appointment_meanwhile_keeps_it(hand: Rescuer) -> None:
    both = [hand.book("08:00", PASS, day=DAY, client=c) for c in "ab"]
    hand.rescue(away(str(of_clerk(hand, both[1]))))
    hand.cancel(both[1])
    assert hand.undo()["back"] == {"rescued_changed": 1}


def test_after_ten_minutes_it_stands(hand: Rescuer) -> None:
    booked = hand.book("08:00", PASS, day=DAY)
    hand.rescue(away(str(of_clerk(hand, booked))))
    hand.later(minutes=10)
    with pytest.raises(RescueOver):
        hand.undo()


def test_an_absence_that_was_known_before_is_not_taken_back(hand: Rescuer) -> None:
    booked = hand.book("08:00", PASS, day=DAY)
    cause = away(str(of_clerk(hand, booked)))
    hand.change(cause.entering())
    hand.rescue(cause)
    hand.undo()
    assert cause.missing(hand.town()) == ()


def plan(hand: Rescuer, change: Plan) -> None:
    hand.database.write(lambda c: plan_change(c, "town", change, NEXT_DAY, "anna", hand.now))


def test_beyond_a_planned_change_the_set_up_of_the_day_says_who_does_it(hand: Rescuer) -> None:
    """From tomorrow on Carla makes passports, and Bernd none: who of the two is free today says nothing."""
    for clerk_id, done in (("bernd", (CARD,)), ("carla", (CAR, PASS))):
        plan(hand, edit("clerk", clerk_id, service_ids=done))
    hand.store.reload_settings()
    today = hand.book("08:00", PASS, day=DAY)
    booked = hand.book("08:00", PASS, client="b")
    was = str(of_clerk(hand, booked))
    assert was in {"anna", "carla"}
    cause = away(was, NEXT_DAY)
    is_theirs = of_clerk(hand, today) == was
    body = hand.rescue(cause)
    assert [item["how"] for item in body["items"]] == ["clerk"] * (1 + is_theirs)
    assert {of_clerk(hand, booked), was} == {"anna", "carla"}
    assert of_clerk(hand, today) in {"anna", "bernd"}
    hand.undo()
    assert of_clerk(hand, booked) == was
    hand.book("08:00", PASS, client="c")
    row = next(row for row in hand.preview(cause) if row["reference"] == booked["reference"])
    assert "bernd" not in row["proposal"]["value"]
    assert row["proposal"]["how"] == "time", "nobody else makes passports at that time then"
