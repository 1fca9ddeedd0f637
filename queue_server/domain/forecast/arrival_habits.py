"""What holders of appointments do at a site: how many do not come, and when the others arrive.

Found in the last weeks' log, and drawn towards what is usual elsewhere the less is known of the site. What
must not live here: reading the log (`adapters.told_estimates`), and what a forecast makes of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from queue_server.domain.entry import Entry
from queue_server.domain.forecast.drawing import Habits

KINDS: Final = ("TicketTaken", "AppointmentCheckedIn", "AppointmentMissed")
WEIGHT: Final = 50
"""What is usual counts as much as so many appointments: with fifty of its own a site is half believed."""
EARLIEST_MIN, LATEST_MIN = -60.0, 60.0
"""Who comes an hour off had another reason: a forecast of the next hours must not hang on them."""


@dataclass(slots=True)
class Arrivals:
    """Appointments of some days. `off_min`: minutes after the appointed time, of each who came."""

    off_min: list[float] = field(default_factory=list)
    missed: int = 0

    def add(self, other: "Arrivals") -> None:
        self.off_min += other.off_min
        self.missed += other.missed


def arrivals_of(entries: Iterable[Entry]) -> Arrivals:
    """Return how a day's appointments were kept, from its entries of `KINDS` in order.

    Missed is who never arrived: who was here and left before being called did come. Of two appointments one
    after the other the first tells when somebody came.
    """
    off_min, came, missed = list[float](), set[int](), set[int]()
    for one in entries:
        if one.kind == "AppointmentCheckedIn":
            came.add(one.payload["appointment"])
        elif one.kind == "AppointmentMissed":
            missed.add(one.payload["appointment"])
        elif (appointed := one.payload.get("appointed_at")) and one.payload.get("after") is None:
            off = (one.at - datetime.fromisoformat(appointed)).total_seconds() / 60
            off_min.append(min(LATEST_MIN, max(EARLIEST_MIN, off)))
    return Arrivals(off_min, len(missed - came))


def habits_of(arrivals: Arrivals, usual: Habits) -> Habits:
    """Return what to expect at a site: between what is usual and what was found there."""
    came = len(arrivals.off_min)
    known = came + arrivals.missed
    no_show = (WEIGHT * usual.no_show + arrivals.missed) / (WEIGHT + known)
    if not came:
        return replace(usual, no_show=no_show)
    own = _spread(sorted(arrivals.off_min), len(usual.comes_min))
    share = came / (WEIGHT + came)
    comes = tuple(
        (1 - share) * before + share * found
        for before, found in zip(sorted(usual.comes_min), own, strict=True)
    )
    return replace(usual, no_show=no_show, comes_min=comes)


def _spread(values: Sequence[float], parts: int) -> list[float]:
    """Return the middles of so many equally likely parts."""
    return [values[(2 * n + 1) * len(values) // (2 * parts)] for n in range(parts)]
