"""The tables of who sets the town up: changes that begin later, a rescued day, pictures for displays.

What lives here: columns. What must not: a visitor's data, in any column; the set-up that holds (`settings`).
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, LargeBinary, Table
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import metadata


class PlannedChange(SQLModel, table=True):
    """Changes of the set-up that take effect when the local date `starts` begins.

    `changes` is a list of `domain.town_diff.Change` as JSON. One of `applied_at`, `withdrawn_at` ends it;
    `left` tells which of them no longer fitted when the day came.
    """

    __tablename__ = "planned_change"

    id: str = Field(primary_key=True, max_length=32)
    organisation_id: str = Field(index=True, max_length=40)
    starts: date
    changes: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime
    made_by: str = Field(max_length=60)
    applied_at: datetime | None = None
    withdrawn_at: datetime | None = None
    left: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class Rescue(SQLModel, table=True):
    """What one day rescue did: ids and times only, enough to take it back."""

    __tablename__ = "rescue"

    id: str = Field(primary_key=True, max_length=32)
    organisation_id: str = Field(index=True, max_length=40)
    department_id: str | None = Field(default=None, max_length=40)
    site_id: str | None = Field(default=None, max_length=40)
    made_at: datetime
    made_by: str = Field(max_length=60)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = None


class Picture(SQLModel, table=True):
    """A picture that displays show while nobody is called; `id`: hash of its bytes, `name`: what it shows."""

    __tablename__ = "picture"

    organisation_id: str = Field(primary_key=True, max_length=40)
    id: str = Field(primary_key=True, max_length=64)
    media_type: str = Field(max_length=20)
    name: str = Field(max_length=160)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime


PLANNED: Final[Table] = metadata.tables["planned_change"]
RESCUE: Final[Table] = metadata.tables["rescue"]
PICTURE: Final[Table] = metadata.tables["picture"]
