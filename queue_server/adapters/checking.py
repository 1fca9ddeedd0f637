"""Whether the rows say what the log says: folds a site's log and compares, row by row, field by field.

What must not live here: mending (`adapters.rebuilding`), and words for people beyond the names of things.
The rows are compared as they are stored, not as a `Hall` reads them, so that a row which no hall could be
made of is found like any other. `secret_version` is left out: it is raised beside the log, on purpose.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.book_checking import BrokenBook, compare_book
from queue_server.adapters.database import Database
from queue_server.adapters.figures_checking import compare_figures
from queue_server.adapters.rows.base import COUNTER, DAY, EVENT, LEASE, TICKET, table
from queue_server.adapters.rows.stream_rows import StreamRows
from queue_server.adapters.tables.hall import SiteStream
from queue_server.domain.events import Recorded, event_of
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall

STREAM: Final = table(SiteStream)
BESIDE_THE_LOG: Final = frozenset({"secret_version"})

Rows = dict[object, dict[str, Any]]


BROKEN_ENTRY: Final = "log entry"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that log and rows tell differently; `field` is empty when a whole row is too many or few."""

    site_id: str
    day: date | None
    thing: str
    field: str
    by_log: object
    by_rows: object


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What a check of one site looked at, and what it found."""

    site_id: str
    days: tuple[date, ...]
    entry_count: int
    ticket_count: int
    differences: tuple[Difference, ...]

    @property
    def is_readable(self) -> bool:
        """Tell whether this version understood every entry of the log that it looked at."""
        return not any(one.thing.startswith(BROKEN_ENTRY) for one in self.differences)


class BrokenLog(Exception):  # noqa: N818 - it is the log that is broken
    """The entry `seq` of a site's log does not fit the ones before it, or cannot be read."""

    def __init__(self, site_id: str, seq: int, why: str) -> None:
        super().__init__(f"{site_id}: entry {seq} of the log does not fit: {why}")
        self.site_id, self.seq, self.why = site_id, seq, why


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """Read as of one moment, also while a server writes."""
    with database.reader.connect() as connection:
        if not database.is_sqlite:  # a read transaction of SQLite sees one moment by itself
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def check_database(database: Database, *, all_days: bool = False, figures: bool = False) -> list[SiteCheck]:
    """Check every site that has a log; its current business day, or all days; and the figures of all days."""
    with one_moment(database) as connection:
        sites = connection.execute(sa.select(STREAM.c.site_id).order_by(STREAM.c.site_id)).scalars().all()
        checks = [check_site(connection, site_id, all_days=all_days) for site_id in sites]
        return [_with_figures(connection, one) for one in checks] if figures else checks


def _with_figures(connection: Connection, check: SiteCheck) -> SiteCheck:
    if not check.is_readable:
        return check
    site_id = check.site_id
    found = (Difference(site_id, day, "figures", *told) for day, told in compare_figures(connection, site_id))
    return replace(check, differences=(*check.differences, *found))


def check_site(connection: Connection, site_id: str, *, all_days: bool = False) -> SiteCheck:
    """Compare what the site's log says with the site's rows."""
    stream = connection.execute(sa.select(STREAM).where(STREAM.c.site_id == site_id)).one()
    today = current_day(connection, site_id)
    days = _days(connection, site_id) if all_days else [today] if today else []
    found = list(_check_sequence(connection, site_id, stream.seq, stream.business_day))
    entry_count = ticket_count = 0
    for day in days:
        try:
            hall, count = fold_day(connection, site_id, day)
        except BrokenLog as broken:
            found.append(Difference(site_id, day, f"{BROKEN_ENTRY} {broken.seq}", "", broken.why, None))
            continue
        entry_count += count
        ticket_count += len(hall.tickets)
        found += compare(connection, hall, is_current=day == today)
    found += _check_book(connection, site_id)
    return SiteCheck(site_id, tuple(days), entry_count, ticket_count, tuple(found))


def current_day(connection: Connection, site_id: str) -> date | None:
    """Return the business day that the site is in: the later of what its place and its log say."""
    begun = connection.execute(sa.select(STREAM.c.business_day).where(STREAM.c.site_id == site_id)).scalar()
    logged = connection.execute(
        sa.select(sa.func.max(EVENT.c.business_day)).where(EVENT.c.site_id == site_id)
    ).scalar()
    return max((day for day in (begun, logged) if day is not None), default=None)


