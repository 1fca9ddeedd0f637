"""What a commit leaves behind for the screens: calls drawn once, and the wait that most people have."""

from collections.abc import Callable

from queue_server.services import counter, reception, site_view
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, Unit
from tests.town_hall import CAR, CARD, Hand


def into_a_car(unit: Unit, counter_id: str, clerk_id: str) -> Answer:
    return counter.change_concern(unit, counter_id, clerk_id, Choice(((CAR, 1),), 1, 20, "upstairs"))


def to_the_second(unit: Unit, counter_id: str, clerk_id: str) -> Answer:
    return counter.transfer(unit, counter_id, clerk_id, to_counter="c2")


def test_a_call_that_was_drawn_before_is_drawn_anew_when_it_changed(hand: Hand) -> None:
    """Calls are kept between two commits: what changed since must not be."""
    hand.open("c2", "bernd")
    for _ in range(3):
        hand.take()
    acts: list[Callable[..., Answer]] = [counter.call, counter.undo, counter.call, counter.recall, into_a_car]
    acts += [counter.start, counter.park, counter.call, to_the_second, counter.call, counter.finish]
    for act in acts:
        hand.act(act)
        fresh = Hand(hand.database, now=hand.now)
        assert hand.look(site_view.view) == fresh.look(site_view.view)
        fresh.store.close()


def test_a_call_is_drawn_as_it_is_within_its_own_command(hand: Hand) -> None:
    """A board asked for before the commit shows the call, and one that was taken back is gone."""
    hand.take()

    def call_and_look(unit: Unit) -> tuple[site_view.Call, ...]:
        counter.call(unit, "c1", "anna")
        return site_view.view(unit).calls

    assert [call.open for call in hand.do(call_and_look)] == [True]
    hand.act(counter.undo)
    assert hand.look(site_view.view).calls == ()


def test_the_hall_reads_the_wait_of_what_most_people_come_for(hand: Hand) -> None:
    """The longest wait of all concerns was shown: one rare matter made the hall read "325 to 615 minutes"."""
    for _ in range(3):
        hand.take(CARD)
    hand.take(CAR)
    told = hand.look(lambda u: reception.quote(u, Choice(((CARD, 1),), 1, 5, "foyer")))
    assert told is not None
    assert hand.look(site_view.view).wait == (told.from_min, told.to_min)


def test_an_empty_hall_with_an_open_counter_reads_a_short_wait(hand: Hand) -> None:
    assert hand.look(site_view.view).wait == (0, 5)
