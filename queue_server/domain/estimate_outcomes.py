"""What became of the waits that were told with a number: whether they held, and by how much they were off.

An estimate counts once its visitor was called, with the time from being told to the first call that was not
taken back. Whoever gave up or went away within the time that was told counts for nobody: the wait was their
own. Later than that it was too long already, whatever came of it; else those who could wait no more would
make estimates look good. What a kiosk told before a number was taken counts for who took a number for the
same concern within minutes.

Who was told to be called at once is counted apart: a free counter is no forecast, and the many of a quiet
morning would hide that the ranges of the full afternoon fail.

What must not live here: ranges that a page showed later (`later_ranges`), adding up (`figures.hit_rate`),
reading the log (`adapters.told_estimates`), and making estimates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from queue_server.domain.entry import Entry

KINDS: Final = (
    "TicketTaken",
    "EstimateGiven",
    "TicketCalled",
    "TicketJoined",
    "CallUndone",
    "TicketWentAway",
    "TicketCancelled",
    "TicketExpired",
)
DAYS: Final = 28
"""The last weeks that are looked at."""
AT_ONCE_MIN: Final = 5
"""Who is told no more than this is called at once."""
ASKED_BEFORE: Final = timedelta(minutes=3)


class Outcome(NamedTuple):
    """A range that was told, and what came: all in minutes.

    `widened` is what the range was widened by; `ticket` the visit, where it is known: one of them may be
    told several.
    """

    at: datetime
    service: str
    from_min: int
    to_min: int
    waited_min: float
    widened: float = 1.0
    ticket: int | None = None

    @property
    def is_at_once(self) -> bool:
        return self.to_min <= AT_ONCE_MIN

    @property
    def held(self) -> bool:
        return self.from_min <= self.waited_min <= self.to_min

    @property
    def off_min(self) -> float:
        """Return how far the middle of the range was from what came; above nought: it took longer."""
        return self.waited_min - (self.from_min + self.to_min) / 2

    @property
    def needed(self) -> float:
        """Return by how much the range, as it was found, would have had to be widened to hold."""
        return self.widened * abs(self.off_min) / ((self.to_min - self.from_min) / 2)


@dataclass(slots=True)
class _Day:
    """Who waits with what they were told, and who was called."""

    told: dict[int, list[Outcome]] = field(default_factory=dict)
    asked: list[Outcome] = field(default_factory=list)
    called: dict[int, datetime] = field(default_factory=dict)
    summoned: dict[int, datetime] = field(default_factory=dict)
    gave_up: list[Outcome] = field(default_factory=list)


def outcomes_of(entries: Iterable[Entry]) -> list[Outcome]:
    """Return what became of the estimates of one day, from its entries of `KINDS` in order."""
    day = _Day()
    for entry in entries:
        _ACTS[entry.kind](day, entry)
    return day.gave_up + [
        _after(one, at) for ticket, at in day.called.items() for one in day.told.get(ticket, ())
    ]


def _after(one: Outcome, at: datetime) -> Outcome:
    return one._replace(waited_min=(at - one.at).total_seconds() / 60)


def _told(entry: Entry) -> Outcome | None:
    payload: Mapping[str, Any] = entry.payload
    from_min, to_min = payload.get("from_min"), payload.get("to_min")
    if from_min is None or to_min is None or to_min <= from_min or not payload["concern"]:
        return None
    service = str(payload["concern"][0][0])
    return Outcome(entry.at, service, from_min, to_min, 0.0, payload.get("widened") or 1.0)


def _asked(day: _Day, entry: Entry) -> None:
    if (one := _told(entry)) is not None:
        day.asked.append(one)


def _taken(day: _Day, entry: Entry) -> None:
    found = _told(entry)
    if found is None:
        return
    one = found._replace(ticket=entry.seq)
    day.told[entry.seq] = [one]
    day.asked = [before for before in day.asked if entry.at - before.at <= ASKED_BEFORE]
    for before in day.asked:
        if before.service == one.service:
            day.told[entry.seq].append(before._replace(ticket=entry.seq))
            day.asked.remove(before)
            return


def _called(day: _Day, entry: Entry) -> None:
    ticket = entry.payload["ticket"]
    day.called.setdefault(ticket, entry.at)
    day.summoned[ticket] = entry.at


def _undone(day: _Day, entry: Entry) -> None:
    ticket = entry.payload["ticket"]
    if ticket in day.called and day.called[ticket] == day.summoned[ticket]:
        del day.called[ticket]  # else the first call stands: a later one was taken back


def _joined(day: _Day, entry: Entry) -> None:
    if entry.payload["ticket"] not in day.called:
        day.told.pop(entry.payload["ticket"], None)


def _gone(day: _Day, entry: Entry) -> None:
    if entry.payload["ticket"] not in day.called:
        told = (_after(one, entry.at) for one in day.told.pop(entry.payload["ticket"], ()))
        day.gave_up += (one for one in told if one.waited_min > one.to_min)


_ACTS: Final = {
    "TicketTaken": _taken,
    "EstimateGiven": _asked,
    "TicketCalled": _called,
    "TicketJoined": _joined,
    "CallUndone": _undone,
    "TicketWentAway": _gone,
    "TicketCancelled": _gone,
    "TicketExpired": _gone,
}
