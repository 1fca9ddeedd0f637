"""From a form to a value and back: what is typed is kept as it is, also when it cannot be read.

What lives here: value → what the form shows (`written`), what was sent → the same shape (`gathered`), and
that → value (`value_of`). What must not: whether a value is right (`domain.town_check`), and drawing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final, Protocol, TypeAlias

from queue_server.domain.admission import Stretch
from queue_server.domain.errors import BadInput
from queue_server.domain.town import OpeningHours
from queue_server.domain.written_hours import parse_clock, write_hours
from queue_server.web.admin import roster_grid
from queue_server.web.admin.fields import Field, Widget
from queue_server.web.admin.typed_hours import read_hours

Typed: TypeAlias = Any
"""A text; a list of texts; texts by language or weekday; or a list of rows, each typed by column."""
MOST_ROWS: Final = 2000
"""Far more than anybody types by hand; beyond it a form is refused, never cut."""
MOST_LINES: Final = 50
MOST_DIGITS: Final = 9
_PER_LANGUAGE: Final = frozenset({Widget.TEXTS, Widget.LONG_TEXTS, Widget.TEXT_LINES})
_DAYS: Final = tuple(str(day) for day in range(7))


class Form(Protocol):
    """What was sent."""

    def get(self, key: str, /) -> Any: ...
    def getlist(self, key: Any, /) -> list[Any]: ...


@dataclass(slots=True)
class Read:
    """What a form holds: as it was typed, as values, and what could not be read (where → code).

    `values` of hours and rows hold what of them could be read; `places`: where each item of them was typed.
    """

    typed: dict[str, Typed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)


def read(
    fields: Iterable[Field], form: Form, languages: Collection[str], keys: Mapping[str, Collection[str]]
) -> Read:
    """Read a form. `keys`: the keys of each field that has one choice for each of them."""
    found = Read()
    for one in fields:
        typed = gathered(one, form, one.name, languages, keys.get(one.name, ()))
        found.typed[one.name] = typed
        found.values[one.name] = value_of(one, typed, one.name, found)
    return found


def written(one: Field, value: Any, languages: Collection[str]) -> Typed:
    """Return a value as its form shows it."""
    if one.widget in {Widget.TEXTS, Widget.LONG_TEXTS, Widget.EACH}:
        return dict(value)
    if one.widget is Widget.TEXT_LINES:
        known = dict.fromkeys((*languages, *(name for texts in value for name in texts)))
        return {name: "\n".join(texts.get(name, "") for texts in value).rstrip("\n") for name in known}
    if one.widget is Widget.LINES:
        return "\n".join(value)
    if one.widget is Widget.CHOICES:
        return [str(part) for part in value]
    if one.widget is Widget.SWITCH:
        return "on" if value else ""
    if one.widget is Widget.HOURS:
        return _hours((part.begins, part.ends) for part in value)
    if one.widget is Widget.WEEK:
        days = {day: [part for part in value if part.weekday == int(day)] for day in _DAYS}
        return {day: _hours((part.opens, part.closes) for part in found) for day, found in days.items()}
    if one.widget is Widget.ROSTER:
        return roster_grid.written(value)
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
    if one.widget is Widget.LINES:
        return _sent(form, at, one.most * MOST_LINES)
    if one.widget is Widget.CHOICES:
        return [str(word)[: one.most] for word in form.getlist(at)]
    if one.widget is Widget.ROSTER:
        lines = [
            {name: _sent(form, f"{at}.{row}.{name}", one.most) for name in roster_grid.FIELDS}
            for row in range(_count(form, at))
        ]
        return [line for line in lines if line["hours"].strip() or line["valid_from"] or line["valid_until"]]
    if one.widget is Widget.ROWS:
        found = [
            {
                column.name: gathered(column, form, f"{at}.{row}.{column.name}", languages)
                for column in one.columns
            }
            for row in range(_count(form, at))
        ]
        return [row for row in found if not _is_empty(row[one.columns[0].name])]
    return _sent(form, at, one.most * 4)


def _count(form: Form, at: str) -> int:
    """Return how many rows were sent. Raises BadInput for none said, and for more than are ever shown."""
    count = _sent(form, f"{at}.count", 6)
    if not (count.isascii() and count.isdecimal() and int(count) <= MOST_ROWS):
        raise BadInput(field=f"{at}.count")
    return int(count)


def value_of(one: Field, typed: Typed, at: str, found: Read) -> Any:
    """Return the value that was typed; what cannot be read is told in `found` and yields None."""
    if one.required and _is_empty(typed):
        found.wrong[at] = "missing"
        return None
    return _READERS[one.widget](one, typed, at, found)


def _text(one: Field, typed: str, at: str, found: Read) -> Any:
    text = " ".join(typed.split())
    if len(text) > one.most:
        found.wrong[at] = "too_long"
    return text


def _texts(one: Field, typed: Mapping[str, str], at: str, found: Read) -> dict[str, str]:
    lines = one.widget is Widget.LONG_TEXTS
    texts = {name: _tidy(text) if lines else " ".join(text.split()) for name, text in typed.items()}
    if any(len(text) > one.most for text in texts.values()):
        found.wrong[at] = "too_long"
    return {name: text for name, text in texts.items() if text}


def _text_lines(one: Field, typed: Mapping[str, str], at: str, found: Read) -> Any:
    # The nth line of each language is one line of the paper: an empty one in front keeps its place.
    columns = {name: [line.strip() for line in text.splitlines()] for name, text in typed.items()}
    longest = max((len(lines) for lines in columns.values()), default=0)
    rows = [
        {name: lines[row] for name, lines in columns.items() if row < len(lines) and lines[row]}
        for row in range(longest)
    ]
    if any(len(text) > one.most for row in rows for text in row.values()):
        found.wrong[at] = "too_long"
    return tuple(row for row in rows if row)


def _lines(one: Field, typed: str, at: str, found: Read) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    if any(len(line) > one.most for line in lines):
        found.wrong[at] = "too_long"
    return lines


def _number(one: Field, typed: str, at: str, found: Read) -> int | float | None:
    text = typed.strip().replace(",", ".")
    if not text and one.optional:
        return None
    if len(text) > MOST_DIGITS:
        found.wrong[at] = "not_a_number"
        return None
    try:
        return float(text) if one.widget is Widget.DECIMAL else int(text)
    except ValueError:
        found.wrong[at] = "missing" if not text else "not_a_number"
        return None


def _date(one: Field, typed: str, at: str, found: Read) -> date | None:
    if not typed.strip() and one.optional:
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        found.wrong[at] = "not_a_date" if typed.strip() else "missing"
        return None


def _time(one: Field, typed: str, at: str, found: Read) -> time | None:
    if not typed.strip() and one.optional:
        return None
    read_as = parse_clock(typed)
    if read_as is None:
        found.wrong[at] = "not_a_time" if typed.strip() else "missing"
    return read_as


def _choice(one: Field, typed: str, at: str, found: Read) -> Any:
    if not typed and one.optional:
        return None
    try:
        return one.of(typed) if one.of else typed
    except ValueError:
        found.wrong[at] = "no_choice"
        return None


def _choices(one: Field, typed: list[str], at: str, found: Read) -> Any:
    try:
        return tuple(one.of(word) if one.of else word for word in dict.fromkeys(typed))
    except ValueError:
        found.wrong[at] = "no_choice"
        return None


def _stretches(_: Field, typed: str, at: str, found: Read) -> Any:
    return tuple(Stretch(begins, ends) for begins, ends in read_hours(typed, at, found.wrong))


def _week(one: Field, typed: Mapping[str, str], at: str, found: Read) -> tuple[OpeningHours, ...]:
    made = []
    for day, text in typed.items():
        inner = f"{at}.{day}"
        stretches = read_hours(text, inner, found.wrong)
        made += [OpeningHours(int(day), *part) for part in stretches]
        found.places.setdefault(one.name, []).extend([inner] * len(stretches))
    return tuple(made)


def _rows(one: Field, typed: list[dict[str, Typed]], at: str, found: Read) -> Any:
    made: list[Any] = []
    places = found.places.setdefault(one.name, [])
    for number, row in enumerate(typed):
        inner, before = f"{at}.{number}", len(found.wrong)
        values = {
            column.name: value_of(column, row[column.name], f"{inner}.{column.name}", found)
            for column in one.columns
        }
        if len(found.wrong) == before and one.of is not None:
            made.append(one.of(**values))
            places.append(inner)
    return tuple(made)


def _roster(one: Field, typed: list[dict[str, str]], at: str, found: Read) -> Any:
    entries, found.places[one.name] = roster_grid.roster_of(typed, at, found.wrong)
    return entries


_READERS: Final[Mapping[Widget, Any]] = {
    Widget.TEXT: _text,
    Widget.TEXTS: _texts,
    Widget.LONG_TEXTS: _texts,
    Widget.TEXT_LINES: _text_lines,
    Widget.LINES: _lines,
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
    Widget.ROSTER: _roster,
    Widget.EACH: lambda _, typed, __, ___: {key: word for key, word in typed.items() if word},
}


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
