"""Rules on single values of a town's set-up: ids, texts, languages, numbers, links, hours, dates.

What must not live here: anything about how the parts fit together (`town_check`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Final, NamedTuple

from queue_server.domain.interpreting import LANGUAGES as INTERPRETED
from queue_server.domain.person_fields import PERSON_FIELDS
from queue_server.domain.reminding import CHOICES_MIN
from queue_server.domain.town import GERMAN, Site, Texts, Town, end_minute
from queue_server.domain.town_problem import Code, Path, Problem, unknown

SLUG: Final = re.compile(r"[a-z0-9-]{1,40}")
SERVICE_KEY: Final = re.compile(r"[a-z0-9_-]{1,60}")
USER: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
LANGUAGE: Final = re.compile(r"(?=.{2,12}$)[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
"""A tag of RFC 5646 as short as tables hold it: "de", "pt-BR", "de-x-leicht"."""
LINK: Final = re.compile(r"https?://[^\s/]+\S*|(mailto|tel):\S+")
EMAIL: Final = re.compile(r"[^@\s<>\"',;:?&#]{1,64}@[^@\s<>\"',;:?&#]+\.[^@\s<>\"',;:?&#.]{2,}")
MOST_COPIES: Final = 20
PICTURE: Final = re.compile(r"[0-9a-f]{32}")
PRINTER: Final = re.compile(r"preview|(tcp|file|usb|serial):\S+")

KIOSK_WIDTHS: Final = (150, 2500)
"""From a tablet upright to a wall, in mm."""
SITE_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "patience_factor": (0, 20),
    "grace_min": (0, 120),
    "way_min": (0, 60),
    "no_show_after_s": (10, 900),
    "min_on_screen_s": (5, 600),
    "speech_rate": (80, 300),
    "lead_min": (0, 30 * 24 * 60),
    "walk_in_share": (0, 90),
    "come_early_min": (0, 120),
    "max_open_bookings": (0, 1000),
    "max_daily_bookings": (0, 1000),
    "challenge_above": (1, 10_000),
    "confirm_within_min": (5, 24 * 60),
    "erase_days": (0, 14),
    "interpreter_days": (0, 60),
}
DISPLAY_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "quiet_after_s": (10, 3600),
    "distance_m": (0, 50),
    "diagonal_in": (0, 200),
    "soft_volume": (10, 100),
}
SERVICE_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "minutes": (1, 480),
    "further_minutes": (0, 240),
    "included": (1, 100),
    "max_count": (1, 100),
    "confirm_hours_before": (0, 24 * 28),
}


def ids(town: Town) -> Iterator[tuple[Path, str]]:
    """Yield path and value of every id that must be unique among its kind (the third part from the end)."""
    for kind in ("sites", "departments", "categories", "services", "clerks"):
        for index, one in enumerate(getattr(town, kind)):
            yield (kind, index, "id"), one.id
    for index, site in enumerate(town.sites):
        for kind in ("areas", "rooms", "counters", "displays", "kiosks"):
            for inner, one in enumerate(getattr(site, kind)):
                yield ("sites", index, kind, inner, "id"), one.id


def _ids(town: Town) -> Iterator[Problem]:
    for path, value in [(("id",), town.id), *ids(town)]:
        if value and not SLUG.fullmatch(value):
            yield Problem(path, Code.BAD_ID, {"found": value})
    for index, service in enumerate(town.services):
        if not SERVICE_KEY.fullmatch(service.key):
            yield Problem(("services", index, "key"), Code.BAD_ID, {"found": service.key})
    for index, clerk in enumerate(town.clerks):
        if clerk.user and not USER.fullmatch(clerk.user):
            yield Problem(("clerks", index, "user"), Code.BAD_USER, {"found": clerk.user})


def _pictures(town: Town) -> Iterator[Problem]:
    """Which pictures a town has is no part of its set-up: one that is not there is passed over."""
    for index, site in enumerate(town.sites):
        for inner, display in enumerate(site.displays):
            for at, picture in enumerate(display.quiet_pictures):
                if not PICTURE.fullmatch(picture):
                    path = ("sites", index, "displays", inner, "quiet_pictures", at)
                    yield Problem(path, Code.BAD_PICTURE, {"found": picture})


def _languages(town: Town) -> Iterator[Problem]:
    for index, language in enumerate(town.languages):
        if not LANGUAGE.fullmatch(language):
            yield Problem(("languages", index), Code.BAD_LANGUAGE, {"found": language})
    if GERMAN not in town.languages:
        yield Problem(("languages",), Code.GERMAN_MISSING)
    for index, site in enumerate(town.sites):
        used: dict[Path, tuple[str, ...]] = {("languages",): site.languages}
        used |= {("announce_languages",): site.announce_languages}
        if site.languages and GERMAN not in site.languages:
            yield Problem(("sites", index, "languages"), Code.GERMAN_MISSING)
        used |= {("displays", inner, "spoken"): shown.spoken for inner, shown in enumerate(site.displays)}
        used |= {("kiosks", inner, "languages"): kiosk.languages for inner, kiosk in enumerate(site.kiosks)}
        for path, languages in used.items():
            for inner, one in enumerate(languages):
                if one not in town.languages:
                    where = ("sites", index, *path, inner)
                    yield unknown(where, one, town.languages, Code.UNKNOWN_LANGUAGE)


def _interpreted(town: Town) -> Iterator[Problem]:
    for index, site in enumerate(town.sites):
        for inner, one in enumerate(site.interpreter_languages):
            if one not in INTERPRETED:
                path = ("sites", index, "interpreter_languages", inner)
                yield unknown(path, one, INTERPRETED, Code.UNKNOWN_LANGUAGE)


def _every_text(town: Town) -> Iterator[tuple[Path, Texts, bool]]:
    """Yield path, texts, and whether German may be missing (an optional text left out)."""
    yield ("name",), town.name, False
    yield ("statement_gaps",), town.statement_gaps, True
    yield ("statement_body",), town.statement_body, True
    for kind in ("departments", "categories", "services"):
        for index, one in enumerate(getattr(town, kind)):
            yield (kind, index, "name"), one.name, False
    for index, service in enumerate(town.services):
        for inner, text in enumerate(service.documents):
            yield ("services", index, "documents", inner), text, False
        for inner, one in enumerate(service.documents_if):
            yield ("services", index, "documents_if", inner, "document"), one.document, False
            yield ("services", index, "documents_if", inner, "question"), one.question, False
    for index, site in enumerate(town.sites):
        for path, texts, optional in _site_texts(site):
            yield ("sites", index, *path), texts, optional


def _site_texts(site: Site) -> Iterator[tuple[Path, Texts, bool]]:
    yield ("name",), site.name, False
    yield ("fetch_hint",), site.fetch_hint, True
    yield ("admission_notice",), site.admission_notice, True
    for index, area in enumerate(site.areas):
        yield ("areas", index, "name"), area.name, False
        yield ("areas", index, "hint"), area.hint, True
    for index, closure in enumerate(site.closures):
        yield ("closures", index, "reason"), closure.reason, True
    for index, why in enumerate(site.field_reasons):
        yield ("field_reasons", index, "reason"), why.reason, False
    for index, display in enumerate(site.displays):
        for inner, text in enumerate(display.quiet_texts):
            yield ("displays", index, "quiet_texts", inner), text, False
    for key, lines in (("slip_header", site.slip_header), ("slip_footer", site.slip_footer)):
        for index, line in enumerate(lines):
            yield (key, index), line, False


def _texts(town: Town) -> Iterator[Problem]:
    for path, texts, optional in _every_text(town):
        if (texts or not optional) and not texts.get(GERMAN, "").strip():
            yield Problem(path, Code.GERMAN_MISSING)
        for language, text in texts.items():
            if not LANGUAGE.fullmatch(language):
                yield Problem(path, Code.BAD_LANGUAGE, {"found": language})
            if _has_control(text):
                yield Problem((*path, language), Code.CONTROL_CHARACTER, {"found": ascii(text)})


def _plain_texts(town: Town) -> Iterator[Problem]:
    """Names of rooms are printed and spoken: a control byte would steer the printer."""
    named: list[tuple[Path, str]] = [(("statement_phone",), town.statement_phone)]
    named += [(("clerks", index, "name"), clerk.name) for index, clerk in enumerate(town.clerks)]
    for index, site in enumerate(town.sites):
        named += [(("sites", index, key), getattr(site, key)) for key in ("address", "phone")]
        for kind in ("rooms", "counters", "displays", "kiosks"):
            for inner, one in enumerate(getattr(site, kind)):
                named.append((("sites", index, kind, inner, "name"), one.name))
        named += [(("sites", index, "rooms", i, "floor"), room.floor) for i, room in enumerate(site.rooms)]
    for index, department in enumerate(town.departments):
        named.append((("departments", index, "phone"), department.phone))
    for path, text in named:
        if _has_control(text):
            yield Problem(path, Code.CONTROL_CHARACTER, {"found": ascii(text)})


def _has_control(text: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n" for sign in text)


def _numbers(town: Town) -> Iterator[Problem]:
    for index, site in enumerate(town.sites):
        yield from _ranges(("sites", index), site, SITE_RANGES)
        if site.reminder_default not in (0, *CHOICES_MIN):  # pages have words for these
            expected = ", ".join(map(str, (0, *reversed(CHOICES_MIN))))
            params = {"found": f"{site.reminder_default}", "expected": expected}
            yield Problem(("sites", index, "reminder_default"), Code.OUT_OF_RANGE, params)
        for inner, display in enumerate(site.displays):
            stays = {"min_on_screen_s": SITE_RANGES["min_on_screen_s"]} if display.min_on_screen_s else {}
            where: Path = ("sites", index, "displays", inner)
            yield from _ranges(where, display, {**DISPLAY_RANGES, **stays})
            if display.distance_m and not display.diagonal_in:
                params = {"found": "0", "expected": "7 – 200"}
                yield Problem((*where, "diagonal_in"), Code.OUT_OF_RANGE, params)
        for inner, area in enumerate(site.areas):
            if area.limit is not None:
                yield from _ranges(("sites", index, "areas", inner), area, {"limit": (1, 10_000)})
    for index, department in enumerate(town.departments):
        yield from _ranges(("departments", index), department, {"horizon_days": (1, 730)})
    for index, service in enumerate(town.services):
        yield from _ranges(("services", index), service, SERVICE_RANGES)


def _ranges(path: Path, one: object, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Problem]:
    for name, (least, most) in ranges.items():
        value = getattr(one, name)
        if not least <= value <= most:
            params = {"found": f"{value:g}", "expected": f"{least:g} – {most:g}"}
            yield Problem((*path, name), Code.OUT_OF_RANGE, params)


def _targets(town: Town) -> Iterator[Problem]:
    """A link goes into a page, so `javascript:` and the like must not pass."""
    for index, service in enumerate(town.services):
        if service.link and not LINK.fullmatch(service.link):
            yield Problem(("services", index, "link"), Code.BAD_LINK, {"found": service.link})
    yield from _mailboxes(town)
    for index, site in enumerate(town.sites):
        if site.email and not EMAIL.fullmatch(site.email):
            yield Problem(("sites", index, "email"), Code.BAD_EMAIL, {"found": site.email})
        for inner, kiosk in enumerate(site.kiosks):
            if kiosk.screen_width_mm:
                widths = {"screen_width_mm": KIOSK_WIDTHS}
                yield from _ranges(("sites", index, "kiosks", inner), kiosk, widths)
            if not PRINTER.fullmatch(kiosk.printer):
                where = ("sites", index, "kiosks", inner, "printer")
                yield Problem(where, Code.BAD_PRINTER, {"found": kiosk.printer})


def _mailboxes(town: Town) -> Iterator[Problem]:
    named: list[tuple[Path, str]] = [(("report_email",), town.report_email)]
    named += [(("report_copies", index), copy) for index, copy in enumerate(town.report_copies)]
    named.append((("statement_email",), town.statement_email))
    for path, mailbox in named:
        if mailbox and not EMAIL.fullmatch(mailbox):
            yield Problem(path, Code.BAD_EMAIL, {"found": mailbox})
    if len(town.report_copies) > MOST_COPIES:
        params = {"found": str(len(town.report_copies)), "expected": f"0 – {MOST_COPIES}"}
        yield Problem(("report_copies",), Code.OUT_OF_RANGE, params)


def _hours(town: Town) -> Iterator[Problem]:
    for index, site in enumerate(town.sites):
        open_ = [_Stretch(one.weekday, one.opens, one.closes) for one in site.opening]
        yield from _stretches(("sites", index, "opening"), open_)
        for inner, display in enumerate(site.displays):
            loud = [_Stretch(0, one.begins, one.ends) for one in display.loud_hours]
            path: Path = ("sites", index, "displays", inner, "loud_hours")
            # Where they are one cannot say: all stand in one line.
            yield from (replace(found, path=path) for found in _stretches(path, loud))
    for index, clerk in enumerate(town.clerks):
        works = [
            _Stretch(one.weekday, one.works_from, one.works_until, *_span(one.valid_from, one.valid_until))
            for one in clerk.roster
        ]
        yield from _stretches(("clerks", index, "roster"), works)


class _Stretch(NamedTuple):
    weekday: int
    begins: time
    ends: time
    first: date = date.min
    last: date = date.max

    def minutes(self) -> tuple[int, int]:
        return self.begins.hour * 60 + self.begins.minute, end_minute(self.ends)

    def meets(self, other: "_Stretch") -> bool:
        """Tell whether both are at the same moment of some day; touching stretches are right."""
        (begins, ends), (others_begin, others_end) = self.minutes(), other.minutes()
        days = self.weekday == other.weekday and self.first <= other.last and other.first <= self.last
        return days and begins < others_end and others_begin < ends

    def __str__(self) -> str:
        begins, ends = self.minutes()
        return f"{begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"


def _stretches(path: Path, found: list[_Stretch]) -> Iterator[Problem]:
    for index, one in enumerate(found):
        begins, ends = one.minutes()
        if begins >= ends:
            yield Problem((*path, index), Code.HOURS_BACKWARDS, {"found": str(one)})
    ordered = sorted(range(len(found)), key=lambda index: (found[index].weekday, found[index].minutes()))
    for place, index in enumerate(ordered):
        for before in ordered[:place]:
            if found[index].meets(found[before]):
                params = {"found": str(found[index]), "expected": str(found[before])}
                yield Problem((*path, index), Code.HOURS_OVERLAP, params)
                break


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    return first or date.min, last or date.max


def _admission_times(town: Town) -> Iterator[Problem]:
    for kind in ("sites", "services"):
        for index, thing in enumerate(getattr(town, kind)):
            for inner, one in enumerate(thing.admission_times):
                path: Path = (kind, index, "admission_times", inner)
                stretches = [_Stretch(0, part.begins, part.ends) for part in one.hours]
                # Where they are one cannot say: several days and hours stand in one line.
                yield from (replace(found, path=(*path, "hours")) for found in _stretches(path, stretches))


def _dates(town: Town) -> Iterator[Problem]:
    spans: list[tuple[Path, date | None, date | None]] = [
        (("services", index, "bookable_until"), one.bookable_from, one.bookable_until)
        for index, one in enumerate(town.services)
    ]
    for kind in ("sites", "services"):
        spans += [
            ((kind, index, "admission_times", i, "last"), one.first, one.last)
            for index, thing in enumerate(getattr(town, kind))
            for i, one in enumerate(thing.admission_times)
        ]
    for index, clerk in enumerate(town.clerks):
        at: Path = ("clerks", index)
        spans += [
            ((*at, "roster", i, "valid_until"), one.valid_from, one.valid_until)
            for i, one in enumerate(clerk.roster)
        ]
        spans += [((*at, "absences", i, "last"), one.first, one.last) for i, one in enumerate(clerk.absences)]
    for path, first, last in spans:
        if first is not None and last is not None and last < first:
            yield Problem(path, Code.DATES_BACKWARDS, {"found": f"{last}", "expected": f"{first}"})


def _person_fields(town: Town) -> Iterator[Problem]:
    for index, site in enumerate(town.sites):
        explained = tuple(one.field for one in site.field_reasons)
        for key, asked, within in (
            ("required_fields", site.required_fields, ()),
            ("kiosk_fields", site.kiosk_fields, ()),
            ("field_reasons", explained, ("field",)),
        ):
            for inner, one in enumerate(asked):
                path: Path = ("sites", index, key, inner, *within)
                if one not in PERSON_FIELDS:
                    yield unknown(path, one, PERSON_FIELDS)
                elif one in asked[:inner]:
                    yield Problem(path, Code.DUPLICATE, {"found": one})


RULES: Final[tuple[Callable[[Town], Iterator[Problem]], ...]] = (
    _ids,
    _pictures,
    _languages,
    _interpreted,
    _texts,
    _plain_texts,
    _numbers,
    _targets,
    _hours,
    _admission_times,
    _dates,
    _person_fields,
)
