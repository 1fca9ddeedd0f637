"""The bench of waits judges on held days, and on as much work as it says."""

from statistics import fmean

import pytest

from queue_server.domain.simulation.results import DayResult
from tests.bench.days import HELD_FROM, LONG_FROM, OPENS, Cell, grid
from tests.bench.waiting import FIRST_BOOKED, FIRST_COME, OURS, WEIGHTS, Tally, judged, parts, run, run_long


def test_the_days_are_as_full_and_as_booked_as_they_say() -> None:
    cell = Cell(counters=4, load=0.9, booked=0.3)
    days = [cell.day(seed) for seed in range(60)]
    work = [
        sum((t.way + t.lasts).total_seconds() for v in day.visitors for t in v.turns) / 60 for day in days
    ]
    assert fmean(work) / (4 * 8 * 60) == pytest.approx(0.9, rel=0.04)
    booked = [fmean(v.appointed_at is not None for v in day.visitors) for day in days]
    assert fmean(booked) == pytest.approx(0.3, abs=0.02)


def test_more_walk_ins_come_in_the_morning() -> None:
    arrivals = [v.arrives_at for seed in range(10) for v in Cell(booked=0).day(seed).visitors]
    first, last = (sum((at - OPENS).total_seconds() // 3600 == hour for at in arrivals) for hour in (0, 7))
    assert first > 1.4 * last


def test_the_grid_has_its_24_kinds_of_days() -> None:
    assert len(set(grid())) == 24


def test_a_tally_pools_visitors_and_averages_the_longest_waits() -> None:
    days = [DayResult((1.0, 3.0), (8.0,), 0, 0, 0, 0, 0), DayResult((), (4.0,), 0, 0, 0, 0, 0)]
    tally = Tally(days)
    assert (tally.mean, tally.worst, tally.very_worst, tally.booked_p90) == (4.0, 6.0, 8.0, 3.0)


def test_the_parts_of_the_days_are_told_each_by_itself() -> None:
    def tally(wait: float) -> Tally:
        return Tally([DayResult((wait,), (wait,), 0, 0, 0, 0, 0)])

    of = {
        (name, Cell(counters=counters)): tally(wait)
        for counters, waits in ((4, (10, 8, 5)), (8, (4, 4, 4)))
        for name, wait in zip((FIRST_COME, FIRST_BOOKED, OURS), waits, strict=True)
    }
    rows = {row.what: (row.ratio, row.note.split(";")[1].split(",")[0].strip()) for row in parts(of)}
    assert rows["of them those with 4 counters"] == ("0.50 x", "booked -3.0 min")
    assert rows["of them those with 8 counters"] == ("1.00 x", "booked +0.0 min")
    assert len(rows) == 4


def test_the_bench_tells_its_held_seeds_and_its_goals() -> None:
    rows = run(quick=True)
    assert [row.goal for row in rows] == [
        "≤ 0.82 x",
        "≤ +2 min",
        "≤ 0.85 x",
        "≤ 0.95 x",
        "≤ 1.3 x",
        "< 500 ms",
    ]
    assert f"seeds {HELD_FROM}–" in rows[0].note
    assert rows[-1].ok


def test_the_long_judgement_is_on_days_of_its_own() -> None:
    rows = run_long(quick=True)
    assert f"seeds {LONG_FROM}–" in rows[0].note
    assert [row.note.split("; ")[1] for row in (rows[4], run(quick=True)[4])] == [
        "longest of all days",
        "means of the days' longest",
    ]


def test_one_long_wait_misses_the_strict_goal_and_not_the_mean_one() -> None:
    cell = Cell()
    usual, worse = (DayResult((1.0,), (wait,), 0, 0, 0, 0, 0) for wait in (50.0, 70.0))
    of = {(name, cell): Tally([usual] * 10) for name in (FIRST_COME, FIRST_BOOKED, WEIGHTS)}
    of[OURS, cell] = Tally([worse, *[usual] * 9])
    assert judged(of, [cell], range(10))[4].ok
    strict = judged(of, [cell], range(10), strictly=True)[4]
    assert (strict.ok, strict.ratio) == (False, "1.40 x")
