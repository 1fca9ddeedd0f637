"""What figures cost: a year of 200,000 visits as a page asks for it, and one day counted from its log.

The log of a day is written as the product writes it, entry by entry; the year is its figures, kept once for
each working day, with the minutes turned a little so that the histograms of days differ.
"""

import gc
import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from queue_server.adapters import day_figures, schema
from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.commands.running import COLLECT_AFTER
from queue_server.domain import events as e
from queue_server.domain.figures.gathered import by_service, times
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.tally import Tally, from_json, to_json
from queue_server.domain.ticket import DueReason, Origin
from tests.bench.row import Row

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 3)
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
VISITS, SERVICES, DAYS = 800, 40, 250
GOAL_YEAR_S, GOAL_DAY_MS = 1.5, 20.0


def run(quick: bool) -> list[Row]:
    rounds = 3 if quick else 15
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)  # as the product does
    folder = Path(tempfile.mkdtemp(prefix="aufruf-bench-"))
    database = Database(f"sqlite:///{folder / 'hall.sqlite3'}")
    try:
        schema.upgrade(database)
        entry_count = database.write(_write_day)
        day_ms = _middle(rounds, lambda: database.read(lambda c: day_figures.count_day(c, "hall", DAY, ZONE)))
        tally = database.read(lambda c: day_figures.count_day(c, "hall", DAY, ZONE))
        assert tally.sum("visits") == VISITS
        database.write(lambda c: _write_year(c, tally))
        year_ms = _middle(rounds, lambda: _page(database))
    finally:
        gc.set_threshold(*before)
        database.dispose()
        shutil.rmtree(folder)
    return [
        Row(
            f"figures of a year, {VISITS * DAYS:,} visits",
            "–",
            f"{year_ms / 1000:.2f} s",
            "",
            f"≤ {GOAL_YEAR_S} s",
            year_ms / 1000 <= GOAL_YEAR_S,
            f"{DAYS} days, {SERVICES} services; read, added up, medians of each service",
        ),
        Row(
            f"figures of one day, {VISITS} visits",
            "–",
            f"{day_ms:.1f} ms",
            "",
            f"≤ {GOAL_DAY_MS:.0f} ms",
            day_ms <= GOAL_DAY_MS,
            f"from the log: {entry_count:,} entries",
        ),
    ]


def _middle(rounds: int, work: Callable[[], object]) -> float:
    """Return the median of the rounds in milliseconds."""
    spent = []
    for _ in range(rounds):
        begun = perf_counter()
        work()
        spent.append(perf_counter() - begun)
    return median(spent) * 1e3


def _page(database: Database) -> None:
    """Ask for all that the page shows of a year."""
    period = period_of(Length.YEAR, DAY)
    found = database.read(lambda c: day_figures.gather(c, {"hall": ZONE}, period, None, NOW))
    whole = found.whole()
    assert whole.sum("visits") == VISITS * DAYS
    for _, tally in found.parts:
        times(tally, "wait_booked", "wait_walk_in")
    for tally in by_service(whole).values():
        times(tally, "wait_booked", "wait_walk_in")
        times(tally, "service")


def _write_day(connection: sa.Connection) -> int:
    connection.execute(
        sa.insert(STREAM).values(
            site_id="hall",
            organisation_id="town",
            seq=0,
            business_day=date(2027, 1, 4),
            holds_post=False,
            forgotten_seq=0,
        )
    )
    rows = [
        {
            "site_id": "hall",
            "seq": seq,
            "organisation_id": "town",
            "at": at,
            "business_day": DAY,
            "type": event.type,
            "payload": e.payload_of(event),
        }
        for seq, (at, event) in enumerate(_events(), 1)
    ]
    connection.execute(sa.insert(EVENT), rows)
    return len(rows)


def _events() -> list[tuple[datetime, e.Event]]:
    """Return a day of twelve counters in the order of its entries; the ids of tickets are their places."""
    dice = random.Random(1)
    found: list[tuple[datetime, e.Event]] = []
    begins = datetime(2026, 3, 3, 7, tzinfo=UTC)
    found += [(begins, e.CounterOpened(f"c{n}")) for n in range(12)]
    for n in range(VISITS):
        at = begins + timedelta(seconds=n * 36)
        service, counter = f"service-{dice.randrange(SERVICES)}", f"c{n % 12}"
        booked = n % 2 == 0
        found.append((at, _taken(n, service, at, booked=booked)))
        ticket = len(found)
        if booked:
            found.append((at, e.AppointmentCheckedIn(100_000 + n, ticket)))
        at += timedelta(seconds=dice.randrange(2400))
        found.append((at, e.TicketCalled(ticket, counter)))
        found.append((at, e.CallSettled(len(found), 2, 2, "started", fetch=False)))
        at += timedelta(seconds=dice.randrange(20, 120))
        found.append((at, e.ServiceStarted(ticket)))
        at += timedelta(seconds=dice.randrange(120, 1500))
        found.append((at, e.ServiceFinished(ticket)))
    return found


def _taken(n: int, service: str, at: datetime, *, booked: bool) -> e.TicketTaken:
    return e.TicketTaken(
        number=100 + n,
        key=f"key-{n}",
        origin=Origin.APPOINTMENT if booked else Origin.KIOSK,
        concern=((service, 1),),
        persons=1,
        language="de",
        expected_min=10,
        area="foyer",
        due_at=at,
        due_reason=DueReason.APPOINTED if booked else DueReason.PATIENCE,
        appointed_at=at if booked else None,
    )


def _write_year(connection: sa.Connection, tally: Tally) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    for n, day in enumerate([day for day in days if day.weekday() < 5][:DAYS]):
        turned = from_json(to_json(tally))
        for key, values in turned.times.items():
            turned.times[key] = type(values)({value + (value + n) % 3: m for value, m in values.items()})
        day_figures.keep_day(connection, "hall", day, turned)
