"""Times at which a service lets people in: what is offered, held and given out keeps to them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.errors import NotAdmitted, SlotTaken
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Closure, Town
from queue_server.services import kiosk, offer
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import Booker
from tests.town_hall import CARD, PASS, at, booking_town

LINES = (
    AdmissionTime(Admission.APPOINTMENT, weekdays=(0, 1, 2), hours=(Stretch(time(9), time(11)),)),
    AdmissionTime(Admission.WALK_IN, weekdays=(3,), hours=(Stretch(time(8), time(12)),)),
)
THURSDAY = "2026-03-05"


def the_town(**site: object) -> Town:
    """Passports from Monday to Wednesday by appointment, on Thursday morning without, and else not at all."""
    town = booking_town(**site)
    services = [
        replace(one, admission=Admission.NONE, admission_times=LINES) if one.id == PASS else one
        for one in town.services
    ]
    return replace(town, services=tuple(services))


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    opened = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'hall.sqlite3')}")
    yield Booker(opened, the_town())
    opened.dispose()


def quote(unit: Unit) -> Answer:
    choice = choose(unit.town, unit.site, [(PASS, 1)])
    return kiosk.give_quote(unit, choice, None)


def test_only_those_times_are_offered_and_can_be_held(hand: Booker) -> None:
    def times(unit: Unit, day: date) -> list[str]:
        choice = offer.choose_bookable(unit.town, unit.site, [(PASS, 1)])
        return [one[11:16] for one in offer.times(unit, choice, day)["times"]]

    found = hand.look(lambda unit: times(unit, date(2026, 3, 4)))
    assert (found[0], found[-1]) == ("09:00", "10:55")
    assert hand.look(lambda unit: times(unit, date(2026, 3, 5))) == []
    with pytest.raises(SlotTaken):
        hand.hold("10:00")
    with pytest.raises(SlotTaken):
        hand.hold("08:30", day=THURSDAY)
    assert hand.hold("09:30")["starts_at"] == "2026-03-04T10:30+01:00"


@pytest.mark.parametrize("origin", [Origin.KIOSK, Origin.INTEGRATION])
def test_a_number_is_refused_with_the_next_time(hand: Booker, origin: Origin) -> None:
    with pytest.raises(NotAdmitted) as refused:
        hand.take(PASS, origin=origin)
    assert refused.value.params == {"next": "2026-03-05T08:00+01:00"}
    assert hand.do(quote)["not_admitted"] == {"next": "2026-03-05T08:00+01:00"}


def test_at_its_time_a_number_is_given_out(hand: Booker) -> None:
    hand.now = at("07:00", THURSDAY)
    assert hand.do(quote)["not_admitted"] is None
    assert hand.take(PASS)["number"]
    hand.now = at("11:00", THURSDAY)
    with pytest.raises(NotAdmitted) as refused:
        hand.take(PASS)
    assert refused.value.params == {"next": "2026-03-12T08:00+01:00"}


def test_the_desk_may_give_a_number_at_any_time(hand: Booker) -> None:
    assert hand.take(PASS, origin=Origin.DESK, kiosk_id=None)["number"]


def test_others_are_let_in_as_ever(hand: Booker) -> None:
    assert hand.take(CARD)["number"]
    with pytest.raises(NotAdmitted):
        hand.take(CARD, PASS)


def test_a_closed_day_is_no_next_time(hand: Booker) -> None:
    hand.settle(the_town(closures=(Closure(date(2026, 3, 5)),)))
    hand.store.reload_settings()
    with pytest.raises(NotAdmitted) as refused:
        hand.take(PASS)
    assert refused.value.params == {"next": "2026-03-12T08:00+01:00"}


def test_when_no_next_time_is_in_sight_that_is_said_too(hand: Booker) -> None:
    hand.settle(the_town(admission_times=(AdmissionTime(Admission.NONE),)))
    hand.store.reload_settings()
    with pytest.raises(NotAdmitted) as refused:
        hand.take(PASS, origin=Origin.INTEGRATION)
    assert refused.value.params == {"next": None}
