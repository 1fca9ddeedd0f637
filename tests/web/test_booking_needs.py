"""Needs that change the time: asked before the times, or widened afterwards; never in an address."""

import pytest

from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_page_booking import COUPLE, ERIKA, ONE_CLERK, at_data


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


async def test_more_time_is_asked_before_the_times_and_makes_them_longer(visitor: Visitor) -> None:
    await visitor.open(COUPLE)
    assert "etwa 25 Minuten" in visitor.words
    await visitor.press("act", "show", p__need=["more_time"])
    assert "etwa 40 Minuten" in visitor.words
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    assert "40 Minuten" in visitor.words
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
    assert [one for one in visitor.addresses if "more_time" in one] == [], "failure 27"


async def test_who_takes_it_back_sees_the_usual_times(visitor: Visitor) -> None:
    await visitor.open(COUPLE)
    await visitor.press("act", "show", p__need=["more_time"])
    await visitor.press("act", "show", p__need=[])
    assert "etwa 25 Minuten" in visitor.words


async def test_said_with_the_name_it_widens_the_time_that_is_held(visitor: Visitor) -> None:
    await at_data(visitor)
    await visitor.press("act", "check", **ERIKA, p__need=["more_time", "deaf"])
    assert "40 Minuten" in visitor.words
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words


async def test_a_time_without_room_for_it_leads_to_those_that_suit(town: Town) -> None:
    """What was typed is kept, what was held is let go, and one of the offered times can be had at once."""
    first, second = Visitor(town), Visitor(town)
    await at_data(first, ONE_CLERK)
    await second.open(ONE_CLERK)
    await second.press("at", second.times[0])
    await first.press("act", "check", 409, **ERIKA, p__need=["more_time"])
    assert "Diese Zeit reicht dafür nicht" in first.words
    await first.press("at", first.times[0])
    assert first.value("p-name") == "Erika Mustermann"
    await first.press("act", "check")
    assert "Stimmt alles?" in first.words
