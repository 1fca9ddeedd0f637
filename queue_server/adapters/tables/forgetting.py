"""What was erased, so that it can be checked and stays so when an older backup is restored.

Nothing of a person stands here: ids, moments, and keyed hashes that are dropped after thirty days.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel


class Erasure(SQLModel, table=True):
    """One person whose data was erased; also appended to the journal that lies beside the backups.

    `kind` names the table (`booked_person`, `visitor_data`), `ref` the appointment or ticket, `kept_since`
    the erased row's `created_at`: after a restore ids are given again, and it tells two persons apart.
    """

    __tablename__ = "erasure"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    ref: int = Field(sa_type=BigInteger)
    kept_since: datetime
    at: datetime = Field(index=True)

    # Else SQLite gives the last id again once the row is gone, and the journal takes it for known.
    __table_args__ = {"sqlite_autoincrement": True}


class ErasedMark(SQLModel, table=True):
    """A keyed hash of one thing that was erased, for the audit to look for; `what` is `mail`, `phone`, …"""

    __tablename__ = "erased_mark"

    fingerprint: str = Field(primary_key=True, max_length=64)
    organisation_id: str = Field(max_length=40)
    what: str = Field(max_length=12)
    erased_at: datetime

    __table_args__ = (Index("ix_erased_mark_erased_at", "erased_at"),)
