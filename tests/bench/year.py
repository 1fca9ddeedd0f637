"""What figures cost: a year of 200,000 visits as a page asks for it, and one day counted from its log.

The log of a day is written as the product writes it, entry by entry; the year is its figures, kept once for
each working day, with the minutes turned a little so that the histograms of days differ.
"""

import gc
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from time import thread_time
from typing import TypeAlias
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from queue_server.adapters import day_figures, schema
from queue_server.adapters.database import Database
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.commands.running import COLLECT_AFTER
from queue_server.domain import events as e
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.figures.gathered import by_service, times
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.tally import Tally, from_json, to_json
from queue_server.domain.ticket import DueReason, Origin
from tests.bench.row import Row

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 3)
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
FIRST_BOOKED = 100_000
_Act: TypeAlias = tuple[datetime, int, Callable[[int], e.Event]]
"""When, at which visit, and what is written of it once its ticket has an id."""
VISITS, SERVICES, DAYS = 800, 40, 250
GOAL_YEAR_S, GOAL_DAY_MS = 1.5, 20.0


def run(quick: bool) -> list[Row]:
    rounds = 3 if quick else 25
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)  # as the product does
    folder = Path(tempfile.mkdtemp(prefix="aufruf-bench-"))
    database = Database(f"sqlite:///{folder / 'hall.sqlite3'}")
    try:
        schema.upgrade(database)
        entry_count = database.write(_write_day)
        day_ms, plain_day_ms = _by_turns(
            rounds,
            lambda: database.read(lambda c: day_figures.count_day(c, "hall", DAY, ZONE)),
            lambda: database.read(_read_entries),
        )
        tally = database.read(lambda c: day_figures.count_day(c, "hall", DAY, ZONE))
        assert tally.sum("visits") == VISITS
        database.write(lambda c: _write_year(c, tally))
        year_ms, plain_year_ms = _by_turns(rounds, lambda: _page(database), lambda: database.read(_read_days))
    finally:
        gc.set_threshold(*before)
        database.dispose()
        shutil.rmtree(folder)
    return [
        Row(
            f"figures of a year, {VISITS * DAYS:,} visits",
            f"{plain_year_ms / 1000:.2f} s",
            f"{year_ms / 1000:.2f} s",
            f"{year_ms / plain_year_ms:.1f} x",
            f"≤ {GOAL_YEAR_S} s",
            year_ms / 1000 <= GOAL_YEAR_S,
            f"{DAYS} days, {SERVICES} services; read, added up, medians of each service; "
            "reference: what is kept of the days read alone, nothing added up",
        ),
        Row(
            f"figures of one day, {VISITS} visits",
            f"{plain_day_ms:.1f} ms",
            f"{day_ms:.1f} ms",
            f"{day_ms / plain_day_ms:.2f} x",
            f"≤ {GOAL_DAY_MS:.0f} ms",
            day_ms <= GOAL_DAY_MS,
            f"from the log: {entry_count:,} entries; "
            "reference: these entries read row by row alone, nothing counted",
        ),
    ]


def _by_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the least of each one's rounds in milliseconds of this thread's processor time.

    Nothing here waits for a disk or for anybody: what makes a round longer than the least is the machine's
    other guests (Python's `timeit` says the same of its repeats).
    """
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times_s in zip(works, spent, strict=True):
            begun = thread_time()
            work()
            times_s.append(thread_time() - begun)
    return [min(times_s) * 1e3 for times_s in spent]


def _read_entries(connection: sa.Connection) -> None:
    """Read a day's log as one would who has no reason to hurry."""
    of_day = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload).where(
        EVENT.c.site_id == "hall", EVENT.c.business_day == DAY
    )
    assert connection.execute(of_day.order_by(EVENT.c.seq)).all()


def _read_days(connection: sa.Connection) -> None:
    """Read what is kept of a year's days."""
    assert len(connection.execute(sa.select(DAY_FIGURES.c.business_day, DAY_FIGURES.c.body)).all()) == DAYS


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
    connection.execute(sa.insert(APPOINTMENT), [_appointment(n) for n in range(0, VISITS, 2)])
    return len(rows)


def _appointment(n: int) -> dict[str, object]:
    at = datetime(2026, 3, 3, 7, tzinfo=UTC) + timedelta(seconds=n * 36)
    return {
        "site_id": "hall",
        "id": FIRST_BOOKED + n,
        "organisation_id": "town",
        "day": DAY,
        "reference": f"R{n}",
        "state": AppointmentState.COMPLETED,
        "starts_at": at,
        "minutes": 10,
        "concern": [[f"service-{n % SERVICES}", 1]],
        "persons": 1,
        "language": "de",
        "channel": "portal",
        "held_until": at,
        "state_at": at,
        "created_at": at,
    }


def _events() -> list[tuple[datetime, e.Event]]:
    """Return a day of twelve counters in the order of its entries: by time, as every log is."""
    dice = random.Random(1)
    begins = datetime(2026, 3, 3, 7, tzinfo=UTC)
    acts: list[_Act] = [(begins, -1, _opened(f"c{n}")) for n in range(12)]
    for n in range(VISITS):
        acts += _visit(n, begins + timedelta(seconds=n * 36), dice)
    found: list[tuple[datetime, e.Event]] = []
    tickets: dict[int, int] = {}
    for at, n, act in sorted(acts, key=itemgetter(0)):
        tickets.setdefault(n, len(found) + 1)  # the id of a ticket is the place of its first entry
        found.append((at, act(tickets[n])))
    return found


def _opened(counter: str) -> Callable[[int], e.Event]:
    return lambda _: e.CounterOpened(counter)


def _visit(n: int, at: datetime, dice: random.Random) -> Iterator[_Act]:
    service, counter, booked = f"service-{dice.randrange(SERVICES)}", f"c{n % 12}", n % 2 == 0
    taken = _taken(n, service, at, booked=booked)
    yield at, n, lambda _: taken
    if booked:
        yield at, n, lambda ticket: e.AppointmentCheckedIn(FIRST_BOOKED + n, ticket)
    at += timedelta(seconds=dice.randrange(2400))
    yield at, n, lambda ticket: e.TicketCalled(ticket, counter)
    yield at, n, lambda ticket: e.CallSettled(ticket, 2, 2, "started", fetch=False)
    at += timedelta(seconds=dice.randrange(20, 120))
    yield at, n, e.ServiceStarted
    at += timedelta(seconds=dice.randrange(120, 1500))
    yield at, n, e.ServiceFinished


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
