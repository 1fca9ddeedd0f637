"""The log and today's rows: what the fold of the log says, kept so that a start reads little.

No personal data here: names, contacts and needs lie in `tables.visitors`.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKeyConstraint, Index, Integer, text
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import enum_type
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import Adjustment, DueReason, Origin, TicketState

ABOUT_DOCUMENTS: Final = "type IN ('DocumentWasMissing', 'DocumentWasThere')"
"""The few entries that have an index of their own; a query that wants it says it in the same words."""


class SiteStream(SQLModel, table=True):
    """A site's place in its log. Taking this row is the site's lock **and** its sequence.

    `holds_post`: the database was restored, and what is posted is held until staff have said what to do.
    `forgotten_seq`: up to here the log is forgotten, with its rows, after years; `check` begins behind it.
    """

    __tablename__ = "site_stream"

    site_id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(max_length=40)
    seq: int = Field(default=0, sa_type=BigInteger)
    business_day: date | None = None
    last_at: datetime | None = None
    holds_post: bool = False
    forgotten_seq: int = Field(default=0, sa_type=BigInteger)


class EventRow(SQLModel, table=True):
    """One entry of a site's log: appended, never changed, and deleted after years."""

    __tablename__ = "event"

    site_id: str = Field(primary_key=True, max_length=40)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    at: datetime
    business_day: date
    type: str = Field(max_length=40)
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))

    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["site_stream.site_id"]),
        Index("ix_event_day", "site_id", "business_day", "seq"),
        Index(
            "ix_event_document",
            "site_id",
            "business_day",
            sqlite_where=text(ABOUT_DOCUMENTS),
            postgresql_where=text(ABOUT_DOCUMENTS),
        ),
    )


class TicketRow(SQLModel, table=True):
    """A visit, as the fold of the log tells it."""

    __tablename__ = "ticket"

    site_id: str = Field(primary_key=True, max_length=40)
    id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    business_day: date
    number: int
    key: str = Field(max_length=40)
    state: TicketState = Field(sa_type=enum_type(TicketState))
    origin: Origin = Field(sa_type=enum_type(Origin))
    concern: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    persons: int
    language: str = Field(max_length=12)
    expected_min: int
    area_id: str | None = Field(default=None, max_length=40)
    arrived_at: datetime
    due_at: datetime
    due_reason: DueReason = Field(sa_type=enum_type(DueReason))
    state_at: datetime
    appointed_at: datetime | None = None
    adjustment: Adjustment | None = Field(default=None, sa_type=enum_type(Adjustment), nullable=True)
    counter_id: str | None = Field(default=None, max_length=40)
    bound_counter_id: str | None = Field(default=None, max_length=40)
    last_counter_id: str | None = Field(default=None, max_length=40)
    joined_to: int | None = Field(default=None, sa_type=BigInteger)
    call_seq: int | None = Field(default=None, sa_type=BigInteger)
    called_at: datetime | None = None
    call_kind: str | None = Field(default=None, max_length=8)
    called_from: TicketState | None = Field(
        default=None, sa_type=enum_type(TicketState, "called_from"), nullable=True
    )
    call_finished: int | None = Field(default=None, sa_type=BigInteger)
    after: int | None = Field(default=None, sa_type=BigInteger)
    first_called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    secret_version: int = 1
    counters: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))

    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["site_stream.site_id"]),
        Index("ix_ticket_day", "site_id", "business_day"),
        # A counter calls or serves one visit at most; those joined to it follow their leader.
        Index(
            "uq_ticket_at_counter",
            "site_id",
            "counter_id",
            unique=True,
            sqlite_where=text("state IN ('called', 'serving') AND joined_to IS NULL"),
            postgresql_where=text("state IN ('called', 'serving') AND joined_to IS NULL"),
        ),
    )


class CounterStatusRow(SQLModel, table=True):
    """A counter's state today."""

    __tablename__ = "counter_status"

    site_id: str = Field(primary_key=True, max_length=40)
    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(max_length=40)
    business_day: date
    state: CounterState = Field(sa_type=enum_type(CounterState))
    state_at: datetime | None = None
    ticket_id: int | None = Field(default=None, sa_type=BigInteger)


class DayStatusRow(SQLModel, table=True):
    """What holds for a whole site on one business day."""

    __tablename__ = "day_status"

    site_id: str = Field(primary_key=True, max_length=40)
    business_day: date = Field(primary_key=True)
    organisation_id: str = Field(max_length=40)
    issuing: bool = True
    call_mode: str | None = Field(default=None, max_length=8)


class NumberLeaseRow(SQLModel, table=True):
    """The right to a number: the key makes two visits with one number impossible."""

    __tablename__ = "number_lease"

    site_id: str = Field(primary_key=True, max_length=40)
    business_day: date = Field(primary_key=True)
    number: int = Field(primary_key=True)
    organisation_id: str = Field(max_length=40)
    ticket_id: int = Field(sa_type=BigInteger)
    ended_at: datetime | None = None


class CounterBinding(SQLModel, table=True):
    """Which clerk, in which session, holds an open counter. A plain row: the log names no clerk."""

    __tablename__ = "counter_binding"

    counter_id: str = Field(primary_key=True, max_length=40)
    site_id: str = Field(max_length=40, index=True)
    organisation_id: str = Field(max_length=40)
    clerk_id: str = Field(max_length=40)
    session_ref: str = Field(max_length=80)
    bound_at: datetime


class CommandAnswer(SQLModel, table=True):
    """The first answer to a `request_id`, kept for 48 h in the same commit as what it did. No secrets."""

    __tablename__ = "command_answer"

    scope: str = Field(primary_key=True, max_length=80)
    request_id: str = Field(primary_key=True, max_length=80)
    organisation_id: str = Field(max_length=40)
    fingerprint: str = Field(max_length=64)
    answer: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(index=True)


class PrintJobRow(SQLModel, table=True):
    """A slip to print: offered once; after bytes were sent only a person asks for another attempt."""

    __tablename__ = "print_job"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    kiosk_id: str = Field(max_length=40)
    ticket_id: int = Field(sa_type=BigInteger)
    attempt: int = 1
    state: str = Field(default="waiting", max_length=12)
    code: str = Field(default="", max_length=40)
    ahead: int | None = None
    from_min: int | None = None
    to_min: int | None = None
    created_at: datetime
    reported_at: datetime | None = None

    __table_args__ = (
        Index("ix_print_job_open", "kiosk_id", "state"),
        Index("uq_print_job_attempt", "site_id", "ticket_id", "attempt", unique=True),
    )


class Meta(SQLModel, table=True):
    """Facts about this file: its epoch, when it was restored."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=400)
