"""Each day's figures: counted from the site's log, kept when the day is over, read back for a period.

A day that is over gets no more entries, so what was counted of it stays true; `rebuild` counts it anew all
the same. What must not live here: what is counted, and how (`domain.figures`), and when (`web.measuring`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from pydantic_core import from_json as read_json
from sqlalchemy.engine import Connection

from queue_server.adapters import came, missing_documents
from queue_server.adapters.came import CAME
from queue_server.adapters.missing_documents import LACKED
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.rows.stream_rows import STREAM, StreamRows
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.domain.business_day import business_day, ends_at
from queue_server.domain.entry import Unnamed
from queue_server.domain.figures.day import KINDS, VERSION, Booked, about, figures_of
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.period import Period
from queue_server.domain.figures.tally import Tally, from_json, to_json

_Columns: TypeAlias = tuple[list[int], list[datetime], list[str], list[dict[str, Any]]]
AT_ONCE: Final = 500
"""So many appointments are asked for in one statement."""


def count_day(
    connection: Connection, site_id: str, day: date, zone: tzinfo, now: datetime | None = None
) -> Tally:
    """Count one business day; `now` while it is not over."""
    seqs, ats, kinds, payloads = _columns(connection, site_id, day)
    booked = _booked(connection, site_id, sorted(about(zip(seqs, ats, kinds, payloads, strict=True))))
    found = zip(seqs, ats, kinds, payloads, strict=True)
    return figures_of(found, booked, zone, ends_at(day, zone), now)


def count_to_keep(connection: Connection, site_id: str, day: date, zone: tzinfo) -> dict[str, Any]:
    """Count one business day that is over, as `keep_counted` takes it."""
    return _to_keep(connection, site_id, day, count_day(connection, site_id, day, zone))


def keep_day(connection: Connection, site_id: str, day: date, tally: Tally) -> None:
    """Keep a day's figures, in place of what was kept of it before: a day is there once."""
    keep_counted(connection, site_id, day, _to_keep(connection, site_id, day, tally))


def _to_keep(connection: Connection, site_id: str, day: date, tally: Tally) -> dict[str, Any]:
    lacked = missing_documents.of_day(connection, site_id, day)
    return to_json(tally) | {CAME: came.of_day(connection, site_id, day), LACKED: lacked}


def keep_counted(connection: Connection, site_id: str, day: date, body: Mapping[str, Any]) -> None:
    """Do so with what was put in order before: in the writer's thread that alone would take 5 ms of a day."""
    organisation = sa.select(STREAM.c.organisation_id).where(STREAM.c.site_id == site_id).scalar_subquery()
    insert = insert_into(DAY_FIGURES, connection.dialect.name).values(
        site_id=site_id,
        business_day=day,
        organisation_id=organisation,
        version=VERSION,
        body=body,
    )
    changed = {name: insert.excluded[name] for name in ("version", "body")}
    connection.execute(
        insert.on_conflict_do_update(index_elements=list(DAY_FIGURES.primary_key), set_=changed)
    )


def days_to_count(connection: Connection, site_id: str, most: int) -> list[date]:
    """Return the days that are over and whose figures are not there, or of another version; the newest first.

    What is forgotten of the log cannot be counted any more: what was kept of it stays as it is.
    """
    today = connection.execute(sa.select(STREAM.c.business_day).where(STREAM.c.site_id == site_id)).scalar()
    kept = sa.select(DAY_FIGURES.c.business_day).where(
        DAY_FIGURES.c.site_id == site_id, DAY_FIGURES.c.version == VERSION
    )
    there, found = set(connection.execute(kept).scalars()), []
    for day in days_before(connection, site_id, today) if today else ():
        if day not in there:
            found.append(day)
            if len(found) == most:
                break
    return found


def is_counted(connection: Connection, site_id: str, period: Period) -> bool:
    """Say whether every day of a period that is still in the log has its figures, of this version."""
    of_period = DAY_FIGURES.c.business_day.between(period.first, period.last)
    kept = sa.select(DAY_FIGURES.c.business_day).where(
        DAY_FIGURES.c.site_id == site_id, DAY_FIGURES.c.version == VERSION, of_period
    )
    there = set(connection.execute(kept).scalars())
    for day in days_before(connection, site_id, period.last + timedelta(days=1)):
        if day < period.first:
            return True
        if day not in there:
            return False
    return True


def rebuild(connection: Connection, site_id: str, zone: tzinfo) -> int:
    """Count all days anew that are over and still in the log; return how many."""
    today = connection.execute(sa.select(STREAM.c.business_day).where(STREAM.c.site_id == site_id)).scalar()
    days = list(days_before(connection, site_id, today)) if today else []
    for day in days:
        keep_day(connection, site_id, day, count_day(connection, site_id, day, zone))
    return len(days)


def gather(
    connection: Connection,
    zones: Mapping[str, tzinfo],
    period: Period,
    services: Collection[str] | None,
    now: datetime,
) -> Gathered:
    """Return the figures of some sites (id → zone) for a period; of some services, or of all.

    Days that are over are read as they were kept; the running one is counted now.
    """
    found = Gathered.of(period)
    for site_id, zone in zones.items():
        today = business_day(now, zone)
        kept = _bodies(connection, site_id, period)
        found.take(((day, body) for day, body in kept if day != today), services)
        if period.first <= today <= period.last:
            found.take([(today, to_json(count_day(connection, site_id, today, zone, now)))], services)
    return found


