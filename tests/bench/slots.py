"""What six weeks of free times cost, to the list of all starts; pure calculation, no storage.

Reference: the same as people first write it, with intervals: each clerk's stretches of work, the gaps
between the bookings in them, every start in a gap that is long enough. Both begin with what they would
keep in memory (bit sets; stretches and bookings), and then once more with the rosters anew. Both must
find the same starts.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

from queue_server.domain.availability import allowed_starts, closed_days, work_of
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import Bits, ClerkTime, Span, cell_of, free_starts, starts_in, stretch
from queue_server.domain.town import (
    Category,
    Clerk,
    Closure,
    Department,
    OpeningHours,
    RosterEntry,
    Service,
    Site,
    Town,
)
from tests.bench.row import Row

Booked = Mapping[str, Sequence[tuple[int, int]]]
"""For each clerk the bookings in order: first cell, number of cells."""

Stretches = Mapping[str, Sequence[tuple[int, int]]]

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 5, 7, 0, tzinfo=UTC)  # the change of clocks lies in these six weeks
CLERKS, HORIZON_DAYS, BOOKED_SHARE = 12, 42, 0.7
CELLS = 3
FREE_BETWEEN = 1.4  # cells, on average between two visits, so that seven of ten are booked
GOAL_MS = 5.0
SERVICES = frozenset({"id-card"})


@dataclass(frozen=True)
class Book:
    """A town, and what is booked in it."""

    town: Town
    booked: Booked
    busy: Mapping[str, Bits]

    @property
    def site(self) -> Site:
        return self.town.sites[0]


def run(quick: bool = False) -> list[Row]:
    """Measure; a second."""
    rounds, book = 5 if quick else 60, a_book()
    span, clerks = clerk_times(book)
    stretches = stretches_of(book)
    if not starts_of(book, span, clerks) == gaps_of(book, stretches) != []:
        raise AssertionError("the two do not find the same starts")
    kept = [
        (_seconds(lambda: gaps_of(book, stretches)), _seconds(lambda: starts_of(book, span, clerks)))
        for _ in range(rounds)
    ]
    anew = [
        (
            _seconds(lambda: gaps_of(book, stretches_of(book))),
            _seconds(lambda: starts_of(book, span, clerk_times(book)[1])),
        )
        for _ in range(rounds)
    ]
    return [
        _row("six weeks of free times, 12 clerks, five-minute grid, 70 % booked (pure)", kept),
        _row("the same after a change of the set-up", anew, "rosters anew, bookings kept"),
    ]


def _row(what: str, pairs: Sequence[tuple[float, float]], note: str = "") -> Row:
    theirs, ours = (median(column) * 1e3 for column in zip(*pairs, strict=True))
    ratio = median(reference / mine for reference, mine in pairs)
    return Row(
        what,
        f"{theirs:.2f} ms",
        f"{ours:.2f} ms",
        f"{ratio:.1f} x as fast",
        f"≤ {GOAL_MS:.0f} ms",
        ok=ours <= GOAL_MS,
        note=f"{note}; reference: intervals" if note else "reference: intervals",
    )


def _seconds(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


# -- the town ------------------------------------------------------------------------------------------


def a_book(seed: int = 1) -> Book:
    """A town hall of twelve clerks, every third of them part-time, and visits of 10 to 30 minutes."""
    town = _a_town()
    span, clerks = clerk_times(Book(town, {}, dict.fromkeys((clerk.id for clerk in town.clerks), 0)))
    rng = random.Random(seed)
    booked = {each.clerk_id: list(_fill(list(starts_in(each.work, span)), rng)) for each in clerks}
    busy = {one: sum(stretch(span, first, first + n) for first, n in booked[one]) for one in booked}
    return Book(town, booked, busy)


def _fill(work: list[int], rng: random.Random) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(work):
        cells = rng.randint(2, 6)
        whole = work[place : place + cells]
        if len(whole) == cells and whole[-1] - whole[0] == cells - 1:
            yield whole[0], cells
        place += cells + round(rng.expovariate(1 / FREE_BETWEEN))


def _a_town() -> Town:
    name = {"de": "Rathaus"}
    site = Site(
        id="hall",
        name=name,
        opening=tuple(OpeningHours(weekday, time(8), time(18)) for weekday in range(5)),
        closures=(Closure(date(2026, 10, 30)),),
    )
    service = Service("id-card", "id_card", "office", "ids", name, minutes=15, site_ids=("hall",))
    clerks = tuple(
        Clerk(f"c{n}", f"Clerk {n}", f"c{n}", ("*",), ("hall",), tuple(_roster(n))) for n in range(CLERKS)
    )
    department = Department("office", name, ("hall",), horizon_days=HORIZON_DAYS)
    return Town("town", name, ("de",), (site,), (department,), (Category("ids", name),), (service,), clerks)


def _roster(n: int) -> Iterator[RosterEntry]:
    for weekday in range(3 if n % 3 == 2 else 5):
        yield RosterEntry(weekday, time(8), time(12, 30), "hall")
        yield RosterEntry(weekday, time(13), time(17 + n % 2), "hall")


# -- ours ----------------------------------------------------------------------------------------------


def clerk_times(book: Book) -> tuple[Span, list[ClerkTime]]:
    """Return the clerks' sets: work from the rosters, busy as it is kept."""
    span, closed = _span(), closed_days(book.site)
    return span, [
        ClerkTime(clerk.id, SERVICES, work_of(clerk, book.site, span, ZONE, closed), book.busy[clerk.id])
        for clerk in book.town.clerks
    ]


