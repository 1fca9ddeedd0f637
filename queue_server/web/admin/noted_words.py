"""What the audit log has kept of the set-up, in words for people: as pages say it, not as the log has it.

The log keeps one form for every language (`domain.setup_words`: "mon 08:00-12:00 at rathaus 3", ids, dates).
Here it is read back; whatever cannot be, such as of another version, is shown as it was kept. What must not
live here: the words themselves (`web.admin.value_words`), and writing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Any, Final

from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry, Texts, Town
from queue_server.domain.town_diff import LISTS
from queue_server.domain.town_edit import find
from queue_server.domain.written_hours import DAYS, parse_clock, parse_days, parse_hours
from queue_server.services.locales import short_day
from queue_server.web import texts
from queue_server.web.admin.choosing import Around
from queue_server.web.admin.fields import Field, Widget
from queue_server.web.admin.kinds import KINDS
from queue_server.web.admin.value_words import WHATS, words_of
from queue_server.web.log_words import ToldBy
from queue_server.web.ports import AuditLine

_DAY: Final = r"\d{4}-\d\d-\d\d"
_STRETCH: Final = rf"(?P<day>{'|'.join(DAYS)}) (?P<hours>[\d:]+-[\d:]+)"
_WEEK: Final = re.compile(_STRETCH)
_ROSTER: Final = re.compile(
    rf"{_STRETCH} at (?P<site>\S+)(?: (?!from |until )(?P<counter>\S+))?"
    rf"(?: from (?P<first>{_DAY}))?(?: until (?P<last>{_DAY}))?"
)
_ABSENCE: Final = re.compile(rf"(?P<first>{_DAY})(?: (?P<since>\d\d:\d\d))? to (?P<last>{_DAY})")
_ADMISSION: Final = re.compile(
    rf"(?:(?P<days>(?:{'|'.join(DAYS)})[a-z,]*) )?(?:(?P<hours>\d[\d:, -]+) )?(?:from (?P<first>{_DAY}) )?"
    rf"(?:until (?P<last>{_DAY}) )?(?:at (?P<site>\S+) )?admits (?P<admits>\S+)"
)
_TIMES: Final = re.compile(r"(?P<begins>\d\d:\d\d) (?P<ends>\d\d:\d\d)")
_REASON: Final = re.compile(r"(?P<field>\S+) (?P<reason>.*)", re.DOTALL)
_CLOSURE: Final = re.compile(rf"(?P<on>{_DAY}) (?P<reason>.*)", re.DOTALL)
_STARTS: Final = "starts"


class _UnreadError(Exception):
    """What was kept is not what is written now."""


def told_by(town: Town, say: texts.Texts) -> ToldBy:
    """Return what says a value of a line by the names that hold in `town`; None: it has no such words."""
    sites = {site.id: site for site in town.sites}

    def told(line: AuditLine, name: str, value: Any) -> str | None:
        around = Around(town, sites.get(line.site_id or ""), say)
        sort = KINDS.get(line.kind)
        one = next((one for one in sort.fields if one.name == name), None) if sort is not None else None
        try:
            if name == _STARTS:
                return short_day(date.fromisoformat(str(value)), say.language)
            if name in LISTS and isinstance(value, list):
                return ", ".join(_named(WHATS[name], str(id_), around) for id_ in value) or None
            if one is None or one.widget not in _READ or value in (None, "", []):
                return None
            return words_of(one, _READ[one.widget](one, value, around), around) or None
        except (_UnreadError, ValueError):
            return None

    return told


def _named(what: str, id_: str, around: Around) -> str:
    return around.text(getattr(find(around.town, what, id_), "name", id_)) or id_


def _roster(_: Field, value: Any, __: Around) -> tuple[RosterEntry, ...]:
    return tuple(
        RosterEntry(
            DAYS.index(found["day"]),
            *_hours(found["hours"]),
            found["site"],
            found["counter"],
            _date_or_none(found["first"]),
            _date_or_none(found["last"]),
        )
        for found in _each(_ROSTER, value)
    )


def _week(_: Field, value: Any, __: Around) -> tuple[OpeningHours, ...]:
    return tuple(
        OpeningHours(DAYS.index(found["day"]), *_hours(found["hours"])) for found in _each(_WEEK, value)
    )


def _rows(one: Field, value: Any, around: Around) -> tuple[Any, ...]:
    if one.name == "absences":
        return tuple(
            Absence(
                date.fromisoformat(row["first"]),
                date.fromisoformat(row["last"]),
                parse_clock(row["since"] or ""),
            )
            for row in _each(_ABSENCE, value)
        )
    if one.name == "closures":
        return tuple(
            Closure(date.fromisoformat(row["on"]), _texts(row["reason"], around))
            for row in _each(_CLOSURE, value)
        )
    if one.name == "field_reasons":
        return tuple(
            FieldReason(row["field"], _texts(row["reason"], around)) for row in _each(_REASON, value)
        )
    if one.name == "admission_times":
        return tuple(map(_admission_time, _each(_ADMISSION, value)))
    raise _UnreadError


def _admission_time(found: Mapping[str, Any]) -> AdmissionTime:
    return AdmissionTime(
        Admission(found["admits"]),
        parse_days(found["days"] or "") or (),
        tuple(Stretch(*one) for one in parse_hours(found["hours"] or "") or ()),
        _date_or_none(found["first"]),
        _date_or_none(found["last"]),
        found["site"],
    )


def _times(_: Field, value: Any, __: Around) -> tuple[Stretch, ...]:
    found = _each(_TIMES, value)
    return tuple(Stretch(*map(time.fromisoformat, (one["begins"], one["ends"]))) for one in found)


def _texts(value: Any, around: Around) -> Texts:
    """Return a text by its languages, as the log has it: `de Rathaus, en "Town Hall"`."""
    if value == "nothing":
        return {}
    languages = sorted({*around.town.languages, *texts.offered()}, key=len, reverse=True)
    begins = rf"(?:^|, )({'|'.join(map(re.escape, languages))}) "
    first, *parts = re.split(begins, str(value))
    if first or not parts:
        raise _UnreadError
    return dict(zip(parts[::2], map(_unquoted, parts[1::2]), strict=True))


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _each_of(_: Field, value: Any, __: Around) -> Mapping[str, str]:
    pairs = (part.partition(" ") for part in str(value).split(", "))
    return {key: _unquoted(word) for key, _, word in pairs}


def _hours(text: str) -> tuple[time, time]:
    found = parse_hours(text)
    if not found:
        raise _UnreadError
    return found[0]


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _words(value: Any) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else [str(value)]


def _each(pattern: re.Pattern[str], value: Any) -> Iterator[Mapping[str, Any]]:
    for word in _words(value):
        found = pattern.fullmatch(word)
        if found is None:
            raise _UnreadError
        yield found.groupdict()


_READ: Final[Mapping[Widget, Callable[[Field, Any, Around], Any]]] = {
    Widget.ROSTER: _roster,
    Widget.WEEK: _week,
    Widget.HOURS: _times,
    Widget.ROWS: _rows,
    Widget.CHOICE: lambda _, value, __: _unquoted(str(value)),
    Widget.CHOICES: lambda _, value, __: tuple(map(_unquoted, _words(value))),
    Widget.EACH: _each_of,
    Widget.DATE: lambda _, value, __: date.fromisoformat(str(value)),
    Widget.TEXTS: lambda _, value, around: _texts(value, around),
    Widget.LONG_TEXTS: lambda _, value, around: _texts(value, around),
    Widget.TEXT_LINES: lambda _, value, around: tuple(_texts(word, around) for word in _words(value)),
}
"""How what was kept becomes the value again of which pages have words."""
