"""Random rosters, skills and bookings, then somebody is away or the hall stays closed.

What must hold, always: every proposal can be held and booked by booking's own rules, nobody is booked twice,
log, rows and memory say the same, and taking it back restores the picture.
"""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.adapters.clerk_cells import CELL
from queue_server.adapters.database import Database
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import Refusal
from queue_server.domain.parting import second_cells
from queue_server.domain.person import Person
from queue_server.domain.rescue import Place
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.slots import time_of
from queue_server.domain.town import RosterEntry, Town
from queue_server.services import booking, holding, in_parts, requests
from queue_server.services.appointments import choice_of
from queue_server.services.offer import choose_bookable
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue import read_places
from tests.services.rescuing import SITES, Rescuer, town_with_annex
from tests.town_hall import CAR, CARD, DAY, PASS, at

TODAY = date.fromisoformat(DAY)
CLERKS = ("anna", "bernd", "carla", "olga")
HELD, WISHED = 3, 5
"""Who comes as one of seven still types, or has to confirm by mail."""
PEOPLE = (
    Person(name="A", email="a@example.org", reminder_min=60),
    Person(name="B", email="b@example.org", needs=("step_free",)),
    Person(name="C", phone="0371 4880"),
)


@dataclass(frozen=True)
class Story:
    """What happens in one example."""

    hours: dict[str, tuple[int, int]]
    skills: dict[str, frozenset[str]]
    share: int
    wishes: list[tuple[int, tuple[str, ...], int, str]]
    away: str
    seven: bool


HOURS = st.tuples(st.integers(8, 10), st.integers(2, 8)).map(lambda h: (h[0], min(h[0] + h[1], 18)))
SKILLS = st.frozensets(st.sampled_from((PASS, CARD, CAR)), min_size=2)
CONCERNS = st.sampled_from(((PASS,), (CARD,), (CAR,), (PASS, CARD), (PASS, CAR)))
WISH = st.tuples(st.integers(0, 50), CONCERNS, st.integers(0, 2), st.sampled_from(("hall", "hall", "annex")))
STORIES = st.builds(
    Story,
    st.fixed_dictionaries(dict.fromkeys(CLERKS, HOURS)),
    st.fixed_dictionaries(dict.fromkeys(CLERKS, SKILLS)),
    st.sampled_from((0, 0, 40)),
    st.lists(WISH, min_size=8, max_size=22),
    st.sampled_from(("somebody", "somebody", "hall")),
    st.booleans(),
)


def town_of(story: Story) -> Town:
    """Olga is at both sites, at the annex in the morning and in the hall in the afternoon."""
    town = town_with_annex()

    def roster(clerk_id: str) -> tuple[RosterEntry, ...]:
        first, last = story.hours[clerk_id]
        if clerk_id != "olga":
            return (RosterEntry(TODAY.weekday(), time(first), time(last), "hall"),)
        return (
            RosterEntry(TODAY.weekday(), time(8), time(13), "annex"),
            RosterEntry(TODAY.weekday(), time(13), time(17), "hall"),
        )

    clerks = tuple(
        replace(
            one,
            service_ids=tuple(sorted(story.skills[one.id])),
            site_ids=("annex", "hall") if one.id == "olga" else one.site_ids,
            roster=roster(one.id),
        )
        for one in town.clerks
    )
    hall, annex = (
        replace(site, walk_in_share=story.share, confirm_by_mail=True, confirm_within_min=600)
        for site in town.sites
    )
    rooms = tuple(replace(room, step_free=room.id == "r1") for room in hall.rooms)
    services = tuple(
        replace(one, site_ids=("hall", "annex"), area_by_site={"hall": "foyer"}) for one in town.services
    )
    return replace(town, sites=(replace(hall, rooms=rooms), annex), services=services, clerks=clerks)


def book(hand: Rescuer, nth: int, wish: tuple[int, tuple[str, ...], int, str]) -> None:
    cell, services, who, site_id = wish

    def work(unit: Unit) -> Answer:
        choice = in_parts.choose_visit(unit.town, unit.site, [(one, 1) for one in services])
        starts_at = at("07:00") + timedelta(minutes=10 * cell)
        held = booking.hold(unit, choice, starts_at, channel="portal", client=f"c{nth}")
        if nth % 7 == HELD:
            return held
        by_mail = nth % 7 == WISHED
        return booking.confirm(unit, held["id"], f"c{nth}", PEOPLE[who], "de", by_mail=by_mail)

    with suppress(Refusal):
        hand.do(work, site_id)


def book_by_the_rules(hand: Rescuer, row: Answer, nth: int) -> None:
    """Do what is proposed with nothing but what every visitor may: hold the time, and move there."""
    places = read_places(row["proposal"]["value"], len(row["parts"]))
    assert places is not None
    for part, place in zip(row["parts"], places, strict=True):
        unit = hand.store.view(row["site"], hand.now)
        one = unit.book.by_ref(part["reference"])
        if one is not None and place != Place(row["site"], str(one.clerk_id), one.first_cell):
            _book_part(hand, {**part, "site": row["site"]}, place, f"hand-{nth}-{part['reference']}")


