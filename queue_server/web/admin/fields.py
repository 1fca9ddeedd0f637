"""How a field of the set-up is asked for in a form: one row of a table for each, and what a kind is.

What lives here: the words of those tables. What must not: the tables (`web.admin.kinds_*`), reading and
drawing (`web.admin.reading`, templates/admin/fields.html).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Widget(StrEnum):
    """How it is typed. A new one needs a reader in `web.admin.reading` and a form in fields.html."""

    TEXT = "text"
    TEXTS = "texts"
    """One line in each language of the town."""
    LONG_TEXTS = "long_texts"
    """Several lines in each language."""
    TEXT_LINES = "text_lines"
    """A list of texts: each line of the box is one of them."""
    LINES = "lines"
    """A list of plain words, such as mail addresses: each line of the box is one of them."""
    NUMBER = "number"
    DECIMAL = "decimal"
    SWITCH = "switch"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    CHOICES = "choices"
    HOURS = "hours"
    """Stretches of a day: "08:00-12:30, 13:30-16:00"."""
    WEEK = "week"
    """Such stretches for each weekday."""
    ROWS = "rows"
    """Things of several fields each: `columns`. A row whose first column is empty is left out."""
    ROSTER = "roster"
    """The hours of a clerk: a line for each day (`web.admin.roster_grid`)."""
    EACH = "each"
    """One choice for each of several keys, such as a waiting area for each site: `keys` and `choices`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a thing: its name there, and how it is asked for.

    `choices` and `keys` name a list of `web.admin.choosing`; so does `known`, whose texts are offered while
    somebody types. `of` makes the value of a choice's word or of a
    row's columns. `optional`: left empty it is
    None. `required`: it must not be left empty. `in_list`: shown in the list of things. The label is
    `admin.<what>_<name>`, else `admin.field_<name>`; a text `admin.hint_<what>_<name>` or `admin.hint_<name>`
    stands below it.
    """

    name: str
    widget: Widget
    choices: str = ""
    keys: str = ""
    of: Callable[..., Any] | None = None
    columns: tuple["Field", ...] = ()
    optional: bool = False
    required: bool = False
    known: str = ""
    in_list: bool = False
    most: int = 300


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that stand under one heading of a form; it is `admin.part_<what>_<name>`.

    `completed` makes the values fit each other that were read without a mistake: (values, around,
    thing) → values. The thing is as it stands, None when it is to be added.
    """

    name: str
    fields: tuple[Field, ...]
    completed: Callable[..., dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of things with forms. `new` makes one with nothing but the fields that have no default.

    `of_town`: only who administers the whole town edits it; `one`: there is exactly one, without a list.
    `filters`: fields with choices by which the list is filtered.
    """

    what: str
    parts: tuple[Part, ...]
    of_town: bool = False
    one: bool = False
    filters: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for part in self.parts for field in part.fields)
