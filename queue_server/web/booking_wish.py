"""What somebody wishes to book, as it travels from step to step: in a query, or in the fields of a form.

What lives here: reading it and writing it, without a thought whether it can be had. What must not:
anything about the person. Queries stand in logs and histories, so names and contacts have a class of
their own (`web.booking_person`) that is read from the body of a POST alone.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import quote_plus

from queue_server.domain.errors import BadInput
from queue_server.domain.papers import read_answers, written_answers

LONGEST: Final = 200
MOST_SERVICES: Final = 20
YEARS: Final = range(2000, 2200)
"""Other years are a slip or a game; beyond them lies the end of the calendar."""
_quoted: Final = lru_cache(1000)(quote_plus)
"""A month sheet has forty addresses that differ by a day; quoting was most of the work of making them."""
_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_ANSWER: Final = "a-"


class Fields(Protocol):
    """What a query and a form have in common."""

    def get(self, key: str) -> object: ...
    def getlist(self, key: str) -> Sequence[object]: ...
    def keys(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """One state of the steps. `hold` 0: no time is held; `persons` 0: what was typed is no number.

    `clerk`: for whom the visitor comes, where several may be meant. `answers`: what was said to the questions
    about documents (`domain.papers`). `asks`: what the times must offer (`services.concerns.asking`); it
    follows from needs, so it is taken from what was typed and stands in no address and no field.
    """

    town_id: str = ""
    site_id: str = ""
    services: tuple[tuple[str, int], ...] = ()
    persons: int = 1
    search: str = ""
    step: int = 1
    month: str = ""
    day: date | None = None
    after_work: bool = False
    every_time: bool = False
    hold: int = 0
    clerk: str = ""
    answers: tuple[str, ...] = ()
    asks: frozenset[str] = frozenset()

    def but(self, **changes: object) -> "Wish":
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(id_ for id_, _ in self.services)

    def count(self, service_id: str) -> int:
        """Return the count chosen for a service, 1 when it is not chosen."""
        return next((count for id_, count in self.services if id_ == service_id), 1)

    def url(self) -> str:
        """Return the address of this state; the site stands in the path, as in a town's deep links."""
        path = f"/termin/{self.site_id}" if self.site_id else "/termin"
        query = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in self.fields() if k != "site")
        return f"{path}?{query}" if query else path

    def fields(self, *leave_out: str) -> list[tuple[str, str]]:
        """Return name and value of each hidden field, without what is as it is by itself."""
        return [pair for pair in self._fields() if pair[0] not in leave_out]

    def _fields(self) -> Iterator[tuple[str, str]]:
        plain: Mapping[str, object] = {
            "town": self.town_id,
            "site": self.site_id,
            "step": self.step if self.step > 1 else "",
            "persons": self.persons if self.persons != 1 else "",
            "q": self.search,
            "month": self.month,
            "day": self.day or "",
            "late": "1" if self.after_work else "",
            "all": "1" if self.every_time else "",
            "hold": self.hold or "",
            "with": self.clerk,
        }
        for id_, count in self.services:
            yield "s", id_
            if count != 1:
                yield f"n-{id_}", str(count)
        yield from ((name, str(value)) for name, value in plain.items() if value)
        for key, reply in read_answers(self.answers).items():
            yield f"{_ANSWER}{key}", reply.value


def read_wish(fields: Fields, site_id: str = "", service_id: str = "") -> Wish:
    """Read a query or a form; `site_id` and `service_id` stand in the path of a deep link."""
    chosen = _slugs([*([service_id] if service_id else []), *fields.getlist("s")])
    return Wish(
        town_id=_slug(fields.get("town")),
        site_id=site_id or _slug(fields.get("site")),
        services=tuple((id_, _number(fields.get(f"n-{id_}"), 1)) for id_ in chosen),
        persons=_number(fields.get("persons"), 1),
        search=text(fields.get("q")),
        step=min(4, max(1, _number(fields.get("step"), 1))),
        month=_month(fields.get("month")),
        day=_date(fields.get("day")),
        after_work=bool(fields.get("late")),
        every_time=bool(fields.get("all")),
        hold=_number(fields.get("hold"), 0),
        clerk=_slug(fields.get("with")),
        answers=_answers(fields),
    )


def text(value: object, longest: int = LONGEST) -> str:
    """Return what was typed in one line: no control characters, no spaces around it."""
    kept = "".join(c if c.isprintable() else " " for c in value) if isinstance(value, str) else ""
    return " ".join(kept.split())[:longest]


def read_moment(value: object) -> datetime:
    """Return the time; raises BadInput for what no page of ours offers."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise BadInput(field="at")
    return found


def _answers(fields: Fields) -> tuple[str, ...]:
    names = [name for name in fields.keys() if name.startswith(_ANSWER)]  # noqa: SIM118 -- no mapping
    return written_answers(read_answers(f"{name.removeprefix(_ANSWER)}:{fields.get(name)}" for name in names))


def _slugs(values: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(slug for slug in map(_slug, values) if slug))[:MOST_SERVICES]


def _slug(value: object) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _number(value: object, default: int) -> int:
    """Return a small whole number; 0 for what is none, so that the step can say so."""
    if not isinstance(value, str) or not value.strip():
        return default
    value = value.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _month(value: object) -> str:
    day = _date(f"{value}-01")
    return f"{day:%Y-%m}" if day else ""


def _date(value: object) -> date | None:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
    return found if found is not None and found.year in YEARS else None
