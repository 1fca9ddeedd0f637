"""A visit as its holder asks about it, on both databases."""

import pytest

from queue_server.domain.errors import NotFound
from queue_server.domain.ticket import TicketState
from queue_server.services import counter, screens, visits
from queue_server.services.ports import Unit
from tests.town_hall import CAR, CARD, Hand


def test_why_before_me_is_answered_with_due_times_and_no_concern(hand: Hand) -> None:
    mine, earlier = hand.take(), hand.take(CARD)
    why = hand.look(lambda u: visits.explain(u, mine["id"]))
    assert why["before_count"] == 1
    (before,) = why["before"]
    assert (before["number"], before["due_in_min"], why["due_in_min"]) == (earlier["number"], 9, 54)
    assert {before["due_reason"], why["due_reason"]} == {"patience"}
    assert CARD not in str(why)


def test_who_waits_for_other_counters_is_not_before_me(hand: Hand) -> None:
    """And the page says the same number twice: above, beside the wait, and here."""
    hand.open("c2", "bernd", ref="s2")
    hand.take(CAR)
    hand.later(minutes=30)
    mine = hand.take()

    def before(unit: Unit) -> tuple[int, int]:
        own = next(one for one in screens.public_queue(unit)["waiting"] if one["key"] == mine["key"])
        return visits.explain(unit, mine["id"])["before_count"], own["ahead"]

    assert hand.look(before) == (1, 1), "Anna does all"
    hand.act(counter.pause)
    hand.open("c3", "carla", ref="s3")
    assert hand.look(before) == (0, 0)
    hand.act(counter.pause, "c2", "bernd")
    assert hand.look(before) == (1, 1), "nobody knows who will open"


def test_the_nearest_five_before_me_are_named(hand: Hand) -> None:
    others = [hand.take(CARD)["number"] for _ in range(7)]
    mine = hand.take()
    why = hand.look(lambda u: visits.explain(u, mine["id"]))
    assert why["before_count"] == 7
    assert [b["number"] for b in why["before"]] == others[:1:-1]


def test_who_is_called_has_nobody_before(hand: Hand) -> None:
    mine = hand.take()
    hand.call()
    why = hand.look(lambda u: visits.explain(u, mine["id"]))
    assert (why["state"], why["before"], why["before_count"]) == ("called", [], 0)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["away"], "away"),
        (["away", "back"], "waiting"),
        (["cancel"], "cancelled"),
        (["away", "away"], "away"),
    ],
)
def test_the_holder_may_go_return_and_give_up(hand: Hand, acts: list[visits.VisitAct], state: str) -> None:
    ticket_id = hand.take()["id"]

    def act_all(unit: Unit) -> None:
        for what in acts:
            visits.act(unit, visits.by_id(unit, ticket_id), what)

    hand.do(act_all)
    assert hand.look(lambda u: visits.status(visits.by_id(u, ticket_id)))["state"] == state


def test_yesterdays_ticket_is_not_found_though_its_number_came_back(hand: Hand) -> None:
    """Failure 7: a stranger's old page finds nothing."""
    old = hand.take()
    hand.later(days=1)
    hand.take()
    with pytest.raises(NotFound):
        hand.look(lambda u: visits.by_id(u, old["id"]))
    assert all(t.state is not TicketState.EXPIRED for t in hand.hall.tickets.values())
