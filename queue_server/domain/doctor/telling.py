"""When who runs the house is told: once for a trouble, nothing again until it got well, never a storm.

Takes what is known and what was found, gives back what to keep and what to tell. What must not live here: how
it is kept (table `finding`), the words, the way they travel.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from queue_server.domain.doctor.findings import KINDS, Finding, Tell

LASTS: Final = timedelta(seconds=60)
"""So long must a trouble last: a screen that reloads its page is none."""
CALM: Final = timedelta(minutes=5)
"""So long must it be away to count as over: what comes and goes is one trouble."""
TOGETHER: Final = timedelta(minutes=10)
"""So long after a mail nothing leaves: a switch that fails takes ten screens with it, one by one."""
MOST_A_DAY: Final = 3
"""So often is the same trouble told within a day; then the weekly report has to do."""
REPORT_HOUR: Final = 7

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A finding as it is kept: since when, when it was seen last, and when somebody was told."""

    code: str
    subject: str
    since: datetime
    seen_at: datetime
    told_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.code, self.subject


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look changes: `known` is all that is kept from now on, `over` what ended."""

    known: Mapping[Key, Known]
    begun: tuple[Known, ...] = ()
    over: tuple[Known, ...] = ()


def compare(
    known: Mapping[Key, Known], found: Iterable[Finding], looked_at: Collection[str], now: datetime
) -> Turn:
    """Take in a look at the checks `looked_at`; what belongs to others stays as it was."""
    kept, begun, over = dict(known), [], []
    seen = {one.key for one in found}
    for key in seen:
        before = kept.get(key)
        kept[key] = replace(before, seen_at=now) if before else Known(*key, now, now)
        if before is None:
            begun.append(kept[key])
    for key, one in known.items():
        if key not in seen and _is_over(one, looked_at, now):
            over.append(kept.pop(key))
    return Turn(kept, tuple(begun), tuple(over))


def _is_over(one: Known, looked_at: Collection[str], now: datetime) -> bool:
    kind = KINDS.get(one.code)
    if kind is None:  # of another version of the program
        return True
    # Only what would be told again is damped.
    is_calm = kind.tell is Tell.WEEKLY or not timedelta(0) <= now - one.seen_at < CALM
    return kind.check in looked_at and is_calm


def to_tell(
    known: Mapping[Key, Known],
    found: Sequence[Finding],
    told: Mapping[Key, Sequence[datetime]],
    now: datetime,
) -> list[Finding]:
    """Return what is to be told at once. `told` is when each was told before, as far as one remembers."""
    return [one for one in found if _is_due(one, known.get(one.key), told.get(one.key, ()), now)]


def _is_due(one: Finding, kept: Known | None, told: Sequence[datetime], now: datetime) -> bool:
    if kept is None or kept.told_at is not None or now - kept.since < LASTS:
        return False
    if sum(now - at < timedelta(days=1) for at in told) >= MOST_A_DAY:
        return False
    tell = one.kind.tell
    return tell is Tell.AT_ONCE or (tell is Tell.OPEN and one.is_open)


def may_send(last_mail_at: datetime | None, now: datetime) -> bool:
    """Say whether a mail may leave now; a clock that was set back does not silence for ever."""
    return last_mail_at is None or not timedelta(0) <= now - last_mail_at < TOGETHER


def report_due(last: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Say whether the weekly report is due: the last Monday, seven o'clock local, is not reported yet.

    However many weeks a server was off, that is one report. A new server waits for its first Monday.
    """
    return last is not None and last < last_monday(now, zone) <= now


def last_monday(now: datetime, zone: tzinfo) -> datetime:
    """Return the newest moment that was a Monday, seven o'clock local."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    at = datetime(monday.year, monday.month, monday.day, REPORT_HOUR, tzinfo=zone)
    if at > local:
        before = monday - timedelta(days=7)
        at = datetime(before.year, before.month, before.day, REPORT_HOUR, tzinfo=zone)
    return at
