"""From a calendar file (RFC 5545) to the stretches in which its owner is busy; nothing else of it is kept.

Repeated events are worked out by the wall clock of their zone, so a weekly meeting stays at nine when the
clock changes. What must not live here: whose file it is and when it is read (`clerk_calendars`, beside this).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any, Final

Busy = tuple[datetime, datetime]
"""From, up to: in UTC."""
STRETCHES_MOST: Final = 20_000
"""More in one file is no person's calendar: it is refused before it fills the memory."""
_END: Final = re.compile(r"(^|;)(UNTIL|COUNT)=[^;]*")
_PACE: Final = re.compile(r"(^|;)(UNTIL|COUNT|INTERVAL)=[^;]*")
_OFTEN: Final = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)|BY(HOUR|MINUTE|SECOND)=[^;]*,")
_ALIKE: Final = 400
"""After so many years the calendar is the same again, weekdays too."""
_FREE: Final = frozenset({"FREE", "WORKINGELSEWHERE"})


class BrokenCalendar(ValueError):  # noqa: N818 - it is the calendar that is broken
    """The file is no calendar, or says something that cannot be understood."""


@dataclass(frozen=True, slots=True)
class _Event:
    """`begins` is wall time in `zone`; so is the end, `lasts` later."""

    begins: datetime
    lasts: timedelta
    zone: tzinfo

    def at(self, begins: datetime) -> Busy:
        return self._moment(begins), self._moment(begins + self.lasts)

    def wall(self, value: Any) -> datetime:
        """Return a date or time of the file as wall time of this event."""
        return _wall(value, self.zone)

    def _moment(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def busy_times(
    content: bytes, first: datetime, until: datetime, zone: tzinfo, *, ours: str = ""
) -> list[Busy]:
    """Return when the owner is busy between two moments, in any order; stretches may overlap.

    Events that are transparent, marked as free, or cancelled are passed over, and those that we wrote: their
    UID ends with `ours`. `zone` is where all-day events and times without a zone are meant.
    Raises `BrokenCalendar`.
    """
    try:
        found = list(islice(_busy(_components(content, ours), first, until, zone), STRETCHES_MOST + 1))
    except BrokenCalendar:
        raise
    except Exception as error:  # whatever a library makes of what strangers wrote
        raise BrokenCalendar(type(error).__name__) from error
    if len(found) > STRETCHES_MOST:
        raise BrokenCalendar("more than a person's calendar holds")
    return found


def _components(content: bytes, ours: str) -> list[Any]:
    from icalendar import Calendar  # a long import, which no server needs at its start

    calendars = Calendar.from_ical(content, multiple=True)
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise BrokenCalendar("no calendar")  # also half a download
    found = (event for one in calendars for event in one.walk("VEVENT"))
    return [event for event in found if not (ours and str(event.get("UID", "")).endswith(ours))]


def _busy(components: list[Any], first: datetime, until: datetime, zone: tzinfo) -> Iterator[Busy]:
    moved: dict[str, set[datetime]] = {}
    for one in components:
        if "RECURRENCE-ID" in one:
            event = _event(one, zone)
            at = event.at(event.wall(one["RECURRENCE-ID"].dt))[0]
            moved.setdefault(str(one.get("UID")), set()).add(at)
    for one in components:
        if _is_free(one):
            continue
        event = _event(one, zone)
        gone = set() if "RECURRENCE-ID" in one else moved.get(str(one.get("UID")), set())
        for begins in _beginnings(one, event, first, until):
            busy = event.at(begins)
            if busy[0] not in gone and busy[0] < until and first < busy[1]:
                yield busy


def _event(one: Any, zone: tzinfo) -> _Event:
    begins, ends = one["DTSTART"].dt, one["DTEND"].dt if "DTEND" in one else None
    is_day = not isinstance(begins, datetime)
    own = zone if is_day or begins.tzinfo is None else begins.tzinfo
    if ends is None:
        lasts = one["DURATION"].dt if "DURATION" in one else timedelta(days=1 if is_day else 0)
    else:
        lasts = _wall(ends, own) - _wall(begins, own)
    return _Event(_wall(begins, own), lasts, own)


def _wall(value: Any, zone: tzinfo) -> datetime:
    if isinstance(value, tuple):
        value = value[0]  # a period
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)


def _is_free(one: Any) -> bool:
    words = {str(one.get(name, "")).upper() for name in ("TRANSP", "STATUS")}
    shown = str(one.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    return bool(words & {"TRANSPARENT", "CANCELLED"}) or shown in _FREE


def _beginnings(one: Any, event: _Event, first: datetime, until: datetime) -> Iterable[datetime]:
    """Return the wall times at which an event begins, as far as they can matter."""
    rules = _several(one.get("RRULE"))
    begun = {event.begins} if not rules else set()
    window = event.wall(first) - event.lasts - timedelta(days=1), event.wall(until) + timedelta(days=1)
    for rule in rules:
        found = list(islice(_repeated(rule, event, *window), STRETCHES_MOST + 1))
        if len(found) > STRETCHES_MOST:
            raise BrokenCalendar("more than a person's calendar holds")
        begun.update(found)
    begun.update(event.wall(value) for value in _dates(one.get("RDATE")))
    return begun - {event.wall(value) for value in _dates(one.get("EXDATE"))}


def _repeated(rule: Any, event: _Event, first: datetime, last: datetime) -> Iterator[datetime]:
    """Work a rule out from one wall time to another, one after the other: strangers write rules."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    text = str(rule.to_ical().decode())
    if _OFTEN.search(text):
        raise BrokenCalendar("repeated within a day")
    ends = [last, *(_last(event, until) for until in _several(rule.get("UNTIL")))]
    counts = _several(rule.get("COUNT"))
    begins = event.begins
    if not counts and _several(rule.get("INTERVAL")) in ([], [1]):
        # Not worked out for two thousand years, when it begins in the year 1.
        skipped = max(0, (first.year - begins.year - 1) // _ALIKE) * _ALIKE
        begins = begins.replace(year=begins.year + skipped)
    if min(ends) < first or min(ends) < begins or not _comes_true(text, begins):
        return
    bounded = f"{_END.sub('', text).lstrip(';')};UNTIL={min(ends):%Y%m%dT%H%M%S}"
    found = islice(rrulestr(bounded, dtstart=begins), min(counts) if counts else None)
    yield from (at for at in found if at >= first)


def _comes_true(text: str, begins: datetime) -> bool:
    """Tell whether a rule names any day at all, as 30 February does not.

    Asked of the calendar's last years: such a day is looked for until the year 9999, which takes seconds.
    """
    from dateutil.rrule import rrulestr

    late = begins.replace(year=begins.year + (9999 - _ALIKE - begins.year) // _ALIKE * _ALIKE)
    return next(iter(rrulestr(_PACE.sub("", text).lstrip(";"), dtstart=late)), None) is not None


def _last(event: _Event, until: date) -> datetime:
    """Return the end of a rule in wall time, in which it is worked out."""
    return event.wall(until) if isinstance(until, datetime) else datetime.combine(until, time.max)


def _dates(found: Any) -> Iterator[date]:
    return (value.dt for one in _several(found) for value in one.dts)


def _several(found: Any) -> list[Any]:
    if found is None:
        return []
    return list(found) if isinstance(found, list) else [found]
