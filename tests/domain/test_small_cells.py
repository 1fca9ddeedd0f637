"""Small numbers are not told, and cannot be worked out from what stands beside them."""

from collections import Counter

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.open_data import tables
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.small_cells import FEWEST, told, told_alone, untold
from queue_server.domain.figures.tally import Tally, to_json
from tests.domain.builders import DAY


def test_nothing_is_left_out_where_nothing_is_small() -> None:
    assert told({"a": 5, "b": 0, "c": 70}) == {"a": 5, "b": 0, "c": 70}


def test_one_small_number_takes_the_smallest_other_with_it() -> None:
    assert told({"a": 3, "b": 40, "c": 9}) == {"a": None, "b": 40, "c": None}


def test_several_that_are_too_few_together_take_one_more() -> None:
    assert untold({"a": 1, "b": 2, "c": 30, "d": 80}) == {"a", "b", "c"}
    assert untold({"a": 4, "b": 3, "c": 30}) == {"a", "b"}


def test_a_number_by_itself() -> None:
    assert [told_alone(n) for n in (0, 1, 4, 5)] == [0, None, None, 5]


def test_what_is_left_out_is_never_to_be_worked_out() -> None:
    """Of what is left out the sum is 5 at least, and it is of two rows, or all there is: all small tables."""
    for a in range(8):
        for b in range(8):
            for c in range(8):
                counts = {"a": a, "b": b, "c": c}
                hidden = untold(counts)
                assert all(n > 0 for key, n in counts.items() if key in hidden)
                assert all(n == 0 or n >= FEWEST for key, n in counts.items() if key not in hidden)
                is_all = hidden == {key for key, n in counts.items() if n}
                few = len(hidden) == 1 or sum(counts[key] for key in hidden) < FEWEST
                assert not hidden or is_all or not few


def test_a_row_whose_visits_are_left_out_tells_nothing_else() -> None:
    tally = Tally()
    for service, visits in {"a": 20, "b": 2, "c": 9}.items():
        for n in range(visits):
            tally.count("visits", service, 9)
            tally.count("served", service, 9)
            tally.time("wait_walk_in", service, 9, n)
    found = Gathered.of(period_of(Length.MONTH, DAY))
    found.take([(DAY, to_json(tally))])
    rows = {row["key"]: row for row in tables(found)["by_service"]}
    assert (rows["a"]["visits"], rows["a"]["wait_median_min"]) == (20, 9)
    for hidden in ("b", "c"):
        assert set(rows[hidden].values()) == {hidden, None}


def test_parts_of_a_period_are_counted_once_each() -> None:
    """Failure 24: each day exactly once."""
    for length in Length:
        period = period_of(length, DAY)
        found = Gathered.of(period)
        days = Counter(
            day for part, _ in found.parts for day in range(part.first.toordinal(), part.last.toordinal() + 1)
        )
        assert set(days.values()) == {1}
        assert len(days) == period.days
        assert period.shifted(1).shifted(-1) == period
