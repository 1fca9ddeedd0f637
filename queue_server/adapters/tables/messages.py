"""What the ways to a visitor remember: who wants no text messages, how many were sent today.

No contact stands here, only its keyed hash.
"""

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class OptOut(SQLModel, table=True):
    """Somebody who wants no text messages any more. Kept until the desk takes it back."""

    __tablename__ = "opt_out"

    organisation_id: str = Field(primary_key=True, max_length=40)
    contact_hash: str = Field(primary_key=True, max_length=64)
    at: datetime


class SmsDay(SQLModel, table=True):
    """How many text messages a town has paid for on one day."""

    __tablename__ = "sms_day"

    organisation_id: str = Field(primary_key=True, max_length=40)
    day: date = Field(primary_key=True)
    sent: int = 0
