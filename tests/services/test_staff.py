"""What a clerk sees at a counter."""

from dataclasses import replace

from queue_server.domain.ticket import Origin
from queue_server.protocol import CounterPicture
from queue_server.services import counter, staff
from tests.town_hall import CAR, CARD, Hand, the_town


def picture(hand: Hand, counter_id: str = "c1") -> CounterPicture:
    return hand.look(lambda u: staff.counter_picture(u, counter_id, None, [], 1))


def test_who_waits_for_my_skills_stands_apart_from_the_others(hand: Hand) -> None:
    hand.open("c2", "bernd")
    card, car = hand.take(CARD), hand.take(CAR)
    seen = picture(hand, "c2")
    assert [t["number"] for t in seen["waiting"]] == [card["number"]]
    assert [t["number"] for t in seen["waiting_for_others"]] == [car["number"]]


def test_needs_are_seen_before_the_call(hand: Hand) -> None:
    hand.take(needs=["deaf", "fetch_me"])
    (waiting,) = picture(hand)["waiting"]
    assert waiting["needs"] == ["deaf", "fetch_me"]


def test_the_order_and_its_reasons_are_seen(hand: Hand) -> None:
    slow, quick = hand.take(), hand.take(CARD)
    hand.later(minutes=2)
    seen = picture(hand)["waiting"]
    assert [t["number"] for t in seen] == [quick["number"], slow["number"]]
    assert [(t["due_in_ms"], t["due_reason"], t["waiting_ms"]) for t in seen] == [
        (7 * 60_000, "patience", 120_000),
        (52 * 60_000, "patience", 120_000),
    ]


def test_a_long_queue_is_counted_and_its_beginning_sent(hand: Hand) -> None:
    for _ in range(staff.WAITING_MOST + 10):
        hand.take(origin=Origin.DESK)
    seen = picture(hand)
    assert len(seen["waiting"]) == staff.WAITING_MOST
    assert seen["today"]["waiting_count"] == staff.WAITING_MOST + 10


def test_the_days_figures_are_those_of_this_counter(hand: Hand) -> None:
    hand.open("c2", "bernd")
    for act in (counter.finish, counter.finish, counter.mark_no_show):
        hand.take()
        hand.call()
        hand.act(act)
    assert (picture(hand)["today"]["served_count"], picture(hand)["today"]["no_show_count"]) == (2, 1)
    assert picture(hand, "c2")["today"]["served_count"] == 0


def test_a_parked_visit_is_listed_where_it_is_kept(hand: Hand) -> None:
    hand.open("c2", "bernd")
    parked = hand.take()
    hand.call()
    hand.act(counter.start)
    hand.act(counter.park)
    assert [t["number"] for t in picture(hand)["parked"]] == [parked["number"]]
    assert picture(hand, "c2")["parked"] == []


def test_the_desk_is_told_when_nobody_can_serve_somebody(hand: Hand) -> None:
    hand.open("c2", "bernd")
    hand.take(CAR)
    assert not _stuck(hand)
    hand.act(counter.close)
    assert _stuck(hand) == ["1"]


def _stuck(hand: Hand) -> list[str]:
    return [n["count"] for n in picture(hand, "c2")["notices"] if n["code"] == "nobody_can_serve"]


def test_an_undo_is_offered_for_ten_seconds(hand: Hand) -> None:
    hand.take()
    hand.call()
    hand.later(seconds=4)
    assert picture(hand)["undo_ms"] == 6000
    hand.later(seconds=7)
    assert picture(hand)["undo_ms"] == 0


def test_markup_in_a_name_stays_text(hand: Hand) -> None:
    """Failure 14, this side of the page: names go out as they are, as JSON text."""
    town = the_town()
    clerks = tuple(replace(c, name="<b>\x1b@Anna</b>") if c.id == "anna" else c for c in town.clerks)
    hand.settle(replace(town, clerks=clerks))
    hand.store.reload_settings()
    assert picture(hand)["counters"][0]["clerk"] == "<b>\x1b@Anna</b>"
