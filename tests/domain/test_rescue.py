"""Broken appointments get the nearest place there is; nobody is placed twice, and nobody's time twice."""

from itertools import product
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.rescue import Broken, Place, Seat, cost, propose, total
from queue_server.domain.rescue_choices import Choices
from queue_server.domain.slots import Span, stretch

DAY = Span(1_000_000, 144)
"""Twelve hours of cells."""


def bits(*starts: int) -> int:
    return sum(1 << start for start in starts)


def seat(clerk: str, *starts: int, site: str = "hall") -> Seat:
    return Seat(site, clerk, bits(*starts))


def broken(key: str, start: int, *seats: Seat, cells: int = 2, site: str = "hall") -> Broken:
    return Broken(key, site, DAY.base + start, cells, seats)


def place(clerk: str, start: int, site: str = "hall") -> Place:
    return Place(site, clerk, DAY.base + start)


def test_another_clerk_at_the_same_time_comes_before_another_time() -> None:
    one = broken("a", 10, seat("anna", 9, 11), seat("bernd", 10))
    assert propose(DAY, [one]) == {"a": place("bernd", 10)}


def test_another_time_comes_before_another_site() -> None:
    one = broken("a", 10, seat("anna", 60), seat("olga", 10, site="annex"))
    assert propose(DAY, [one]) == {"a": place("anna", 60)}
    away = broken("a", 10, seat("olga", 10, site="annex"))
    assert propose(DAY, [away]) == {"a": place("olga", 10, "annex")}


def test_of_two_times_as_near_the_later_one_is_taken() -> None:
    assert propose(DAY, [broken("a", 10, seat("anna", 7, 13))]) == {"a": place("anna", 13)}


def test_somebody_takes_another_clerk_so_that_two_keep_their_time() -> None:
    first = broken("a", 10, seat("anna", 10), seat("bernd", 10))
    second = broken("b", 10, seat("anna", 10))
    assert propose(DAY, [first, second]) == {"a": place("bernd", 10), "b": place("anna", 10)}


def test_a_long_visit_gives_way_when_all_that_it_covers_can_go_elsewhere() -> None:
    long = broken("a", 10, seat("anna", 10), seat("bernd", 10), cells=6)
    short = [broken("b", 11, seat("anna", 11)), broken("c", 13, seat("anna", 13))]
    found = propose(DAY, [long, *short])
    assert found == {"a": place("bernd", 10), "b": place("anna", 11), "c": place("anna", 13)}


def test_nobody_is_put_off_for_a_smaller_shift_of_somebody_else() -> None:
    kept = broken("a", 10, seat("anna", 10))
    other = broken("b", 9, seat("anna", 10, 40))
    assert propose(DAY, [kept, other]) == {"a": place("anna", 10), "b": place("anna", 40)}


def test_one_who_can_go_elsewhere_makes_room_for_one_who_cannot() -> None:
    easy = broken("a", 10, seat("anna", 12, 50))
    hard = broken("b", 20, seat("anna", 12))
    assert propose(DAY, [easy, hard]) == {"a": place("anna", 50), "b": place("anna", 12)}


def test_two_change_places_when_both_shifts_together_get_smaller() -> None:
    early = broken("a", 10, seat("anna", 14, 24))
    late = broken("b", 12, seat("anna", 14))
    found = propose(DAY, [early, late])
    assert found == {"a": place("anna", 24), "b": place("anna", 14)}


def test_a_clerk_of_two_sites_is_one_person() -> None:
    here = broken("a", 10, seat("anna", 10))
    there = broken("b", 10, seat("anna", 10, 30, site="annex"), site="annex")
    assert propose(DAY, [here, there])["b"] == place("anna", 30, "annex")


def test_who_fits_nowhere_has_no_place() -> None:
    assert propose(DAY, [broken("a", 10), broken("b", 10, seat("anna"))]) == {}


def test_alternatives_leave_out_what_the_others_have() -> None:
    asked = broken("a", 10, seat("anna", 10, 12, 30), seat("bernd", 12))
    other = broken("b", 10, seat("anna", 10))
    found = Choices(DAY, [(other, place("anna", 10))]).of(asked, 3)
    assert found == [place("anna", 12), place("anna", 30)]


def test_alternatives_lie_apart_and_name_other_sites_too() -> None:
    asked = broken("a", 10, seat("anna", *range(10, 40)), seat("olga", *range(10, 40), site="annex"))
    found = Choices(DAY, []).of(asked, 4)
    assert found == [
        place("anna", 10),
        place("anna", 13),
        place("olga", 10, "annex"),
        place("olga", 13, "annex"),
    ]


CLERKS = ("anna", "bernd", "carla")
STARTS = st.integers(0, (1 << 24) - 1)
SEATS = st.dictionaries(st.tuples(st.sampled_from(("hall", "annex")), st.sampled_from(CLERKS)), STARTS)
SOME = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 6), SEATS), max_size=8)


def some_broken(drawn: list[tuple[int, int, dict[tuple[str, str], int]]]) -> list[Broken]:
    return [
        broken(str(n), start, *(Seat(*where, starts) for where, starts in seats.items()), cells=cells)
        for n, (start, cells, seats) in enumerate(drawn)
    ]


@settings(max_examples=40)
@given(SOME)
def test_every_place_is_allowed_and_no_clerk_has_two_at_once(
    drawn: list[tuple[int, int, dict[tuple[str, str], int]]],
) -> None:
    asked = {one.key: one for one in some_broken(drawn)}
    found = propose(DAY, asked.values())
    taken: dict[str, int] = {}
    for key, at in found.items():
        seats = {(seat.site_id, seat.clerk_id): seat.starts for seat in asked[key].seats}
        assert seats[at.site_id, at.clerk_id] & stretch(DAY, at.start, at.start + 1)
        cells = stretch(DAY, at.start, at.start + asked[key].cells)
        assert not taken.get(at.clerk_id, 0) & cells
        taken[at.clerk_id] = taken.get(at.clerk_id, 0) | cells
    assert propose(DAY, reversed(list(asked.values()))) == found


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7)), max_size=7))
def test_as_many_keep_their_time_as_can_with_visits_of_one_length(drawn: list[tuple[int, int]]) -> None:
    """Beside every way there is to seat them."""
    asked = [
        broken(str(n), 2 * slot, *(seat(c, 2 * slot) for bit, c in enumerate(CLERKS) if can >> bit & 1))
        for n, (slot, can) in enumerate(drawn)
    ]
    best = 0
    for chosen in product(*([None, *one.seats] for one in asked)):
        taken = [(one.clerk_id, at.start) for one, at in zip(chosen, asked, strict=True) if one]
        best = max(best, len(taken)) if len(set(taken)) == len(taken) else best
    assert total({one.key: one for one in asked}, propose(DAY, asked))[0] == best


def test_a_whole_site_is_planned_in_well_under_a_second() -> None:
    """200 appointments, twelve clerks of whom nobody has the same hours free."""
    rota = [(f"clerk-{n}", bits(*(s for s in range(140) if (s // 6 + n) % 3))) for n in range(12)]
    asked = [
        broken(
            str(n), n % 70 * 2, *(Seat("annex" if n % 4 else "hall", c, s) for c, s in rota), cells=2 + n % 3
        )
        for n in range(200)
    ]
    began = perf_counter()
    found = propose(DAY, asked)
    assert perf_counter() - began < 2  # 0.3 s on a quiet machine
    assert len(found) > 150
    by_key = {one.key: one for one in asked}
    assert all(cost(by_key[key], at)[0] in {0, 1, 2} for key, at in found.items())
