"""What is asked of the simulator: a day, who comes, and how it would be arranged otherwise.

A what-if is written in words that stand in an address and may be read: `counters:5 hours:9-12,13-16`, or
`roster:8-16;8-12,13-16`. What must not live here: answering it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, Final

from queue_server.domain.simulation.disciplines import (
    AppointmentsFirst,
    AsRecorded,
    Discipline,
    FirstCome,
    Ours,
    Weights,
)
from queue_server.domain.town import Site
from queue_server.domain.written_hours import read_hours, write_hours

MOST_COUNTERS: Final = 30
MOST_SEEDS: Final = 500
MOST_VISITORS: Final = 3000
MOST_PERCENT: Final = 1000
MOST_MIN: Final = 480
MOST_HOURS: Final = 6
MOST_PATIENCE: Final = 20

Hours = tuple[tuple[time, time], ...]


class Rule(StrEnum):
    """Who is next."""

    OURS = "ours"
    FIRST_COME = "first-come"
    APPOINTMENTS_FIRST = "appointments-first"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The day arranged otherwise. With `under_min` the counters are sought; None is as on that day.

    `roster` is when each counter is open, one after the other; it leaves no room for `counters` and `hours`.
    """

    counters: int | None = None
    hours: Hours = ()
    walk_ins: float = 1.0
    rule: Rule = Rule.OURS
    patience: float | None = None
    under_min: float | None = None
    roster: tuple[Hours, ...] = ()

    def words(self) -> str:
        """Return what differs from the day as it is; `what_if_of` reads it."""
        said = {
            "counters": None if self.counters is None else str(self.counters),
            "hours": _written(self.hours),
            "roster": ";".join(map(_written, self.roster)),
            "walk-ins": f"{self.walk_ins * 100:g}" if self.walk_ins != 1 else None,
            "rule": self.rule.value if self.rule is not Rule.OURS else None,
            "patience": None if self.patience is None else f"{self.patience:g}",
            "under": None if self.under_min is None else f"{self.under_min:g}",
        }
        return " ".join(f"{name}:{word}" for name, word in said.items() if word)

    def discipline(self, site: Site) -> Discipline:
        """Return the rule, with the site's settings."""
        grace = timedelta(minutes=site.grace_min)
        match self.rule:
            case Rule.FIRST_COME:
                return FirstCome()
            case Rule.APPOINTMENTS_FIRST:
                return AppointmentsFirst()
            case Rule.WEIGHTS:
                return Weights()
            case Rule.OURS if self.patience is None:
                return AsRecorded(site.patience_factor, grace)
            case Rule.OURS:
                return Ours(self.patience, grace)


AS_IT_IS: Final = WhatIf()


@dataclass(frozen=True, slots=True)
class Question:
    """A day of a site; `visitors` and `booked` (a share) None: as measured, and as the book says."""

    site_id: str
    on: date
    visitors: float | None = None
    booked: float | None = None
    seeds: int = 30
    what_ifs: tuple[WhatIf, ...] = (AS_IT_IS,)

    def words(self) -> dict[str, Any]:
        """Return it for another process; `question_of` reads it."""
        return {
            "site": self.site_id,
            "day": self.on.isoformat(),
            "visitors": self.visitors,
            "booked": self.booked,
            "seeds": self.seeds,
            "what_ifs": [one.words() for one in self.what_ifs],
        }


def question_of(words: Mapping[str, Any]) -> Question:
    """Return what was asked. Raises ValueError."""
    return Question(
        words["site"],
        date.fromisoformat(words["day"]),
        words["visitors"],
        words["booked"],
        words["seeds"],
        tuple(what_if_of(one) for one in words["what_ifs"]),
    )


def what_if_of(words: str) -> WhatIf:
    """Return what is written. Raises ValueError for what cannot be read or lies outside the limits."""
    said = dict(word.partition(":")[::2] for word in words.split())
    if unknown := said.keys() - {"counters", "hours", "walk-ins", "rule", "patience", "under", "roster"}:
        raise ValueError(f"unknown: {unknown}")

    def read(name: str, low: float, high: float) -> float | None:
        return number(said[name], low, high) if name in said else None

    counters, walk_ins = read("counters", 1, MOST_COUNTERS), read("walk-ins", 0, MOST_PERCENT)
    return WhatIf(
        None if counters is None else int(counters),
        hours_of(said.get("hours", "")),
        1.0 if walk_ins is None else walk_ins / 100,
        Rule(said.get("rule", Rule.OURS)),
        read("patience", 0, MOST_PATIENCE),
        read("under", 1, MOST_MIN),
        roster_of(said.get("roster", "")),
    )


def _written(hours: Hours) -> str:
    return write_hours(hours).replace(" ", "")


def number(text: str, low: float, high: float, kind: Callable[[str], float] = float) -> float:
    """Return a number within limits, which are both allowed. Raises ValueError."""
    found = kind(text)
    if not low <= found <= high:
        raise ValueError(f"{found:g} is not from {low:g} to {high:g}")
    return found


def hours_of(text: str) -> Hours:
    """Return stretches such as "9-12, 13:30-16", one after the other. Raises ValueError."""
    found = read_hours(text)
    flat = [one for stretch in found or () for one in stretch]
    # Midnight at the end would be the first moment of the day here; no counter is open then.
    if found is None or len(found) > MOST_HOURS or flat != sorted(set(flat)):
        raise ValueError("write times as 9-12 or 9:30-12:15; a counter opens before it closes")
    return tuple(found)


def roster_of(text: str) -> tuple[Hours, ...]:
    """Return when each counter is open, of "8-16; 8-12, 13-16; 10-14". Raises ValueError."""
    found = tuple(hours for part in text.split(";") if (hours := hours_of(part.strip())))
    if len(found) > MOST_COUNTERS:
        raise ValueError(f"more than {MOST_COUNTERS} counters")
    return found


def stretch_of(text: str) -> tuple[time, time]:
    """Return one stretch. Raises ValueError."""
    (found,) = hours_of(text) or hours_of("?")
    return found
