"""What a letter to a visitor says: facts of one appointment in, subject and texts out.

What lives here: which lines a letter has, in which order, as plain text; its HTML is drawn by a template
from the same lines. What must not: the words (they stand in `locale/*/post.po`), who is written to, how
it travels. The subject is neutral: it stands on locked screens, so it names neither concern nor person.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from queue_server.domain.town import Service, Site, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.services.wording import in_words

_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and marks that turn the direction of all that follows."""
_SPACES: Final = re.compile(r"\s+")
_RULE: Final = "-" * 40


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


FAREWELLS: Final = frozenset({Kind.CANCELLED, Kind.REFUSED, Kind.LAPSED, Kind.WITHDRAWN})
"""Letters after which there is nothing to come for."""
ASKING: Final = frozenset({Kind.REQUESTED, Kind.CONFIRM})
"""Letters about what is not certain yet."""
_OF_REQUESTS: Final = frozenset({*ASKING, Kind.REFUSED, Kind.LAPSED, Kind.WITHDRAWN})
"""Nothing of these belongs into a calendar."""


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


@dataclass(frozen=True, slots=True)
class Fact:
    """One line with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """One address with its label."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Body:
    """A letter's lines, the same for text and HTML."""

    heading: str
    greeting: str
    opening: str
    said_title: str = ""
    said: str = ""
    number: str = ""
    number_label: str = ""
    number_hint: str = ""
    facts: tuple[Fact, ...] = ()
    notice: str = ""
    documents_title: str = ""
    documents: tuple[str, ...] = ()
    forms_title: str = ""
    forms: tuple[Link, ...] = ()
    acts_title: str = ""
    acts: tuple[Link, ...] = ()
    acts_hint: str = ""
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the calendar file says of the visit: nothing of the concern, and no secret."""

    summary: str
    location: str
    description: str
    cancelled: bool
    visit: Visit


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be sent. `calendar` is the .ics file, empty when there is none."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    calendar: bytes = field(default=b"", repr=False)
    calendar_name: str = ""


Draw = Callable[[Mapping[str, Any]], str]
"""Renders `mail_letter.html` from its values."""


def write_letter(
    notice: Notice, say: Say, draw: Draw, calendar: Callable[[Sequence[Entry]], bytes]
) -> Letter:
    """Return the letter in the language of `say`. `calendar` makes the file of its entries."""
    body = body_of(notice, say)
    values = {"body": body, "town_name": in_language(notice.town.name, say.language)}
    return Letter(
        subject(notice, say),
        as_text(body),
        draw({**values, "_": say}),
        _calendar(notice, say, calendar),
        say("post.calendar_name"),
    )


def _calendar(notice: Notice, say: Say, calendar: Callable[[Sequence[Entry]], bytes]) -> bytes:
    if notice.kind in _OF_REQUESTS:
        return b""  # nothing is certain
    return calendar([entry_of(replace(notice, appointment=one), say) for one in _visits(notice)])


def subject(notice: Notice, say: Say) -> str:
    """Return the subject, one line, without concern, name or place."""
    return plain(say(f"post.subject_{notice.kind}", when=_when(notice, say)))


def body_of(notice: Notice, say: Say) -> Body:
    """Return the lines of a letter."""
    name = plain(notice.name)
    kind = notice.kind
    common: dict[str, Any] = {
        "heading": say(f"post.heading_{kind}"),
        "greeting": say("post.greeting_name", name=name) if name else say("post.greeting"),
        "opening": say(f"post.opening_{kind}"),
        "said_title": say("post.said") if notice.answer else "",
        "said": plain(notice.answer),
        "closing": tuple(_closing(notice, say)),
    }
    if kind in FAREWELLS:
        acts = _links((say("post.act_book"), notice.links.book))
        title = say("post.acts_again") if acts else ""
        return Body(**common, facts=tuple(_facts(notice, say)), acts=acts, acts_title=title)
    documents, forms = _documents(notice, say), _forms(notice, say)
    acts = _links(
        (say("post.act_confirm"), notice.links.confirm),
        (say("post.act_move"), notice.links.move),
        (say("post.act_withdraw" if kind in ASKING else "post.act_cancel"), notice.links.cancel),
        (say("post.act_look" if kind in ASKING else "post.act_manage"), notice.links.manage),
    )
    return Body(
        **common,
        number=str(notice.appointment.number or ""),
        number_label=say("post.number"),
        number_hint=say("post.number_hint"),
        facts=tuple(_facts(notice, say)),
        notice=in_language(notice.site.admission_notice, say.language),
        documents=documents,
        documents_title=say("post.documents") if documents else "",
        forms=forms,
        forms_title=say("post.forms") if forms else "",
        acts=acts,
        acts_title=say("post.acts_confirm" if kind is Kind.CONFIRM else "post.acts") if acts else "",
        acts_hint=say("post.acts_hint") if acts else "",
    )


def as_text(body: Body) -> str:
    """Return the lines as plain text, for reading without HTML."""
    blocks = [
        body.greeting,
        body.opening,
        f"{body.said_title}: {body.said}" if body.said else "",
        f"{body.number_label}: {body.number}\n{body.number_hint}" if body.number else "",
        "\n".join(f"{fact.label}: {fact.value}" for fact in body.facts),
        body.notice,
        _listed(body.documents_title, [f"[ ] {document}" for document in body.documents]),
        _listed(body.forms_title, [f"{form.label}: {form.address}" for form in body.forms]),
        _listed(body.acts_title, [f"{act.label}:\n{act.address}" for act in body.acts]),
        body.acts_hint,
        _RULE,
        "\n".join(body.closing),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def entry_of(notice: Notice, say: Say) -> Entry:
    """Return the visit as a calendar shows it. The same for the mail and for the portal's download."""
    site, one = notice.site, notice.appointment
    site_name = in_language(site.name, say.language)
    lines = [
        f"{say('post.number')}: {one.number}" if one.number else "",
        f"{say('post.reference')}: {one.reference}",
        f"{say('post.come')}: {come_at(notice, say)}",
        f"{say('post.area')}: {area}" if (area := _area(notice, say)) else "",
    ]
    return Entry(
        summary=say("post.calendar_summary", town=in_language(notice.town.name, say.language)),
        location=", ".join(part for part in (site_name, site.address) if part),
        description="\n".join(line for line in lines if line),
        cancelled=notice.kind is Kind.CANCELLED,
        visit=one,
    )


