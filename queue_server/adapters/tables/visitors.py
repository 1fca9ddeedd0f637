"""Visitors' data, apart from everything else and erased soon. Displays, kiosks and phones never see it.

A test holds that no module on their road imports this one.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, text
from sqlmodel import Field, SQLModel

WISHES_INTERPRETER: Final = "CAST(needs AS TEXT) LIKE '%interpreter%'"
"""The few who wish one have an index of their own; a query that wants it says it in the same words."""


class VisitorData(SQLModel, table=True):
    """What a visitor told about themselves. `needs` are codes (`more_time`, `deaf`, …): health data."""

    __tablename__ = "visitor_data"

    site_id: str = Field(primary_key=True, max_length=40)
    ticket_id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    needs: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime


class BookedPerson(SQLModel, table=True):
    """Who booked. Erased after the appointment by a job, and on cancelling at once.

    `mail_trouble` and `phone_trouble` say in a word why nothing arrives there (an answer of the mail
    server that will not change). `sms`: text messages are wished for. `contact_hash` and `second_hash` are
    keyed hashes of the contacts as they are counted: a plain hash of a telephone number is found out by
    trying all of them.
    """

    __tablename__ = "booked_person"

    site_id: str = Field(primary_key=True, max_length=40)
    appointment_id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    birth_date: str = ""
    for_whom: str = ""
    remarks: str = ""
    needs: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    reminder_min: int | None = None
    by: str = ""
    answer: str = ""
    sms: bool = False
    paper_answers: str = Field(default="", max_length=400)
    mail_trouble: str = Field(default="", max_length=40)
    phone_trouble: str = Field(default="", max_length=40)
    contact_hash: str = Field(default="", max_length=64, index=True)
    second_hash: str = Field(default="", max_length=64, index=True)
    created_at: datetime
    erase_after: datetime = Field(index=True)

    __table_args__ = (
        Index(
            "ix_booked_person_interpreter",
            "site_id",
            sqlite_where=text(WISHES_INTERPRETER),
            postgresql_where=text(WISHES_INTERPRETER),
        ),
    )


class InterpreterOrder(SQLModel, table=True):
    """An interpreter who was arranged for a time at which nobody needs one any more.

    It stays until somebody has told them, or the time has come. No name and no contact; `reference` is empty
    once its holder had their data deleted. `spoken` is empty where nobody knew the language.
    """

    __tablename__ = "interpreter_order"

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    organisation_id: str = Field(max_length=40)
    site_id: str = Field(index=True, max_length=40)
    reference: str = Field(index=True, max_length=12)
    spoken: str = Field(max_length=12)
    starts_at: datetime
    settled_at: datetime | None = None

    # Else SQLite gives the last id again once the row is gone, and an old page settles another one.
    __table_args__ = {"sqlite_autoincrement": True}