def read_days(connection: Connection, site_id: str, first: date, last: date) -> list[tuple[date, Tally]]:
    """Return what is kept of the days from `first` to `last`, in their order."""
    return [(day, from_json(body)) for day, body in _bodies(connection, site_id, Period(first, last))]


def _bodies(connection: Connection, site_id: str, period: Period) -> Iterator[tuple[date, dict[str, Any]]]:
    mine = (DAY_FIGURES.c.site_id == site_id) & DAY_FIGURES.c.business_day.between(period.first, period.last)
    query = sa.select(DAY_FIGURES.c.business_day, DAY_FIGURES.c.body).where(mine)
    for row in connection.execute(query.order_by(DAY_FIGURES.c.business_day)):
        yield row[0], row[1]


def is_measured(connection: Connection, site_id: str, day: date) -> bool:
    """Say whether the log of a day has its `DayMeasured`."""
    query = sa.select(EVENT.c.seq).where(
        EVENT.c.site_id == site_id, EVENT.c.business_day == day, EVENT.c.type == "DayMeasured"
    )
    return connection.execute(query.limit(1)).first() is not None


def entries(connection: Connection, site_id: str, day: date) -> list[Unnamed]:
    """Return what figures are made of, in order."""
    seqs, ats, kinds, payloads = _columns(connection, site_id, day)
    return list(zip(seqs, ats, kinds, payloads, strict=True))


def _columns(connection: Connection, site_id: str, day: date) -> _Columns:
    """Return that column by column, of the same length each.

    The database makes one text of each, which is taken apart at once: row by row this thread would ask for
    the interpreter's lock at each of thousands, and one text of all takes twice as long to put together.
    """
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.business_day == day) & EVENT.c.type.in_(sorted(KINDS))
    query = sa.select(_strung("seq"), _strung("at"), _strung("type"), _strung("payload")).where(mine)
    seqs, ats, types, payloads = (text or "" for text in connection.execute(query).one())
    if not seqs:
        return [], [], [], []
    moments = ats.split(",")
    # SQLite keeps moments in UTC without saying so, PostgreSQL tells the distance.
    utc = "+00:00" if datetime.fromisoformat(moments[0]).tzinfo is None else ""
    return _in_order(
        [int(seq) for seq in seqs.split(",")],
        [datetime.fromisoformat(at + utc) for at in moments],
        types.split(","),
        read_json(f"[{payloads}]"),
    )


def _strung(column: str) -> sa.ColumnElement[str]:
    """Return a column of all entries as one text; NULL where there is no entry."""
    return sa.type_coerce(sa.func.aggregate_strings(sa.cast(EVENT.c[column], sa.Text), ","), sa.Text)


def _in_order(
    seqs: list[int], ats: list[datetime], kinds: list[str], payloads: list[dict[str, Any]]
) -> _Columns:
    """Return them by the first: no database promises an order of what it strings together."""
    order = sorted(range(len(seqs)), key=seqs.__getitem__)
    if order == list(range(len(seqs))):  # as by the index, nearly always
        return seqs, ats, kinds, payloads
    return (
        [seqs[n] for n in order],
        [ats[n] for n in order],
        [kinds[n] for n in order],
        [payloads[n] for n in order],
    )


def _booked(connection: Connection, site_id: str, ids: Sequence[int]) -> dict[int, Booked]:
    """Return what figures need of appointments: nothing that changes once their day is over."""
    found: dict[int, Booked] = {}
    for begin in range(0, len(ids), AT_ONCE):
        rows = connection.execute(_BOOKED, {"site": site_id, "ids": ids[begin : begin + AT_ONCE]}).all()
        concerns = read_json(f"[{','.join([row[1] for row in rows])}]")
        for (id_, _, channel, minutes, confirmed_by, starts_at), concern in zip(rows, concerns, strict=True):
            found[id_] = Booked(concern[0][0], channel, minutes, bool(confirmed_by), starts_at)
    return found


_BOOKED: Final = sa.select(
    APPOINTMENT.c.id,
    sa.cast(APPOINTMENT.c.concern, sa.Text),
    APPOINTMENT.c.channel,
    APPOINTMENT.c.minutes,
    APPOINTMENT.c.confirmed_by,
    APPOINTMENT.c.starts_at,
).where(
    APPOINTMENT.c.site_id == sa.bindparam("site"),
    # Numbers of ours, written into the statement: as parameters hundreds of them take as long as the search.
    APPOINTMENT.c.id.in_(sa.bindparam("ids", expanding=True, literal_execute=True)),
)


def days_before(connection: Connection, site_id: str, today: date) -> Iterator[date]:
    """Yield the days that have entries, the newest first: by the index from one to the next."""
    forgotten = StreamRows.forgotten(connection, site_id)
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.seq > forgotten)
    newest = sa.select(EVENT.c.business_day).where(mine).order_by(EVENT.c.business_day.desc()).limit(1)
    day = today
    while (found := connection.execute(newest.where(EVENT.c.business_day < day)).scalar()) is not None:
        yield found
        day = found