def come_at(notice: Notice, say: Say) -> str:
    """Return when to come: some minutes before, and not earlier, so that the area stays empty."""
    earliest = notice.appointment.starts_at - timedelta(minutes=notice.site.come_early_min)
    return say("post.come_from", time=_time(earliest, notice.site, say))


def plain(text: str) -> str:
    """Return typed words as one line that shows what it holds: nothing unseen acts on a page or printer."""
    return _SPACES.sub(" ", _UNSEEN.sub(_seen, text)).strip()


def _seen(match: re.Match[str]) -> str:
    return " " if match.group().isspace() else "\N{REPLACEMENT CHARACTER}"


def _facts(notice: Notice, say: Say) -> Iterable[Fact]:
    site, one = notice.site, notice.appointment
    minutes = say("post.minutes", when=_when(notice, say), n=one.minutes)
    yield Fact(say("post.when"), minutes)
    cancelled = notice.kind in FAREWELLS
    if not cancelled and notice.kind not in ASKING:
        yield Fact(say("post.come"), come_at(notice, say))
    if notice.until is not None:
        label = say("post.confirm_by" if notice.kind is Kind.CONFIRM else "post.until")
        yield Fact(label, _moment(notice.until, notice.site, say))
    place = (in_language(site.name, say.language), site.address)
    yield Fact(say("post.where"), ", ".join(part for part in place if part))
    if not cancelled and (area := _area(notice, say)):
        yield Fact(say("post.area"), area)
    yield from _what(notice, one, say)
    for second in notice.also:
        key = "post.then_line" if second.number and not cancelled else "post.then_cancelled"
        time = _time(second.starts_at, site, say)
        yield Fact(say("post.then"), say(key, time=time, number=second.number))
        yield from _what(notice, second, say)


def _what(notice: Notice, visit: Visit, say: Say) -> Iterable[Fact]:
    yield Fact(say("post.concern"), ", ".join(_concern(notice, visit, say)))
    if notice.talk_with:
        yield Fact(say("post.talk_with"), ", ".join(notice.talk_with))
    yield Fact(say("post.reference"), visit.reference)


def _concern(notice: Notice, visit: Visit, say: Say) -> Iterable[str]:
    counts = dict(visit.concern)
    for service in _services_of(notice, visit):
        yield in_words(say, service, counts[service.id])


def _area(notice: Notice, say: Say) -> str:
    area = next((a for a in notice.site.areas if a.id == notice.appointment.area_id), None)
    if area is None:
        return ""
    words = (in_language(area.name, say.language), in_language(area.hint, say.language))
    return " – ".join(word for word in words if word)


def _documents(notice: Notice, say: Say) -> tuple[str, ...]:
    """Return what to bring, each once, in the order of the concern."""
    texts = [in_language(text, say.language) for one in _services(notice) for text in one.documents]
    return tuple(dict.fromkeys(texts))


def _forms(notice: Notice, say: Say) -> tuple[Link, ...]:
    return _links(*((in_language(one.name, say.language), one.link) for one in _services(notice)))


def _visits(notice: Notice) -> Sequence[Visit]:
    return (notice.appointment, *notice.also)


def _services(notice: Notice) -> Iterable[Service]:
    return (service for visit in _visits(notice) for service in _services_of(notice, visit))


def _services_of(notice: Notice, visit: Visit) -> Iterable[Service]:
    """Yield the services of a visit; one that was taken out of the set-up meanwhile has no name."""
    by_id = {service.id: service for service in notice.town.services}
    return (by_id[id_] for id_, _ in visit.concern if id_ in by_id)


def _closing(notice: Notice, say: Say) -> Iterable[str]:
    if notice.site.phone:
        yield say("post.phone", phone=notice.site.phone)
    yield say("post.automatic")
    yield say("post.forgotten_now" if notice.kind in FAREWELLS else "post.forgotten")
    site_name = in_language(notice.site.name, say.language)
    yield " · ".join(dict.fromkeys((in_language(notice.town.name, say.language), site_name)))


def _when(notice: Notice, say: Say) -> str:
    return _moment(notice.appointment.starts_at, notice.site, say)


def _moment(at: datetime, site: Site, say: Say) -> str:
    day = format_date(at.astimezone(ZoneInfo(site.time_zone)).date(), "full", locale=locale_of(say.language))
    return say("post.day_time", day=day, time=_time(at, site, say))


def _time(at: datetime, site: Site, say: Say) -> str:
    words = format_time(at.astimezone(ZoneInfo(site.time_zone)), "short", locale=locale_of(say.language))
    return words.replace("\N{NARROW NO-BREAK SPACE}", " ")  # a box in some mail programs


def _links(*pairs: tuple[str, str]) -> tuple[Link, ...]:
    return tuple(Link(label, url) for label, url in pairs if url.startswith(("https://", "http://")))


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *lines]) if lines else ""