def _book_part(hand: Rescuer, row: Answer, place: Place, client: str) -> None:
    reference, home = row["reference"], row["site"]
    starts_at: datetime = time_of(place.start)

    def held(unit: Unit, own: bool) -> int:
        one = unit.book.by_ref(reference)
        pairs = [(str(id_), int(count)) for id_, count in row["services"]]
        fresh = choice_of(unit, one) if own and one else choose_bookable(unit.town, unit.site, pairs)
        choice = replace(fresh, clerk_id=place.clerk_id)
        return int(
            booking.hold(unit, choice, starts_at, channel="portal", client=client, replaces=reference)["id"]
        )

    if place.site_id != home:
        hand.do_at_two(
            place.site_id, home, lambda u, old: booking.bring(u, old, reference, held(u, False), client)
        )
        return

    def within(unit: Unit) -> Answer:
        id_ = held(unit, True)
        one = unit.book.by_ref(reference)
        # One of a pair is not moved alone by its holder: that it could be held is what counts.
        is_alone = one is not None and len(unit.book.pair_of(one)) == 1
        return booking.move(unit, reference, id_, client) if is_alone else {"id": id_}

    hand.do(within, home)


def keep_together(hand: Rescuer, rows: list[Answer]) -> None:
    """Both of a pair that has a proposal are right behind each other, and neither is with who is away."""
    for row in rows:
        if row["proposal"] and len(row["parts"]) == 2:
            unit = hand.store.view(row["site"], hand.now)
            first, second = (unit.book.by_ref(part["reference"]) for part in row["parts"])
            assert first is not None
            assert second is not None
            assert second.first_cell in second_cells(first.first_cell, first.cells)


def play(story: Story, folder: Path, empty: Path) -> None:
    shutil.copy(empty, folder / "hall.sqlite3")
    database = Database(f"sqlite:///{folder / 'hall.sqlite3'}")
    hand = Rescuer(database, town_of(story))
    hand.now = at("06:00") if story.seven else at("08:37")
    for nth, wish in enumerate(story.wishes):
        book(hand, nth, wish)
    planned = [booked[3] for booked in hand.picture()["bookings"].values()] or ["anna"]
    busiest = max(sorted(set(planned)), key=planned.count)
    cause = Cause(TODAY, TODAY, **({"site_id": "hall"} if story.away == "hall" else {"clerk_id": busiest}))
    before, rows, loose = hand.picture(), hand.preview(cause), held_with_who_is_away(hand, cause)
    assert hand.picture() == before, "looking changes nothing"
    body = hand.rescue(cause)
    assert [item["ref"] for item in body["items"] if item["how"] == "open"] == []
    keep_apart(hand)
    keep_together(hand, rows)
    for row in rows:
        for part in row["parts"]:
            whose = hand.picture()["bookings"][part["reference"]][3]
            assert whose != cause.clerk_id or row["proposal"] is None
    hand.undo()
    assert hand.picture() == before
    assert hand.differences() == []
    hand.change(cause.entering())
    if story.share:
        let_go(hand, loose, story)
    for nth, row in enumerate(rows):
        if row["proposal"] and row["request"]:
            assert row["proposal"]["starts_at"] == row["starts_at"]
        elif row["proposal"] and not (story.share and len(row["parts"]) == 2):
            # The share for walk-ins is asked of each of a pair by itself.
            book_by_the_rules(hand, row, nth)
    make_certain(hand, cause, story)
    assert hand.differences() == []
    keep_apart(hand)
    hand.store.close()
    database.dispose()


def held_with_who_is_away(hand: Rescuer, cause: Cause) -> set[str]:
    """Return what is held, but not booked, with somebody who will be away."""
    return {
        one.reference
        for site_id in SITES
        for one in hand.store.view(site_id, hand.now).book.appointments.values()
        if one.state is AppointmentState.HELD and cause.breaks(site_id, one.clerk_id)
    }


def let_go(hand: Rescuer, references: set[str], story: Story) -> None:
    """Let go what is held: with a colleague now, it takes part of an hour that is shared with walk-ins.

    A rescue seats what is held last, so that its proposals do not count it.
    """

    def work(unit: Unit, client: str) -> Answer:
        for one in unit.book.holds_of(unit.fingerprint(client), unit.now):
            if one.reference in references:
                holding.release(unit, one.id, client)
        return {}

    for site_id in SITES:
        for nth in range(len(story.wishes)):
            hand.do(partial(work, client=f"c{nth}"), site_id)


def make_certain(hand: Rescuer, cause: Cause, story: Story) -> None:
    """Book what is held and wished for: nobody gets who is away, or a house that is closed."""

    def work(unit: Unit, client: str) -> Answer:
        for one in unit.book.holds_of(unit.fingerprint(client), unit.now):
            if one.follows is None and one.replaces is None:
                return booking.confirm(unit, one.id, client, PEOPLE[0], "de")
        mine = (one for one in unit.book.requests.values() if one.client == unit.fingerprint(client))
        return requests.confirm_mail(unit, next(mine).reference)

    for site_id in SITES:
        for nth in range(len(story.wishes)):
            with suppress(Refusal, StopIteration):
                booked = hand.do(partial(work, client=f"c{nth}"), site_id)
                for part in (booked, *([booked["then"]] if "then" in booked else [])):
                    one = hand.appointment(part, site_id)
                    assert one.clerk_id is not None
                    assert not cause.breaks(site_id, one.clerk_id)


def keep_apart(hand: Rescuer) -> None:
    """No clerk has two at once: what the book says takes as many cells as there are, each once."""
    rows: list[dict[str, Any]] = hand.rows(CELL)
    taken = [(row["clerk_id"], row["cell"]) for row in rows]
    assert len(set(taken)) == len(taken)
    wanted = [
        (clerk_id, first + n)
        for clerk_id, first, cells in hand.picture()["cells"].values()
        if clerk_id is not None
        for n in range(cells)
    ]
    assert len(set(wanted)) == len(wanted)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
def test_every_proposal_is_feasible_and_can_be_taken_back(empty_sqlite: Path, story: Story) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(story, Path(folder), empty_sqlite)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
def test_many_stories(empty_sqlite: Path, story: Story) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(story, Path(folder), empty_sqlite)
