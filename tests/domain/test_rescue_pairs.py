"""Two of one visitor right behind each other: a place for both, or for neither."""

from queue_server.domain.rescue import Broken, Place, Seat
from queue_server.domain.rescue_pairs import Pair, nearest_pairs, propose_together
from queue_server.domain.slots import Span
from tests.domain.test_rescue import bits, seat

SPAN = Span(0, 288)
DAY = range(80, 140)


def place(clerk: str, start: int) -> Place:
    return Place("hall", clerk, start)


def part(key: str, start: int, *seats: Seat, cells: int = 2) -> Broken:
    return Broken(key, "hall", start, cells, seats)


def pair(first: Broken, second: Broken, *lost: str) -> Pair:
    return Pair(first, second, frozenset(lost))


def own(*brokens: Broken) -> list[Broken]:
    """The same with the seats of their own time alone, as the matching of all is asked."""
    return [
        Broken(
            one.key,
            one.site_id,
            one.start,
            one.cells,
            tuple(Seat(s.site_id, s.clerk_id, s.starts & bits(one.start)) for s in one.seats),
        )
        for one in brokens
    ]


def test_both_keep_their_time_where_somebody_else_is_free() -> None:
    first, second = part("a", 100, seat("x", *DAY)), part("b", 102, seat("y", *DAY))
    found = propose_together(SPAN, own(first, second), [pair(first, second, "a", "b")])
    assert found == {"a": place("x", 100), "b": place("y", 102)}


def test_where_one_cannot_keep_it_both_go_to_the_nearest_time_for_both() -> None:
    """Not the first alone at its time with somebody else, and the second somewhere in the afternoon."""
    first, second = part("a", 100, seat("x", *DAY)), part("b", 102, seat("y", *range(112, 140)))
    found = propose_together(SPAN, own(first, second), [pair(first, second, "a", "b")])
    assert found == {"a": place("x", 107), "b": place("y", 112)}, "the first ends a quarter of an hour before"


def test_who_is_not_lost_moves_along() -> None:
    """The second has its clerk, who is free around its time; the first one's other clerk comes later."""
    first = part("a", 100, seat("x", *range(106, 140)))
    second = part("b", 102, seat("y", 102), seat("y", *range(104, 140)))
    found = propose_together(SPAN, own(first), [pair(first, second, "a")])
    assert found == {"a": place("x", 106), "b": place("y", 108)}


def test_who_is_not_lost_stays_where_that_is_near_enough() -> None:
    first = part("a", 100, seat("x", 100))
    second = part("b", 102, seat("y", *range(104, 140)))
    found = propose_together(SPAN, own(second), [pair(first, second, "b")])
    assert found == {"a": place("x", 100), "b": place("y", 104)}


def test_where_there_is_no_time_for_both_neither_has_a_place() -> None:
    """Also not the one that could keep its time: they would be torn apart."""
    first, second = part("a", 100, seat("x", *DAY)), part("b", 102)
    assert propose_together(SPAN, own(first, second), [pair(first, second, "a", "b")]) == {}


def test_what_all_others_have_is_left_to_them() -> None:
    first, second = part("a", 100, seat("x", *DAY)), part("b", 102, seat("y", *range(110, 140)))
    other = part("o", 104, seat("x", 104), cells=3)
    found = propose_together(SPAN, [*own(first, second), other], [pair(first, second, "a", "b")])
    assert found["o"] == place("x", 104)
    assert (found["a"], found["b"]) == (place("x", 107), place("y", 110))


def test_choices_lie_a_quarter_of_an_hour_apart() -> None:
    first, second = part("a", 100, seat("x", *DAY)), part("b", 102, seat("y", *DAY))
    found = nearest_pairs(SPAN, pair(first, second, "a", "b"), {}, 3)
    assert [one.start for one, _ in found] == [100, 103, 97]


def test_a_pair_is_allowed_only_together() -> None:
    both = pair(part("a", 100, seat("x", *DAY)), part("b", 102, seat("y", *DAY)), "a", "b")
    assert both.allows(SPAN, (place("x", 110), place("y", 115)))
    for far in ((place("x", 110), place("y", 116)), (place("x", 110), place("y", 110))):
        assert not both.allows(SPAN, far)
    assert not both.allows(SPAN, (place("x", 110), Place("hall", "z", 112)))
