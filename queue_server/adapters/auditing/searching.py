"""Looking at one text: is anything of an erased person in it, or a contact that belongs nowhere there.

What must not live here: where texts come from, and the text of a finding: none leaves this module.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.forgetting.marks import MARK, fingerprint
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.settings import SettingVersion
from queue_server.domain.traces import Trace, contacts_in, traces_in

SETTING = table(SettingVersion)
ERASED, LOOKS_LIKE, OVERDUE = "erased", "looks_like", "overdue"
SHORTEST_NUMBER: Final = 10**5
"""A telephone has six digits or more. Events are full of smaller numbers."""
_REMEMBERED: Final = 20_000
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
"""Events are full of these, too, and looking for telephones in them takes a third of the time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be there. `row` says where to look; what stands there is never repeated.

    `how`: `erased` is a trace of somebody who was erased, `looks_like` a contact of anybody, `overdue` a row
    that should be gone.
    """

    place: str
    row: str
    kind: str
    how: str


@dataclass(slots=True)
class Searcher:
    """Knows the marks of who was erased, and the offices' own contacts, which are nobody's data."""

    key: bytes
    marks: frozenset[str]
    offices: frozenset[Trace]
    _seen: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The same few words stand in thousands of rows.
        self._seen = lru_cache(_REMEMBERED)(self._look)

    @classmethod
    def of(cls, connection: Connection, key: bytes) -> "Searcher":
        marks = connection.execute(sa.select(MARK.c.fingerprint)).scalars()
        bodies = connection.execute(sa.select(SETTING.c.body).where(SETTING.c.body.is_not(None))).scalars()
        offices = {trace for body in bodies for text in texts_of(body) for trace in contacts_in(text)}
        return cls(key, frozenset(marks), frozenset(offices))

    def find(self, text: str, *, patterns: bool = True) -> frozenset[tuple[str, str]]:
        """Return (kind, how) of all that is in a text; with `patterns` also contacts of anybody."""
        found: frozenset[tuple[str, str]] = self._seen(text) if len(text) < 200 else self._look(text)
        return found if patterns else frozenset(one for one in found if one[1] == ERASED)

    def _look(self, text: str) -> frozenset[tuple[str, str]]:
        found = set()
        if _MOMENT.fullmatch(text):
            return frozenset()
        if self.marks:
            theirs = traces_in(text) - self.offices
            found = {(trace[0], ERASED) for trace in theirs if fingerprint(self.key, trace) in self.marks}
        anybodys = {(kind, LOOKS_LIKE) for kind, _ in contacts_in(text) - self.offices}
        return frozenset(found | {one for one in anybodys if (one[0], ERASED) not in found})


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a column's value; a JSON value has many, and its numbers may be telephones."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_of(name)
            yield from texts_of(inner)
    elif isinstance(value, list | tuple):
        yield from _texts_of_all(value)
    elif isinstance(value, int) and value >= SHORTEST_NUMBER:
        yield str(value)


def _texts_of_all(values: Iterable[Any]) -> Iterator[str]:
    # Told together, too: somebody may keep first and last name apart.
    values = list(values)
    for value in values:
        yield from texts_of(value)
    words = [value for value in values if isinstance(value, str)]
    if len(words) > 1:
        yield " ".join(words)
