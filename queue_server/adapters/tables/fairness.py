"""What keeps booking fair: how often a contact booked today, who may book more, which limits staff lifted.

No contact stands here, only its keyed hash; that is erased when the day is over.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class ContactDay(SQLModel, table=True):
    """How many bookings one contact has made on one day, also those that were cancelled since.

    Apart from `booked_person`: cancelling erases the person, and would begin the count anew.
    """

    __tablename__ = "contact_day"

    organisation_id: str = Field(primary_key=True, max_length=40)
    day: date = Field(primary_key=True)
    contact_hash: str = Field(primary_key=True, max_length=64)
    made: int
    erase_after: datetime = Field(index=True)


class OverruleRow(SQLModel, table=True):
    """A limit that somebody of the staff has lifted for one booking, and why. Kept for good.

    `by` is the clerk's id, or the user name of an account without one. The reason is free text, so it
    must not stand in the log.
    """

    __tablename__ = "overrule"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    appointment_id: int = Field(sa_type=BigInteger)
    at: datetime
    by: str = Field(max_length=100)
    what: str = Field(max_length=12)
    reason: str = Field(max_length=400)

    __table_args__ = (Index("ix_overrule_appointment", "site_id", "appointment_id"),)


class HelperRow(SQLModel, table=True):
    """An institution that books for many people. `site_id` NULL: at all sites of the town."""

    __tablename__ = "helper"

    id: str = Field(primary_key=True, max_length=16)
    organisation_id: str = Field(max_length=40)
    site_id: str | None = Field(default=None, max_length=40)
    name: str = Field(max_length=100)
    code_hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    revoked_at: datetime | None = None
    bookings: int = 0
    last_booked_at: datetime | None = None
