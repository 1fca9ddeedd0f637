"""Visitors' data, apart from everything else and erased soon. Displays, kiosks and phones never see it.

A test holds that no module on their road imports this one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class VisitorData(SQLModel, table=True):
    """What a visitor told about themselves. `needs` are codes (`more_time`, `deaf`, …): health data."""

    __tablename__ = "visitor_data"

    site_id: str = Field(primary_key=True, max_length=40)
    ticket_id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation_id: str = Field(max_length=40)
    needs: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime
