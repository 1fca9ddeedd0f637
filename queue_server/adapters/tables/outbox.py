"""What is to be sent: written in the commit of what it tells, sent later, sent again when it failed.

Mail, text messages and entries in clerks' calendars are one table: `channel` says which way a row leaves.

`payload` holds ids and numbers only; whoever sends reads the contact from `tables.visitors` then.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer
from sqlmodel import Field, SQLModel


class OutboxRow(SQLModel, table=True):
    """One letter. `dedupe_key` makes the same change post one letter, however often it is told.

    `first_due_at` stays when `due_at` moves on with each try: so it is known how late it is. `held`: a
    restored database may have sent it already, so staff let it go.

    Who works on it holds a lease: `claimed_by` until `lease_until`. `tries` counts the claims and is the
    fence: who was too slow finds another number and notes nothing.
    """

    __tablename__ = "outbox"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    channel: str = Field(default="mail", max_length=12)
    kind: str = Field(max_length=20)
    appointment_id: int = Field(sa_type=BigInteger)
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    dedupe_key: str = Field(max_length=120)
    state: str = Field(default="waiting", max_length=12)
    created_at: datetime
    first_due_at: datetime
    due_at: datetime
    tries: int = 0
    claimed_by: str = Field(default="", max_length=40)
    lease_until: datetime | None = None
    last_error: str = Field(default="", max_length=400)

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'held', 'sent', 'failed', 'cancelled')", name="state"),
        CheckConstraint("channel IN ('mail', 'sms', 'calendar')", name="channel"),
        Index("uq_outbox_dedupe_key", "dedupe_key", unique=True),
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_appointment", "site_id", "appointment_id"),
    )
