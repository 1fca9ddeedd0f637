"""What our order does to waits, on simulated days lived through by the product's own code; pure calculation.

References on the same people: first come, first served; "appointments first, walk-ins fill the gaps"; and
priority weights. Judged on held seeds alone (`tests.bench.days`). The estimates have a module of their own.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import fmean, median
from time import thread_time

from queue_server.domain.simulation.demand import USUAL
from queue_server.domain.simulation.disciplines import (
    AppointmentsFirst,
    Discipline,
    FirstCome,
    Ours,
    Weights,
)
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan
from queue_server.domain.simulation.results import DayResult, percentile, result_of
from tests.bench.days import HELD_FROM, LONG_FROM, Cell, grid
from tests.bench.row import Row

DAYS, QUICK_DAYS, VARIANT_DAYS, LONG_DAYS = 25, 1, 12, 100
MEAN_GOAL, BOOKED_GOAL_MIN, WALK_IN_GOAL, CELL_GOAL, WORST_GOAL, DAY_GOAL_S = 0.82, 2.0, 0.85, 0.95, 1.3, 0.5
FIRST_COME, FIRST_BOOKED, WEIGHTS, OURS = "first come", "appointments first", "weights", "ours"
DISCIPLINES: Mapping[str, Discipline] = {
    FIRST_COME: FirstCome(),
    FIRST_BOOKED: AppointmentsFirst(),
    WEIGHTS: Weights(3),
    OURS: Ours(),
}
VARIANTS = {
    "20 % of the booked do not come": {"habits": replace(USUAL, no_show=0.2)},
    "every fifth of the booked is late": {"habits": replace(USUAL, late=0.2)},
    "lengths differ more (σ 0.9)": {"habits": replace(USUAL, spread=0.9)},
    "longer concerns (8, 12, 20, 40 min)": {"mixture": ((8, 0.3), (12, 0.3), (20, 0.3), (40, 0.1))},
    "no pick-ups (10, 15, 25 min)": {"mixture": ((10, 0.4), (15, 0.4), (25, 0.2))},
}


@dataclass(frozen=True)
class Tally:
    """The days of some cells under one discipline."""

    days: Sequence[DayResult]

    @property
    def mean(self) -> float:
        return fmean(wait for day in self.days for wait in day.all)

    @property
    def booked_p90(self) -> float:
        return percentile([wait for day in self.days for wait in day.booked], 90)

    @property
    def walk_in_p90(self) -> float:
        return percentile([wait for day in self.days for wait in day.walk_ins], 90)

    @property
    def worst(self) -> float:
        """Return the longest wait of a day, on average over the days: one alone is one person's luck."""
        return fmean(max(day.all) for day in self.days)

    @property
    def very_worst(self) -> float:
        return max(max(day.all) for day in self.days)


Study = Mapping[tuple[str, Cell], Tally]


def run(quick: bool = False) -> list[Row]:
    """Live through the days; a minute and a half."""
    seeds = range(HELD_FROM, HELD_FROM + (QUICK_DAYS if quick else DAYS))
    cells = list(grid())[-3:] if quick else list(grid())
    of = study(cells, seeds)
    rows = [*judged(of, cells, seeds), speed(2 if quick else 9)]
    if not quick:
        rows += [*parts(of), *variants(range(HELD_FROM, HELD_FROM + VARIANT_DAYS))]
    return rows


def run_long(quick: bool = False) -> list[Row]:
    """Judge strictly, by a hundred days of each kind; all cores, some minutes on two."""
    seeds = range(LONG_FROM, LONG_FROM + (QUICK_DAYS if quick else LONG_DAYS))
    cells = list(grid())[-3:] if quick else list(grid())
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as cores:
        parts = cores.map(_studied, cells, [seeds] * len(cells))
        of = {key: tally for part in parts for key, tally in part.items()}
    return judged(of, cells, seeds, strictly=True)


def _studied(cell: Cell, seeds: Sequence[int]) -> Study:
    return study([cell], seeds)


def study(cells: Iterable[Cell], seeds: Sequence[int], names: Iterable[str] = DISCIPLINES) -> Study:
    """Live through the same days under each discipline."""
    found: dict[tuple[str, Cell], list[DayResult]] = {}
    chosen = list(names)
    for cell in cells:
        for seed in seeds:
            plan = cell.day(seed)
            for name in chosen:
                found.setdefault((name, cell), []).append(result_of(live(plan, DISCIPLINES[name])))
    return {key: Tally(days) for key, days in found.items()}


def pooled(of: Study, name: str) -> Tally:
    return Tally([day for (one, _), tally in of.items() if one == name for day in tally.days])


PARTS: Mapping[str, Callable[[Cell], float]] = {
    "{:.0f} counters": lambda cell: cell.counters,
    "{:.0%} load": lambda cell: cell.load,
    "{:.0%} booked": lambda cell: cell.booked,
}


def parts(of: Study) -> list[Row]:
    """Look at the same days by what makes them different; the goals are promised for all of them together."""
    rows = []
    for words, value_of in PARTS.items():
        for value in sorted({value_of(cell) for _, cell in of}):
            some = {key: tally for key, tally in of.items() if value_of(key[1]) == value}
            rows.append(_beside(f"of them those with {words.format(value)}", some))
    return rows


