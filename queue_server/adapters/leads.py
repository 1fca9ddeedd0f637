"""Who leads which department, and who stands in for how long.

What lives here: plain functions on a Core connection, with the time as an argument. What must not: what a
lead may do (`domain.access`), and whether the department exists (its set-up says so, the caller looks).

A deputy's last day is the office's day, not the server's: it ends at midnight where the department is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.accounts import ACCOUNT, LEAD
from queue_server.adapters.tables.settings import SettingVersion

SETTING = table(SettingVersion)


@dataclass(frozen=True, slots=True)
class Lead:
    """One line of who leads what. `valid_until` is a deputy's last day, None for without end."""

    account_id: str
    user: str
    department_id: str
    is_deputy: bool
    valid_until: date | None


def name_lead(
    conn: Connection,
    *,
    organisation_id: str,
    account_id: str,
    department_id: str,
    is_deputy: bool = False,
    valid_until: date | None = None,
) -> None:
    """Let the account lead the department, or stand in; what it was there before is replaced."""
    end_lead(conn, account_id, department_id)
    conn.execute(
        sa.insert(LEAD).values(
            account_id=account_id,
            department_id=department_id,
            organisation_id=organisation_id,
            is_deputy=is_deputy,
            valid_until=valid_until,
        )
    )


def end_lead(conn: Connection, account_id: str, department_id: str) -> bool:
    """Let the account lead the department no more. False when it did not."""
    mine = (LEAD.c.account_id == account_id) & (LEAD.c.department_id == department_id)
    return conn.execute(sa.delete(LEAD).where(mine)).rowcount > 0


def list_leads(conn: Connection, organisation_id: str) -> list[Lead]:
    """List who leads and who stands in, also who did until a day that is over; leads come first."""
    names = ("account_id", "department_id", "is_deputy", "valid_until")
    query = (
        sa.select(ACCOUNT.c.user, *(LEAD.c[name] for name in names))
        .join_from(LEAD, ACCOUNT, LEAD.c.account_id == ACCOUNT.c.id)
        .where(LEAD.c.organisation_id == organisation_id, ACCOUNT.c.disabled_at.is_(None))
        .order_by(LEAD.c.department_id, LEAD.c.is_deputy, ACCOUNT.c.user)
    )
    return [Lead(**row) for row in conn.execute(query).mappings()]


def led_by(conn: Connection, account_id: str, now: datetime) -> frozenset[str]:
    """Return the departments that the account leads today: its own, and those where it still stands in."""
    query = sa.select(LEAD.c.organisation_id, LEAD.c.department_id, LEAD.c.valid_until)
    rows = conn.execute(query.where(LEAD.c.account_id == account_id)).all()
    return frozenset(
        row.department_id
        for row in rows
        if row.valid_until is None
        or row.valid_until >= _today(conn, row.organisation_id, row.department_id, now)
    )


def _today(conn: Connection, organisation_id: str, department_id: str, now: datetime) -> date:
    department = _newest(conn, organisation_id, "department", department_id)
    site_ids = department.get("site_ids") or [""]
    zone = _newest(conn, organisation_id, "site", site_ids[0]).get("time_zone")
    return now.astimezone(ZoneInfo(zone) if zone else UTC).date()


def _newest(conn: Connection, organisation_id: str, kind: str, id_: str) -> dict[str, Any]:
    this = (SETTING.c.organisation_id == organisation_id) & (SETTING.c.kind == kind) & (SETTING.c.id == id_)
    query = sa.select(SETTING.c.body).where(this).order_by(SETTING.c.version.desc()).limit(1)
    return conn.execute(query).scalar() or {}
