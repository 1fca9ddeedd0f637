"""A site's day on paper, for the hour in which nothing else works: what is known, and what stands on it.

What must not live here: where it comes from (`adapters.daysheet.rows`), its words (`services.day_sheet`), and
how it is drawn (`adapters.daysheet.paper`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Concern = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """One appointment of the day. `name` is empty unless names were asked for."""

    starts_at: datetime
    number: int | None
    concern: Concern
    persons: int
    clerk_id: str | None
    state: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody with a number who waits now, in the order of calling."""

    number: int
    concern: Concern
    arrived_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a sheet. `widths` are shares of the page, `numbers` is the column that is called out."""

    title: str
    head: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    numbers: int
    when_empty: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on the paper, in words. `page` has the places `{page}` and `{pages}`."""

    title: str
    town: str
    site: str
    day: str
    made: str
    note: str
    page: str
    language: str
    parts: Sequence[Part]
