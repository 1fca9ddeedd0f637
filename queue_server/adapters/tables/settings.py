"""A town's set-up as dated versions: figures need a past, so nothing is overwritten."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class SettingVersion(SQLModel, table=True):
    """One version of one thing of the set-up (`kind` such as `site`, `service`, `clerk`).

    The newest version holds. `body` None: removed. `position` keeps the order of the set-up.
    """

    __tablename__ = "setting_version"

    organisation_id: str = Field(primary_key=True, max_length=40)
    kind: str = Field(primary_key=True, max_length=20)
    id: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    position: int = 0
    valid_from: datetime
    body: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
