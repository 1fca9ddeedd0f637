"""The table of figures: what was counted of each day that is over. Counts and minutes only, of nobody."""

from datetime import date
from typing import Any, Final

from sqlalchemy import JSON, Column, Table
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


DAY_FIGURES: Final[Table] = metadata.tables["day_figures"]
