"""What a letter is about: its kind, the appointment, the site, the links. Facts only.

What must not live here: which lines a letter has (`services.letter_body`), and the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from queue_server.domain.town import Site, Town


class Kind(StrEnum):
    """Why a letter is written; also the kind of its row in the outbox."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    REQUESTED = "requested"
    """Asked for; the secretariat confirms it."""
    CONFIRM = "confirm"
    """Wished for, and the visitor has to confirm it by the link."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """Asked for, and nobody confirmed it in time."""
    WITHDRAWN = "withdrawn"
    """Asked for, and taken back by the visitor or at the desk before it was confirmed."""
    MUST_MOVE = "must_move"
    """The town hall cannot keep the time and asks for another one."""
    RESCUED = "rescued"
    """The town hall could not keep the time and has moved the appointment; the visitor may choose another."""
    STANDS = "stands"
    """What was written before is taken back: the appointment is as it was."""
    MISSED = "missed"
    ADMISSION = "admission"
    """How to be let in from now on, to who had booked before."""


FAREWELLS: Final = frozenset({Kind.CANCELLED, Kind.REFUSED, Kind.LAPSED, Kind.WITHDRAWN})
"""Letters after which there is nothing to come for."""
OVER: Final = FAREWELLS | {Kind.MISSED}
"""Letters about a time that is nobody's any more."""
NOT_TO_COME: Final = OVER | {Kind.MUST_MOVE}
"""Letters that bring nobody here: no number, nothing to bring."""
ASKING: Final = frozenset({Kind.REQUESTED, Kind.CONFIRM})
"""Letters about what is not certain yet."""
WITHOUT_CALENDAR: Final = frozenset(
    {*ASKING, Kind.REFUSED, Kind.LAPSED, Kind.WITHDRAWN, Kind.MUST_MOVE, Kind.MISSED, Kind.ADMISSION}
)
"""Nothing of these changes a calendar."""


class Say(Protocol):
    """The texts of one language."""

    @property
    def language(self) -> str: ...
    def __call__(self, key: str, **values: object) -> str: ...


class Visit(Protocol):
    """What a letter needs of an appointment."""

    @property
    def reference(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def minutes(self) -> int: ...
    @property
    def concern(self) -> tuple[tuple[str, int], ...]: ...
    @property
    def area_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses; an empty one is left out. None of them changes anything by being opened."""

    manage: str = ""
    move: str = ""
    cancel: str = ""
    book: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """All that one letter is about. `name` is what the visitor typed: it may hold anything.

    `talk_with` are the names of those to whom a visitor comes for a talk; `answer` is what the town hall
    wrote about a request; `until` when a request lapses.
    """

    kind: Kind
    town: Town
    site: Site
    appointment: Visit
    links: Links
    name: str = ""
    talk_with: tuple[str, ...] = ()
    answer: str = ""
    until: datetime | None = None
    also: tuple[Visit, ...] = ()
    """The second of two appointments one after the other."""
    own: Mapping[str, str] = field(default_factory=dict)
    """What the town wrote itself: templates by the field of `services.letter_texts`."""
    paper_answers: str = ""
    """What the visitor said to the questions about documents (`domain.papers`)."""