def fold_day(connection: Connection, site_id: str, day: date) -> tuple[Hall, int]:
    """Return the hall that the log of that day makes, and how many entries it has. Raises BrokenLog."""
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload)
    query = query.where(EVENT.c.site_id == site_id, EVENT.c.business_day == day).order_by(EVENT.c.seq)
    entries = connection.execute(query).all()
    hall = Hall(site_id, day, entries[0].seq - 1 if entries else _last_seq(connection, site_id))
    for seq, at, kind, payload in entries:
        try:
            apply(hall, Recorded(seq, at, event_of(kind, payload)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenLog(site_id, seq, f"{kind}: {error!r}") from error
    return hall, len(entries)


def compare(connection: Connection, hall: Hall, *, is_current: bool = True) -> Iterator[Difference]:
    """Yield what the rows of the hall's day tell otherwise than the hall.

    A counter has one row, that of its last day; so counters are compared for the current day only.
    """
    tickets = {ticket.id: asdict(ticket) for ticket in hall.tickets.values()}
    yield from _compare(hall, "ticket", tickets, _stored(connection, TICKET, hall, "id"))
    leases: Rows = {lease.number: asdict(lease) for lease in hall.leases.values()}
    yield from _compare(hall, "number", leases, _stored(connection, LEASE, hall, "number"))
    if is_current:
        counters: Rows = {counter.id: asdict(counter) for counter in hall.counters.values()}
        yield from _compare(hall, "counter", counters, _stored(connection, COUNTER, hall, "id"))
    status = asdict(hall.day)
    stored = _stored(connection, DAY, hall, "business_day")
    # A day on which nobody stopped the numbers has no row.
    rows = {"": stored[hall.business_day]} if stored else {"": dict(status, issuing=True, call_mode=None)}
    yield from _compare(hall, "day", {"": status}, rows)


def _check_book(connection: Connection, site_id: str) -> list[Difference]:
    try:
        return [Difference(site_id, None, *one) for one in compare_book(connection, site_id)]
    except BrokenBook as broken:
        return [Difference(site_id, None, f"{BROKEN_ENTRY} {broken.seq}", "", broken.why, None)]


def _compare(
    hall: Hall, what: str, by_log: Mapping[Any, dict[str, Any]], by_rows: Mapping[Any, dict[str, Any]]
) -> Iterator[Difference]:
    for key in sorted({*by_log, *by_rows}):
        thing = f"{what} {key}".strip()
        expected, stored = by_log.get(key), by_rows.get(key)
        if expected is None or stored is None:
            there = ("there" if one else "missing" for one in (expected, stored))
            yield Difference(hall.site_id, hall.business_day, thing, "", *there)
            continue
        for name, value in expected.items():
            if name not in BESIDE_THE_LOG and _plain(value) != _plain(stored[name]):
                yield Difference(hall.site_id, hall.business_day, thing, name, value, stored[name])


def _plain(value: object) -> object:
    """JSON knows lists only."""
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _stored(connection: Connection, source: sa.Table, hall: Hall, key: str) -> Rows:
    mine = (source.c.site_id == hall.site_id) & (source.c.business_day == hall.business_day)
    return {row[key]: dict(row) for row in connection.execute(sa.select(source).where(mine)).mappings()}


def _check_sequence(connection: Connection, site_id: str, seq: int, day: date | None) -> Iterator[Difference]:
    forgotten = StreamRows.forgotten(connection, site_id)
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.seq > forgotten)
    count, last = connection.execute(sa.select(sa.func.count(), sa.func.max(EVENT.c.seq)).where(mine)).one()
    if (last or 0) != seq:
        yield Difference(site_id, day, "place", "seq", last or 0, seq)
    if count and count != last - forgotten:
        yield Difference(site_id, day, "log", "entries", last - forgotten, count)
    newest = current_day(connection, site_id)
    if newest != day:
        yield Difference(site_id, day, "place", "business_day", newest, day)


def _last_seq(connection: Connection, site_id: str) -> int:
    query = sa.select(sa.func.max(EVENT.c.seq)).where(EVENT.c.site_id == site_id)
    return connection.execute(query).scalar() or 0


def _days(connection: Connection, site_id: str) -> list[date]:
    """Return every day that has entries or rows and is not forgotten."""
    found: set[date] = set()
    sources: Iterable[sa.Table] = (EVENT, TICKET, LEASE, DAY)
    for source in sources:
        query = sa.select(source.c.business_day).where(source.c.site_id == site_id).distinct()
        found |= set(connection.execute(query).scalars())
    first = first_kept_day(connection, site_id)
    return sorted(day for day in found if first is None or day >= first)


def first_kept_day(connection: Connection, site_id: str) -> date | None:
    """Return the day at which the log begins behind what is forgotten; None when nothing is."""
    forgotten = StreamRows.forgotten(connection, site_id)
    query = sa.select(EVENT.c.business_day).where(EVENT.c.site_id == site_id, EVENT.c.seq == forgotten + 1)
    return connection.execute(query).scalar() if forgotten else None
