"""The tables of who runs the house: what was changed by whom, the staff alarm, what is watched.

What lives here: columns. What must not: a visitor's data, in any column; secrets.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, Integer, Table
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import metadata


class AuditRow(SQLModel, table=True):
    """One administrative act. Rows are added and, after years, deleted; never changed.

    `actor` is the user name, or the system's user at the command line; `via` is `web`, `api`, `command` or
    `server`. `before` and `after` hold what differs, by name; neither a secret nor anything of a visitor.
    """

    __tablename__ = "audit_log"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(index=True, max_length=40)
    site_id: str | None = Field(default=None, max_length=40)
    at: datetime = Field(index=True)
    actor: str = Field(max_length=60)
    role: str = Field(max_length=20)
    via: str = Field(max_length=12)
    act: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    ref: str = Field(max_length=80)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))

    __table_args__ = {"sqlite_autoincrement": True}


class StaffAlarm(SQLModel, table=True):
    """A call for help from a counter (empty: the desk), until somebody says that it is over.

    The id is drawn by who takes the alarm in, not by the database: help must not wait for a disk.
    """

    __tablename__ = "staff_alarm"

    id: str = Field(primary_key=True, max_length=32)
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(index=True, max_length=40)
    counter_id: str = Field(max_length=40)
    clerk_id: str | None = Field(default=None, max_length=40)
    raised_at: datetime
    is_test: bool = False
    going: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    ended_at: datetime | None = None
    ended_by: str | None = Field(default=None, max_length=60)


class Finding(SQLModel, table=True):
    """Something that is not as it should be, since when, and whether who runs the house was told."""

    __tablename__ = "finding"

    check: str = Field(primary_key=True, max_length=40)
    subject: str = Field(primary_key=True, max_length=80)
    organisation_id: str = Field(max_length=40)
    level: str = Field(max_length=12)
    since: datetime
    seen_at: datetime
    told_at: datetime | None = None


class Compatibility(SQLModel, table=True):
    """One row: the oldest revision whose program still reads and writes this database rightly."""

    __tablename__ = "compatibility"

    id: int = Field(default=1, primary_key=True)
    readable_from: str = Field(max_length=20)


AUDIT: Final[Table] = metadata.tables["audit_log"]
ALARM: Final[Table] = metadata.tables["staff_alarm"]
FINDING: Final[Table] = metadata.tables["finding"]
COMPATIBILITY: Final[Table] = metadata.tables["compatibility"]
