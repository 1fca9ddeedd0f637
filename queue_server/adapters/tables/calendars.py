"""What of ours stands in clerks' own calendars, and the secret feeds of their appointments."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class CalendarCopy(SQLModel, table=True):
    """An appointment as it was last written into a clerk's calendar.

    `href` and `etag` are the server's: we change only what nobody changed since (RFC 4791 section 5.3.4).
    `sequence` is that of the entry (RFC 5545 section 3.8.7.4). `starts_at` and `minutes` are what was
    written: another time there is the clerk's doing. `trouble` says what is not as it should be, in a word.
    """

    __tablename__ = "calendar_copy"

    site_id: str = Field(primary_key=True, max_length=40)
    appointment_id: int = Field(primary_key=True, sa_type=BigInteger)
    clerk_id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(max_length=40)
    href: str = Field(max_length=500)
    etag: str = Field(default="", max_length=200)
    sequence: int = Field(default=0, sa_type=BigInteger)
    starts_at: datetime
    minutes: int
    trouble: str = Field(default="", max_length=40)
    written_at: datetime

    __table_args__ = (Index("ix_calendar_copy_clerk", "clerk_id"),)


class CalendarFeed(SQLModel, table=True):
    """The version of a clerk's feed: raising it makes every copy of the old address worthless.

    Below zero the feed is closed; the number is kept, so that no old address opens again.
    """

    __tablename__ = "calendar_feed"

    clerk_id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(max_length=40)
    version: int = 1
