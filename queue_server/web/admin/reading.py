"""From a form to a value and back: what is typed is kept as it is, also when it cannot be read.

What lives here: value → what the form shows (`written`), what was sent → the same shape (`gathered`), and
that → value (`value_of`). What must not: whether a value is right (`domain.town_check`), and drawing.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final, Protocol, TypeAlias

from queue_server.domain.admission import Stretch
from queue_server.domain.town import OpeningHours
from queue_server.domain.written_hours import parse_hours, write_hours
from queue_server.web.admin.fields import Field, Widget

Typed: TypeAlias = Any
"""A text; a list of texts; texts by language or weekday; or a list of rows, each typed by column."""
MOST_ROWS: Final = 200
MOST_DIGITS: Final = 9
_CLOCK: Final = re.compile(r"\d\d:\d\d")
_PER_LANGUAGE: Final = frozenset({Widget.TEXTS, Widget.LONG_TEXTS, Widget.TEXT_LINES})
_DAYS: Final = tuple(str(day) for day in range(7))


class Form(Protocol):
    """What was sent."""

    def get(self, key: str, /) -> Any: ...
    def getlist(self, key: Any, /) -> list[Any]: ...


@dataclass(slots=True)
class Read:
    """What a form holds: as it was typed, as values, and what could not be read (where → code)."""

    typed: dict[str, Typed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read(
    fields: Iterable[Field], form: Form, languages: Collection[str], keys: Mapping[str, Collection[str]]
) -> Read:
    """Read a form. `keys`: the keys of each field that has one choice for each of them."""
    found = Read()
    for one in fields:
        typed = gathered(one, form, one.name, languages, keys.get(one.name, ()))
        found.typed[one.name] = typed
        found.values[one.name] = value_of(one, typed, one.name, found.wrong)
    return found


def written(one: Field, value: Any, languages: Collection[str]) -> Typed:
    """Return a value as its form shows it."""
    if one.widget in {Widget.TEXTS, Widget.LONG_TEXTS, Widget.EACH}:
        return dict(value)
    if one.widget is Widget.TEXT_LINES:
        known = dict.fromkeys((*languages, *(name for texts in value for name in texts)))
        return {name: "\n".join(texts.get(name, "") for texts in value).rstrip("\n") for name in known}
    if one.widget is Widget.CHOICES:
        return [str(part) for part in value]
    if one.widget is Widget.SWITCH:
        return "on" if value else ""
    if one.widget is Widget.HOURS:
        return _hours((part.begins, part.ends) for part in value)
    if one.widget is Widget.WEEK:
        days = {day: [part for part in value if part.weekday == int(day)] for day in _DAYS}
        return {day: _hours((part.opens, part.closes) for part in found) for day, found in days.items()}
    if one.widget is Widget.ROWS:
        return [
            {column.name: written(column, getattr(row, column.name), languages) for column in one.columns}
            for row in value
        ]
    return _plain(value)


def gathered(
    one: Field, form: Form, at: str, languages: Collection[str], keys: Collection[str] = ()
) -> Typed:
    """Return what was sent for a field, in the shape in which it is shown."""
    if one.widget in _PER_LANGUAGE:
        return {name: _sent(form, f"{at}.{name}", one.most * 4) for name in languages}
    if one.widget is Widget.EACH:
        return {key: _sent(form, f"{at}.{key}", one.most) for key in keys}
    if one.widget is Widget.WEEK:
        return {day: _sent(form, f"{at}.{day}", one.most) for day in _DAYS}
    if one.widget is Widget.CHOICES:
        return [str(word)[: one.most] for word in form.getlist(at)][:MOST_ROWS]
    if one.widget is Widget.ROWS:
        count = _sent(form, f"{at}.count", 6)
        rows = range(min(int(count), MOST_ROWS) if count.isascii() and count.isdecimal() else 0)
        found = [
            {
                column.name: gathered(column, form, f"{at}.{row}.{column.name}", languages)
                for column in one.columns
            }
            for row in rows
        ]
        return [row for row in found if not _is_empty(row[one.columns[0].name])]
    return _sent(form, at, one.most * 4)


def value_of(one: Field, typed: Typed, at: str, wrong: dict[str, str]) -> Any:
    """Return the value that was typed; what cannot be read is told in `wrong` and yields None."""
    if one.required and _is_empty(typed):
        wrong[at] = "missing"
        return None
    return _READERS[one.widget](one, typed, at, wrong)


def _text(one: Field, typed: str, at: str, wrong: dict[str, str]) -> Any:
    text = " ".join(typed.split())
    if len(text) > one.most:
        wrong[at] = "too_long"
    return text


def _texts(one: Field, typed: Mapping[str, str], at: str, wrong: dict[str, str]) -> dict[str, str]:
    lines = one.widget is Widget.LONG_TEXTS
    found = {name: _tidy(text) if lines else " ".join(text.split()) for name, text in typed.items()}
    if any(len(text) > one.most for text in found.values()):
        wrong[at] = "too_long"
    return {name: text for name, text in found.items() if text}


def _text_lines(one: Field, typed: Mapping[str, str], at: str, wrong: dict[str, str]) -> Any:
    # The nth line of each language is one line of the paper: an empty one in front keeps its place.
    columns = {name: [line.strip() for line in text.splitlines()] for name, text in typed.items()}
    longest = max((len(lines) for lines in columns.values()), default=0)
    rows = [
        {name: lines[row] for name, lines in columns.items() if row < len(lines) and lines[row]}
        for row in range(longest)
    ]
    if any(len(text) > one.most for row in rows for text in row.values()):
        wrong[at] = "too_long"
    return tuple(row for row in rows if row)


def _number(one: Field, typed: str, at: str, wrong: dict[str, str]) -> int | float | None:
    text = typed.strip().replace(",", ".")
    if not text and one.optional:
        return None
    if len(text) > MOST_DIGITS:
        wrong[at] = "not_a_number"
        return None
    try:
        return float(text) if one.widget is Widget.DECIMAL else int(text)
    except ValueError:
        wrong[at] = "missing" if not text else "not_a_number"
        return None


def _date(one: Field, typed: str, at: str, wrong: dict[str, str]) -> date | None:
    if not typed.strip() and one.optional:
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        wrong[at] = "not_a_date" if typed.strip() else "missing"
        return None


def _time(_: Field, typed: str, at: str, wrong: dict[str, str]) -> time | None:
    if typed.strip() and not _CLOCK.fullmatch(typed.strip()):  # no seconds, no zone: no form would show them
        wrong[at] = "not_a_time"
        return None
    try:
        return time.fromisoformat(typed.strip().replace("24:00", "00:00"))
    except ValueError:
        wrong[at] = "not_a_time" if typed.strip() else "missing"
        return None


def _choice(one: Field, typed: str, at: str, wrong: dict[str, str]) -> Any:
    if not typed and one.optional:
        return None
    try:
        return one.of(typed) if one.of else typed
    except ValueError:
        wrong[at] = "no_choice"
        return None


def _choices(one: Field, typed: list[str], at: str, wrong: dict[str, str]) -> Any:
    try:
        return tuple(one.of(word) if one.of else word for word in dict.fromkeys(typed))
    except ValueError:
        wrong[at] = "no_choice"
        return None


def _stretches(_: Field, typed: str, at: str, wrong: dict[str, str]) -> Any:
    found = _parsed(typed)
    if found is None:
        wrong[at] = "not_hours"
        return ()
    return tuple(Stretch(begins, ends) for begins, ends in found)


def _week(_: Field, typed: Mapping[str, str], at: str, wrong: dict[str, str]) -> tuple[OpeningHours, ...]:
    days = {day: _parsed(text) for day, text in typed.items()}
    wrong |= {f"{at}.{day}": "not_hours" for day, found in days.items() if found is None}
    return tuple(OpeningHours(int(day), *part) for day, found in days.items() for part in found or ())


def _rows(one: Field, typed: list[dict[str, Typed]], at: str, wrong: dict[str, str]) -> Any:
    before, made = len(wrong), []
    for number, row in enumerate(typed):
        values = {
            column.name: value_of(column, row[column.name], f"{at}.{number}.{column.name}", wrong)
            for column in one.columns
        }
        made.append(values)
    return () if len(wrong) > before or one.of is None else tuple(one.of(**values) for values in made)


_READERS: Final[Mapping[Widget, Any]] = {
    Widget.TEXT: _text,
    Widget.TEXTS: _texts,
    Widget.LONG_TEXTS: _texts,
    Widget.TEXT_LINES: _text_lines,
    Widget.NUMBER: _number,
    Widget.DECIMAL: _number,
    Widget.SWITCH: lambda _, typed, __, ___: typed == "on",
    Widget.DATE: _date,
    Widget.TIME: _time,
    Widget.CHOICE: _choice,
    Widget.CHOICES: _choices,
    Widget.HOURS: _stretches,
    Widget.WEEK: _week,
    Widget.ROWS: _rows,
    Widget.EACH: lambda _, typed, __, ___: {key: word for key, word in typed.items() if word},
}
_UNTIL: Final = re.compile(r"\s*(?:\bbis\b|\bto\b|[-–—])\s*", re.IGNORECASE)
_AND: Final = re.compile(r"\s*(?:\bund\b|\band\b|[,;/+])\s*", re.IGNORECASE)
_NO_SIGN: Final = re.compile(r"\buhr\b|(?<=\d)\s*h\b", re.IGNORECASE)


def _parsed(text: str) -> tuple[tuple[time, time], ...] | None:
    """Read hours as people type them: "8-12 Uhr und 13.30 bis 16"."""
    plain = _NO_SIGN.sub("", text).replace(".", ":")
    plain = _AND.sub(",", _UNTIL.sub("-", plain)).strip()
    return parse_hours(plain) if plain else ()


def _hours(stretches: Iterable[tuple[time, time]]) -> str:
    return write_hours(stretches)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _sent(form: Form, name: str, most: int) -> str:
    value = form.get(name)
    return value[:most] if isinstance(value, str) else ""


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")


def _is_empty(typed: Typed) -> bool:
    if isinstance(typed, dict):
        return not any(text.strip() for text in typed.values())
    return not typed.strip() if isinstance(typed, str) else not typed
