"""The business day: a site's local date, and when it begins. The zone and the time come from outside."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def business_day(now: datetime, zone: tzinfo) -> date:
    """Return the site's local date at an aware time."""
    return now.astimezone(zone).date()


def begins_at(day: date, zone: tzinfo) -> datetime:
    """Return when a business day begins, in UTC: local midnight.

    Where the clock skips midnight (Beirut, Havana in spring), the first moment of the day; where
    midnight comes twice, the first of the two.
    """
    # fold=0 takes the earlier of two; in a gap it counts with the clock before the change, which names
    # exactly the moment of the change when that is at midnight.
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def ends_at(day: date, zone: tzinfo) -> datetime:
    """Return when a business day is over, in UTC: 23, 24 or 25 hours after it began."""
    return begins_at(day + timedelta(days=1), zone)
