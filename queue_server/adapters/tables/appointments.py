"""The visitors' book: appointments as the fold of the log tells them, and whose time they take up.

No personal data here: names and contacts lie in `tables.visitors`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import enum_type
from queue_server.domain.appointment import AppointmentState

_NUMBERED = "number IS NOT NULL AND state IN ('booked', 'checked_in', 'missed')"


class AppointmentRow(SQLModel, table=True):
    """A held or booked time. `day` is the site's local date; `client` is a keyed hash, no address."""

    __tablename__ = "appointment"

    site_id: str = Field(primary_key=True, max_length=40)
    id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    day: date
    reference: str = Field(max_length=12)
    state: AppointmentState = Field(sa_type=enum_type(AppointmentState))
    starts_at: datetime
    minutes: int
    concern: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    persons: int
    area_id: str | None = Field(default=None, max_length=40)
    language: str = Field(max_length=12)
    channel: str = Field(max_length=12)
    held_until: datetime
    state_at: datetime
    created_at: datetime
    extensions: int = 0
    replaces: int | None = Field(default=None, sa_type=BigInteger)
    replaces_site: str | None = Field(default=None, max_length=40)
    follows: int | None = Field(default=None, sa_type=BigInteger)
    number: int | None = None
    ticket_id: int | None = Field(default=None, sa_type=BigInteger)
    clerk_id: str | None = Field(default=None, max_length=40)
    client: str = Field(default="", max_length=64)
    secret_version: int = 1
    confirmed_by: str = Field(default="", max_length=12)
    refused: bool = False

    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["site_stream.site_id"]),
        Index("uq_appointment_reference", "reference", unique=True),
        Index("ix_appointment_state", "site_id", "state", "day"),
        # Nobody hears the number of two.
        Index(
            "uq_appointment_number",
            "site_id",
            "day",
            "number",
            unique=True,
            sqlite_where=text(_NUMBERED),
            postgresql_where=text(_NUMBERED),
        ),
    )


class ClerkCell(SQLModel, table=True):
    """Five minutes of a clerk, taken by one live appointment: the key makes double booking impossible."""

    __tablename__ = "clerk_cell"

    clerk_id: str = Field(primary_key=True, max_length=40)
    cell: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    appointment_id: int = Field(sa_type=BigInteger)

    __table_args__ = (
        Index("ix_clerk_cell_appointment", "site_id", "appointment_id"),
        Index("ix_clerk_cell_organisation", "organisation_id"),
    )
