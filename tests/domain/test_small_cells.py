"""Small numbers are not told, and cannot be worked out from what stands beside them."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.open_data import tables
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.small_cells import FEWEST, Sum, untold
from queue_server.domain.figures.tally import Tally, to_json
from tests.domain.builders import DAY


def left_out(counts: dict[str, int]) -> set[str]:
    """Return what is left out of one table whose sum stands beside it."""
    return untold(counts | {"all": sum(counts.values())}, [Sum("all", list(counts))])


def test_nothing_is_left_out_where_nothing_is_small() -> None:
    assert left_out({"a": 5, "b": 0, "c": 70}) == set()


def test_one_small_number_takes_the_smallest_other_with_it() -> None:
    assert left_out({"a": 3, "b": 40, "c": 9}) == {"a", "c"}


def test_several_that_are_too_few_together_take_one_more() -> None:
    assert left_out({"a": 1, "b": 2, "c": 30, "d": 80}) == {"a", "b", "c"}
    assert left_out({"a": 4, "b": 3, "c": 30}) == {"a", "b"}


def test_many_ones_are_not_known_by_how_many_they_are() -> None:
    """Nought is told, so five that come to five are one each."""
    counts = dict.fromkeys("abcde", 1) | {"f": 50}
    assert left_out(counts) == set(counts)
    assert "all" in left_out(dict.fromkeys("abcde", 1))


def test_a_number_by_itself() -> None:
    assert [untold({"a": n}, []) for n in (0, 1, 4, 5)] == [set(), {"a"}, {"a"}, set()]


def fitting(counts: dict[str, int], sums: list[Sum[str]], hidden: set[str]) -> Iterator[dict[str, int]]:
    """Yield each way to fill in what is missing; a nought is missing only where one had to be."""
    least = 0 if any(not counts[key] for key in hidden) else 1
    names, most = sorted(hidden), max(counts.values()) + 1

    def fill(filled: dict[str, int], rest: list[str]) -> Iterator[dict[str, int]]:
        for one in sums:
            keys = [one.whole, *one.parts]
            if not any(key in rest for key in keys):
                if filled[one.whole] != sum(filled[key] for key in one.parts):
                    return
            elif one.whole not in rest and filled[one.whole] < sum(filled.get(key, 0) for key in one.parts):
                return
        if not rest:
            yield filled
            return
        for n in range(least, most + 1):
            yield from fill(filled | {rest[0]: n}, rest[1:])

    return fill({key: n for key, n in counts.items() if key not in hidden}, names)


def holds(counts: dict[str, int], sums: list[Sum[str]]) -> None:
    """Raise where something small is told, or has but one value that fits."""
    hidden = untold(counts, sums)
    assert not {key for key, n in counts.items() if 0 < n < FEWEST} - hidden
    seen: dict[str, set[int]] = {key: set() for key in hidden if 0 < counts[key] < FEWEST}
    for one in fitting(counts, sums, hidden):
        for key, values in seen.items():
            values.add(one[key])
        if all(len(values) > 1 for values in seen.values()):
            return
    assert not seen, (counts, hidden)


def test_what_is_left_out_of_a_table_is_never_to_be_worked_out() -> None:
    """Of all small tables: what is told fits several numbers for each that is missing."""
    for a in range(8):
        for b in range(a, 8):
            for c in range(b, 8):
                counts = {"a": a, "b": b, "c": c, "all": a + b + c}
                holds(counts, [Sum("all", "abc")])


def test_what_is_left_out_of_rows_and_columns_is_never_to_be_worked_out() -> None:
    dice = random.Random(11)
    for _ in range(150):
        counts = {row + way: dice.choice((0, 1, 2, 6, 9)) for row in "ab" for way in "xy"}
        sums: list[Sum[str]] = []
        for name, keys in {"a": "ax ay", "b": "bx by", "x": "ax bx", "y": "ay by", "all": "a b"}.items():
            counts[name] = sum(counts[key] for key in keys.split())
            sums.append(Sum(name, keys.split()))
        holds(counts, [*sums, Sum("all", "xy")])


def test_a_bridge_between_two_blocks_is_not_told_by_them() -> None:
    """Each row and column lacks two numbers, and one of them were known all the same."""
    small = {"a1": 3, "a2": 4, "b1": 4, "b2": 3, "c3": 3, "c4": 4, "d3": 4, "d4": 3, "a3": 2}
    counts = {row + way: small.get(row + way, 40) for row in "abcd" for way in "1234"}
    sums = [Sum(row, [row + way for way in "1234"]) for row in "abcd"]
    sums += [Sum(way, [row + way for row in "abcd"]) for way in "1234"]
    whole = {one.whole: sum(counts[key] for key in one.parts) for one in sums}
    assert len(untold(counts | whole, sums)) > len(small)


def rows_of(tally: Tally, table: str = "by_service") -> dict[str, dict[str, Any]]:
    found = Gathered.of(period_of(Length.MONTH, DAY))
    found.take([(DAY, to_json(tally))])
    return {row["key"]: row for row in tables(found)[table]}


def test_nothing_of_a_row_is_had_by_subtraction() -> None:
    """A hundred visits, of whom 93 were served and five not there, and nobody cancelled: two left."""
    tally = Tally()
    for service in ("a", "b"):
        for measure, n in {"visits": 100, "served": 93, "not_there": 5, "left": 2}.items():
            tally.count(measure, service, 9, by=n)
        tally.count("from_appointment", service, 9, by=97)
        tally.count("appointments", service, 9, by=60)
        tally.count("missed", service, 9, by=57)
    for row in (*rows_of(tally).values(), *rows_of(tally, "total").values()):
        told = {name for name, n in row.items() if n is not None and name != "key"}
        if row["key"]:
            assert "left" not in told
            assert not {"served", "not_there"} <= told
            assert not {"visits", "from_appointment"} <= told, "three came without an appointment"
            assert not {"appointments", "missed"} <= told, "three came to theirs"
            assert "served" in told


def test_ways_to_come_and_to_book_are_told_and_no_small_one_by_the_others() -> None:
    tally = Tally()
    for measure, n in {
        "visits": 100,
        "from_appointment": 60,
        "from_kiosk": 37,
        "from_desk": 3,
        "served": 100,
        "bookings": 50,
        "by_portal": 30,
        "by_desk": 18,
        "by_api": 2,
        "told": 40,
        "told_held": 38,
    }.items():
        tally.count(measure, "a", 9, by=n)
    [row] = rows_of(tally).values()
    assert (row["from_appointment"], row["by_portal"], row["told"]) == (60, 30, 40)
    for hidden in ("from_kiosk", "from_desk", "by_desk", "by_api", "told_held"):
        assert row[hidden] is None, hidden


def test_use_is_told_in_total_and_of_many_alone() -> None:
    for visits, told in ((40, (600, 300, 480, 240, 50)), (4, (None,) * 5)):
        tally = Tally()
        for measure in ("visits", "served", "appointments", "from_appointment"):
            tally.count(measure, "a", 9, by=visits)
        for measure, n in {"open_s": 36_000, "busy_s": 18_000, "calls": 60, "calls_confirmed": 50}.items():
            tally.count(measure, "", 9, by=n)
        for measure, n in {"capacity_min": 480, "booked_min": 240}.items():
            tally.count(measure, "", 0, by=n)
        [row] = rows_of(tally, "total").values()
        names = ("open_min", "busy_min", "capacity_min", "booked_min", "calls_confirmed")
        assert tuple(row[name] for name in names) == told


def test_nine_tenths_are_told_of_many_alone() -> None:
    tally = Tally()
    for n in range(20):
        tally.count("visits", "a", 9)
        tally.time("wait_walk_in", "a", 9, n)
        if n < 19:
            tally.time("service", "a", 9, n)
    [row] = rows_of(tally).values()
    assert (row["wait_p90_min"], row["service_p90_min"], row["service_median_min"]) == (17, None, 9)


def test_a_row_whose_visits_are_left_out_tells_nothing_else() -> None:
    tally = Tally()
    for service, visits in {"a": 20, "b": 2, "c": 9}.items():
        for n in range(visits):
            tally.count("visits", service, 9)
            tally.count("served", service, 9)
            tally.time("wait_walk_in", service, 9, n)
    rows = rows_of(tally)
    assert (rows["a"]["visits"], rows["a"]["wait_median_min"]) == (20, 9)
    for hidden in ("b", "c"):
        told = {name for name, value in rows[hidden].items() if value is not None}
        assert told == {"key", "days_looked", "days_none_free"}, "when a time is free is of nobody"


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
