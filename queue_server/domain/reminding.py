"""When a visitor is reminded: as wished, by day, and not when it is too late to be of use.

What must not live here: which letters there are, and who gets them (`services.booking_letters`).

**Whole days of a wish are days of the calendar, the rest is time that passes:** two days before 09:00 is
09:00 in the week of the clock change, too. **The night is the site's, 22 to 7.** What falls before midnight
comes that evening at 20:00; what falls after it comes at 7, or, where that leaves less than an hour, the
evening before at 20:00, too: a town hall that opens at 7:30 reminds nobody half an hour before.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

SHORTEST_MIN: Final = 60
LONGEST_MIN: Final = 7 * 24 * 60
CHOICES_MIN: Final = (10080, 2880, 1440, 180, 60)
"""The wishes that pages offer, the longest first. Programs may wish for any time between the bounds."""
USUAL_MIN: Final = 2880
NIGHT_BEGINS: Final = time(22)
NIGHT_ENDS: Final = time(7)
EVENING: Final = time(20)
"""Not 21:59: who is reminded in the evening may still have to look for a passport photo."""
OF_USE: Final = timedelta(minutes=SHORTEST_MIN)
"""A reminder that was moved out of the night still comes so long before the appointment."""
_DAY_MIN: Final = 24 * 60


def remind_at(starts_at: datetime, wish_min: int, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when to remind of an appointment, in UTC; None when there is no use in it any more.

    A wish that is past falls to the nearest shorter one that is offered.
    """
    for minutes in (wish_min, *(shorter for shorter in CHOICES_MIN if shorter < wish_min)):
        for at in _by_day(_wished(starts_at, minutes, zone), starts_at, zone):
            if at > now:
                return at
    return None


def is_night(at: datetime, zone: tzinfo) -> bool:
    """Say whether most people sleep at this time."""
    clock = at.astimezone(zone).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def morning_after(at: datetime, zone: tzinfo) -> datetime:
    """Return when the next night ends, in UTC."""
    here = at.astimezone(zone)
    return _on(here, NIGHT_ENDS, 0 if here.time() < NIGHT_ENDS else 1, zone)


def wait_for_day(now: datetime, starts_at: datetime, zone: tzinfo) -> datetime | None:
    """Return until when a reminder that is late waits, in UTC; None when it is day, or no use to wait."""
    morning = morning_after(now, zone)
    return morning if is_night(now, zone) and morning <= starts_at - OF_USE else None


def _wished(starts_at: datetime, minutes: int, zone: tzinfo) -> datetime:
    days, rest = divmod(minutes, _DAY_MIN)
    here = starts_at.astimezone(zone)
    return _on(here, here.timetz().replace(tzinfo=None), -days, zone) - timedelta(minutes=rest)


def _by_day(at: datetime, starts_at: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Yield the times that stand for a wished one, the best first."""
    if not is_night(at, zone):
        yield at
        return
    here = at.astimezone(zone)
    before_midnight = here.time() >= NIGHT_BEGINS
    evening = _on(here, EVENING, 0 if before_midnight else -1, zone)
    morning = morning_after(at, zone)
    for found in (evening, morning) if before_midnight else (morning, evening):
        if found <= starts_at - OF_USE:
            yield found


def _on(here: datetime, clock: time, days: int, zone: tzinfo) -> datetime:
    """Return when the clock shows this, so many days after the date of `here`."""
    wall = datetime.combine(
        here.date() + timedelta(days=days), clock.replace(fold=here.fold if not days else 0)
    )
    return wall.replace(tzinfo=zone).astimezone(UTC)