def _span() -> Span:
    today = NOW.astimezone(ZONE).date()
    return span_of(today, today + timedelta(days=HORIZON_DAYS + 1), ZONE)


def starts_of(book: Book, span: Span, clerks: Sequence[ClerkTime]) -> list[int]:
    allowed = allowed_starts(book.town, book.site, SERVICES, span, NOW)
    return list(starts_in(free_starts(span, clerks, SERVICES, CELLS, allowed), span))


# -- with intervals ------------------------------------------------------------------------------------


def stretches_of(book: Book) -> Stretches:
    """Return each clerk's stretches of work: first cell, and the first one behind it."""
    today = NOW.astimezone(ZONE).date()
    closed = {closure.on for closure in book.site.closures}
    days = [today + timedelta(days=n) for n in range(HORIZON_DAYS + 2)]
    return {
        clerk.id: [stretch for day in days if day not in closed for stretch in _of_day(book.site, clerk, day)]
        for clerk in book.town.clerks
    }


def _of_day(site: Site, clerk: Clerk, day: date) -> Iterator[tuple[int, int]]:
    for hours in (one for one in site.opening if one.weekday == day.weekday()):
        for entry in (one for one in clerk.roster if one.weekday == day.weekday()):
            begins, ends = max(hours.opens, entry.works_from), min(hours.closes, entry.works_until)
            if begins < ends:
                yield _cell(day, begins), _cell(day, ends)


def gaps_of(book: Book, stretches: Stretches) -> list[int]:
    """Return the starts in all gaps that are long enough."""
    first, last = cell_of(NOW), cell_of(NOW + timedelta(days=HORIZON_DAYS))
    found: set[int] = set()
    for clerk_id, work in stretches.items():
        for begins, ends in work:
            for gap, until in _gaps(begins, ends, book.booked[clerk_id]):
                found.update(range(max(gap, first), min(until - CELLS, last) + 1))
    return sorted(found)


def _gaps(begins: int, ends: int, booked: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for index in range(bisect_left(booked, (begins, 0)), len(booked)):
        first, cells = booked[index]
        if first >= ends:
            break
        yield begins, first
        begins = first + cells
    yield begins, ends


def _cell(day: date, clock: time) -> int:
    return cell_of(datetime.combine(day, clock, ZONE))
