"""The number of a booking: drawn when it is confirmed, for a day on which nobody is there yet.

How far apart numbers are and why: `domain.number_space`. A day has more bookings than far numbers
exist; so a number keeps two digits from those who will be in the hall at about the same time.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from queue_server.domain.book import Book
from queue_server.domain.hall import Hall
from queue_server.domain.number_space import Below, NumberSpace

ABOUT: Final = timedelta(hours=2)
"""Who comes within this of each other may hear each other's number."""


def choose_booked_number(
    book: Book, hall: Hall, day: date, starts_at: datetime, now: datetime, below: Below, *, sequential: bool
) -> int:
    """Return a number for a visit at `starts_at` on the local `day`, not yet taken; raises `NoNumberLeft`."""
    booked = book.numbers_on(day)
    space = NumberSpace()
    _take(space, (n for n, at in booked.items() if abs(at - starts_at) > ABOUT), near=False)
    if day == hall.business_day:
        soon = starts_at - now <= ABOUT
        there = set(hall.in_hall()) if soon else set()
        _take(space, (n for n in hall.leased(now) if n not in there), near=False)
        _take(space, there, near=True)
    _take(space, (n for n, at in booked.items() if abs(at - starts_at) <= ABOUT), near=True)
    return space.after(max(booked, default=None)) if sequential else space.draw(below)


def _take(space: NumberSpace, numbers: Iterable[int], *, near: bool) -> None:
    for number in numbers:
        space.take(number)
        if not near:
            space.leave(number)
