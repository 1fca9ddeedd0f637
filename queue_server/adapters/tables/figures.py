"""The tables of figures: what was counted of each day that is over, how long visits took, which waits pages
showed, the monthly sheet on its way.

Counts and minutes only, of nobody but by a visit's id.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import metadata


class DayFigures(SQLModel, table=True):
    """A site's business day, counted from the log by `version` of `domain.figures.day`.

    Stays when the log's past is forgotten.
    """

    __tablename__ = "day_figures"

    site_id: str = Field(primary_key=True, max_length=40)
    business_day: date = Field(primary_key=True)
    organisation_id: str = Field(max_length=40)
    version: int
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class SheetLetter(SQLModel, table=True):
    """The monthly sheet of one month on its way to one mailbox of the town's; there once for both.

    Posted in the commit that claims the month, so it leaves later, whatever happens in between. Leases and
    fences are those of `tables.outbox`, which has a visitor and a booking for each row.
    """

    __tablename__ = "sheet_letter"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    month: str = Field(max_length=7)
    mailbox: str = Field(max_length=254)
    state: str = Field(default="waiting", max_length=12)
    created_at: datetime
    due_at: datetime
    tries: int = 0
    claimed_by: str = Field(default="", max_length=40)
    lease_until: datetime | None = None
    last_error: str = Field(default="", max_length=400)

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'held', 'sent', 'failed', 'cancelled')", name="state"),
        UniqueConstraint("organisation_id", "month", "mailbox"),
        Index("ix_sheet_letter_due", "state", "due_at"),
    )


class DayDurations(SQLModel, table=True):
    """How long the visits of a site's business day took, by concern: read from the log by `version` of
    `domain.durations.served`.

    Kept as long as it is learned from, and no longer.
    """

    __tablename__ = "day_durations"

    site_id: str = Field(primary_key=True, max_length=40)
    business_day: date = Field(primary_key=True)
    organisation_id: str = Field(max_length=40)
    version: int
    body: list[Any] = Field(sa_column=Column(JSON, nullable=False))


class ToldRange(SQLModel, table=True):
    """A range in minutes that a visitor's page showed from `at` on, after the number was taken.

    Beside the log, for it changes nothing in the hall: see `docs/decisions/waiting-time.md`. Kept as long as
    it is judged by, and no longer.
    """

    __tablename__ = "told_range"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    business_day: date
    ticket_id: int = Field(sa_type=BigInteger)
    at: datetime
    from_min: int
    to_min: int

    __table_args__ = (Index("ix_told_range_day", "site_id", "business_day"),)


DAY_DURATIONS: Final[Table] = metadata.tables["day_durations"]
DAY_FIGURES: Final[Table] = metadata.tables["day_figures"]
SHEET_LETTER: Final[Table] = metadata.tables["sheet_letter"]
TOLD_RANGE: Final[Table] = metadata.tables["told_range"]