def _beside(what: str, of: Study) -> Row:
    ours, first, booked = (pooled(of, name) for name in (OURS, FIRST_COME, FIRST_BOOKED))
    return Row(
        what,
        _min(first.mean), _min(ours.mean), f"{ours.mean / first.mean:.2f} x", "",
        ok=True,
        note=f"mean of all; booked {ours.booked_p90 - booked.booked_p90:+.1f} min, walk-ins "
        f"{ours.walk_in_p90 / booked.walk_in_p90:.2f} x, longest {ours.worst / booked.worst:.2f} x "
        "appointments first",
    )  # fmt: skip


def judged(of: Study, cells: Sequence[Cell], seeds: Sequence[int], *, strictly: bool = False) -> list[Row]:
    """Compare ours with the references: the pool of all cells, and the cell in which it looks worst.

    `strictly` judges the longest waits by the one longest of all days, not by the mean of the days' longest.
    """
    ours, first, booked, weights = (pooled(of, name) for name in (OURS, FIRST_COME, FIRST_BOOKED, WEIGHTS))
    mean, cell_mean = ours.mean / first.mean, max(_ratios(of, cells, "mean", FIRST_COME))
    more_min, walk_ins = ours.booked_p90 - booked.booked_p90, ours.walk_in_p90 / booked.walk_in_p90
    worst, very_worst = (max(_ratios(of, cells, each, FIRST_BOOKED)) for each in ("worst", "very_worst"))
    longest, other = (very_worst, worst) if strictly else (worst, very_worst)
    means, one = "means of the days' longest", "longest of all days"
    which = f"{len(cells)} kinds of days, seeds {seeds[0]}–{seeds[-1]} of each"
    return [
        Row(
            "mean wait of all",
            _min(first.mean), _min(ours.mean), f"{mean:.2f} x", f"≤ {MEAN_GOAL} x", ok=mean <= MEAN_GOAL,
            note=f"reference: first come; appointments first {_min(booked.mean)}, weights "
            f"{_min(weights.mean)}; {which}",
        ),
        Row(
            "nine of ten booked wait under",
            _min(booked.booked_p90), _min(ours.booked_p90), f"{more_min:+.1f} min",
            f"≤ +{BOOKED_GOAL_MIN:.0f} min",
            ok=more_min <= BOOKED_GOAL_MIN,
            note=f"reference: appointments first; first come {_min(first.booked_p90)}, weights "
            f"{_min(weights.booked_p90)}",
        ),
        Row(
            "nine of ten walk-ins wait under",
            _min(booked.walk_in_p90), _min(ours.walk_in_p90), f"{walk_ins:.2f} x", f"≤ {WALK_IN_GOAL} x",
            ok=walk_ins <= WALK_IN_GOAL,
            note=f"reference: appointments first; first come {_min(first.walk_in_p90)}, weights "
            f"{_min(weights.walk_in_p90)}",
        ),
        Row(
            "mean wait of the kind of day that gains least",
            "", "", f"{cell_mean:.2f} x", f"≤ {CELL_GOAL} x", ok=cell_mean <= CELL_GOAL,
            note="reference: first come",
        ),
        Row(
            "longest wait of the kind of day that loses most",
            "", "", f"{longest:.2f} x", f"≤ {WORST_GOAL} x", ok=longest <= WORST_GOAL,
            note=f"reference: appointments first; {one if strictly else means}; "
            f"{means if strictly else one} {other:.2f} x",
        ),
    ]  # fmt: skip


def _ratios(of: Study, cells: Iterable[Cell], what: str, reference: str) -> list[float]:
    return [getattr(of[OURS, cell], what) / getattr(of[reference, cell], what) for cell in cells]


def speed(rounds: int) -> Row:
    """Measure a day of about 250 visitors."""
    plan = Cell(counters=7, load=0.9).day(HELD_FROM)
    took = median(_seconds(plan) for _ in range(rounds))
    return Row(
        f"a simulated day of {len(plan.visitors)} visitors", "", f"{took * 1e3:.0f} ms", "",
        f"< {DAY_GOAL_S * 1e3:.0f} ms", ok=took < DAY_GOAL_S, note="with its results",
    )  # fmt: skip


def _seconds(plan: DayPlan) -> float:
    """Return the processor time of one day: others at work on the machine are no part of it."""
    begun = thread_time()
    result_of(live(plan, Ours()))
    return thread_time() - begun


def variants(seeds: Sequence[int]) -> list[Row]:
    """Look at other days than those that the rule was chosen on; nothing is promised for them."""
    rows = []
    for what, changes in VARIANTS.items():
        cells = [replace(Cell(n, load), **changes) for n in (4, 8) for load in (0.85, 0.95)]  # type: ignore[arg-type]
        rows.append(_beside(f"the same where {what}", study(cells, seeds, (FIRST_COME, FIRST_BOOKED, OURS))))
    return rows


def _min(minutes: float) -> str:
    return f"{minutes:.1f} min"
