"""What a clerk at the reception desk chose and typed, read from addresses and forms.

What lives here: query and form fields in, plain values out; nothing is looked up but the site's services.
What must not: times, bookings, pages. Names and contacts come in bodies only: an address may be logged.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, QueryParams

from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.interpreting import CODES
from queue_server.domain.needs import NEEDS
from queue_server.domain.reminding import CHOICES_MIN
from queue_server.domain.town import Service
from queue_server.services.concerns import PERSONS_MOST

COUNT: Final = "n-"
"""The field `n-id-card` holds how often the service `id-card` is wanted."""
REMINDERS: Final = tuple(reversed(CHOICES_MIN))
TEXT_MOST: Final = 200
Fields = QueryParams | FormData


@dataclass(frozen=True, slots=True)
class Wish:
    """The concern, and the day from which times are wanted (`day` None: as soon as possible)."""

    pairs: tuple[tuple[str, int], ...] = ()
    persons: int = 1
    day: date | None = None
    move: str = ""

    def counts(self) -> Mapping[str, int]:
        return dict(self.pairs)


@dataclass(frozen=True, slots=True)
class Typed:
    """The right column as it was typed; given back as it is when the booking is refused."""

    at: str = ""
    name: str = ""
    contact: str = ""
    remarks: str = ""
    needs: tuple[str, ...] = ()
    reminder: str = ""
    language: str = ""
    sms: bool = False
    own_day: str = ""
    own_time: str = ""
    reason: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return self.contact if "@" in self.contact else ""

    @property
    def phone(self) -> str:
        return "" if "@" in self.contact else self.contact

    @property
    def needs_of_time(self) -> tuple[str, ...]:
        """What the held time must offer. How soon somebody can interpret the desk judges by itself."""
        return tuple(one for one in self.needs if one not in CODES)

    @property
    def reminder_min(self) -> int | None:
        return int(self.reminder) if self.reminder else None

    @property
    def has_own_time(self) -> bool:
        return bool(self.own_day and self.own_time)

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """Return the chosen time, or the clerk's own; raises BadInput for what no page of ours sends."""
        text = f"{self.own_day}T{self.own_time}" if self.has_own_time else self.at
        try:
            found = datetime.fromisoformat(text)
        except ValueError as unread:
            raise BadInput(field="at") from unread
        if found.tzinfo is None and not self.has_own_time:
            raise BadInput(field="at")
        return found if found.tzinfo else found.replace(tzinfo=zone)


def read_wish(fields: Fields, services: Mapping[str, Service]) -> Wish:
    """Read the concern; counts and persons are brought into their bounds, an unknown service is NotFound."""
    counts: dict[str, int] = {}
    for name, value in fields.multi_items():
        if name.startswith(COUNT):
            _put(counts, services, name.removeprefix(COUNT), _whole(value, 1))
    if added := _text(fields, "add"):
        _put(counts, services, added, counts.get(added, 0) + 1)
    for changed in _texts(fields, "set"):
        service_id, _, count = changed.rpartition(":")
        _put(counts, services, service_id, _whole(count, 1))
    return Wish(
        tuple(counts.items()),
        min(max(_whole(fields.get("persons"), 1), 1), PERSONS_MOST),
        _day(_text(fields, "day")),
        _text(fields, "move")[:20],
    )


def read_typed(form: FormData, languages: Iterable[str], fallback: str, usual_reminder: int = 0) -> Typed:
    """Read the right column. What cannot be is left out or named in `problems`: field → key of a text.

    A reminder that reaches nobody is a problem when somebody chose it, and not when it is `usual_reminder`,
    which the form proposes.
    """
    language = _text(form, "language")
    typed = Typed(
        at=_text(form, "at")[:40],
        name=_text(form, "name")[:TEXT_MOST],
        contact=_text(form, "contact")[:TEXT_MOST],
        remarks=_text(form, "remarks")[: 5 * TEXT_MOST],
        needs=_needs(_texts(form, "needs")),
        reminder=found if (found := _text(form, "reminder")) in map(str, REMINDERS) else "",
        language=language if language in set(languages) else fallback,
        sms=bool(_text(form, "sms")),
        own_day=_text(form, "own_day")[:10],
        own_time=_text(form, "own_time")[:8],
        reason=_text(form, "reason")[:TEXT_MOST],
    )
    if not typed.contact and typed.reminder == str(usual_reminder):
        typed = replace(typed, reminder="")
    return _judged(typed)


def _needs(chosen: Collection[str]) -> tuple[str, ...]:
    """Return what is known of them; one person at most is to interpret."""
    return (*sorted(NEEDS.intersection(chosen)), *sorted(CODES.intersection(chosen))[:1])


def _judged(typed: Typed) -> Typed:
    problems: dict[str, str] = {}
    if not typed.at and not typed.has_own_time:
        problems["at"] = "desk.problem_at"
    if typed.contact and not _is_contact(typed.contact):
        problems["contact"] = "desk.problem_contact"
    if typed.reminder and not typed.contact:
        problems["contact"] = "desk.problem_reminder"
    if typed.has_own_time and not typed.reason:
        problems["reason"] = "desk.problem_reason"
    return replace(typed, problems=problems)


def _is_contact(text: str) -> bool:
    if "@" in text:
        local, _, host = text.rpartition("@")
        return bool(local) and "." in host.strip(".") and not any(sign.isspace() for sign in text)
    digits = sum(sign.isdecimal() for sign in text)
    return digits >= 5 and all(sign.isdecimal() or sign in " +-/()." for sign in text)


def _put(counts: dict[str, int], services: Mapping[str, Service], service_id: str, count: int) -> None:
    service = services.get(service_id)
    if service is None:
        raise NotFound(what="service", id=service_id)
    if count < 1:
        counts.pop(service_id, None)
    else:
        counts[service_id] = min(count, service.max_count)


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _texts(fields: Fields, name: str) -> list[str]:
    return [value for value in fields.getlist(name) if isinstance(value, str)]


def _whole(value: object, otherwise: int) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
