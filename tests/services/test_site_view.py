"""What a commit leaves behind for the screens: calls drawn once, and the wait that most people have."""

from queue_server.services import counter, reception, site_view
from queue_server.services.concerns import Choice
from tests.town_hall import CAR, CARD, Hand


def test_a_call_that_was_drawn_before_is_drawn_anew_when_it_changed(hand: Hand) -> None:
    """Calls are kept between two commits: what changed since must not be."""
    hand.open("c2", "bernd")
    hand.take()
    for act in (counter.recall, counter.start, counter.finish):
        if act is counter.recall:
            hand.call()
        hand.look(site_view.view)
        hand.act(act)
        fresh = Hand(hand.database, now=hand.now)
        assert hand.look(site_view.view) == fresh.look(site_view.view)
        fresh.store.close()


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
