"""When a site closes, and who is called before it does.

What must not live here: how long one waits (`services.waits`), and whether numbers are given out
(`services.access_hours`).
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.availability import closed_days
from queue_server.domain.estimate import Estimate
from queue_server.domain.forecast.closing import Chance, chance
from queue_server.domain.town import Site, end_minute
from queue_server.services.ports import PublicUnit

OPEN_ALWAYS: Final = 7 * 24 * 60


def minutes_until_closing(site: Site, now: datetime) -> int | None:
    """Return the minutes until the present opening ends; None when the site is closed now.

    A closure or public holiday beats the weekly rule (failure 8).
    """
    if site.always_open:
        return OPEN_ALWAYS
    local = now.astimezone(ZoneInfo(site.time_zone))
    if local.date() in closed_days(site):
        return None
    minute = local.hour * 60 + local.minute
    for hours in site.opening:
        opens, closes = hours.opens.hour * 60 + hours.opens.minute, end_minute(hours.closes)
        if hours.weekday == local.weekday() and opens <= minute < closes:
            return (_moment(local, closes) - now.replace(second=0, microsecond=0)) // timedelta(minutes=1)
    return None


def called_before(unit: PublicUnit, guess: Estimate | None) -> Chance | None:
    """Return the word for who waits so long; None where it goes without saying, and in a closed house.

    Behind its doors whoever has a number is served or told by the clerks: no estimate knows that.
    """
    return in_a_word(guess, minutes_until_closing(unit.site, unit.now))


def in_a_word(guess: Estimate | None, left_min: int | None) -> Chance | None:
    """Return the same where the minutes until closing are known: for many who wait."""
    if guess is None or left_min is None:
        return None
    return chance(guess.before_closing, guess.from_min, guess.to_min, left_min)


def _moment(local: datetime, minute: int) -> datetime:
    """Return when the wall clock of this day shows `minute`: not so many minutes on in some nights."""
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    return (day + timedelta(minutes=minute)).replace(tzinfo=local.tzinfo).astimezone(UTC)
