"""Reading a table of a file with care: every getter reports what is wrong, where, and goes on.

What must not live here: which keys there are and what they mean (`town_reader`, `town_services`).
"""

import sys
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from queue_server.adapters.town.source import LONGEST_QUOTE, Report, ShapeCode, Source
from queue_server.adapters.town.toml_positions import Path
from queue_server.domain.town import GERMAN, Texts
from queue_server.domain.town_problem import listed, nearest

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Table:
    """A table of a file. A getter without default reports a missing key and returns an empty value.

    `fallback` is looked at for keys that this table lacks: a town's own words about a service come
    before the catalogue's.
    """

    def __init__(
        self, report: Report, source: Source, path: Path, data: Any, fallback: "Table | None" = None
    ) -> None:
        self.report = report
        self.source = source
        self.path = path
        self.fallback = fallback
        self._asked: set[str] = fallback._asked if fallback else set()
        self._readable = isinstance(data, dict)
        if not self._readable:
            report.add(source, path, ShapeCode.NOT_A_TABLE, found=_shown(data))
            data = {}
        self.data: dict[str, Any] = data

    def __contains__(self, key: str) -> bool:
        return key in self.data or (self.fallback is not None and key in self.fallback)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        value = self._value(key, required=default is None)
        if value is None:
            return default or ""
        if default is None and value == "":
            self.wrong((key,), ShapeCode.MISSING_KEY, expected=key)
        return value if isinstance(value, str) else self._wrong(key, ShapeCode.NOT_A_TEXT, "")

    def texts(self, key: str, default: Texts | None = None) -> Texts:
        """Return texts by language; a plain text stands for German."""
        value = self._value(key, required=default is None)
        if value is None:
            return default or {}
        return self.as_texts((key,), value)

    def texts_list(self, key: str) -> tuple[Texts, ...]:
        """Return a list of texts by language."""
        return tuple(self.as_texts((key, index), value) for index, value in enumerate(self.items(key)))

    def words(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts, such as ids."""
        if key not in self and default is not None:
            self._asked.add(key)
            return default
        found = self.items(key, required=True)
        for index, value in enumerate(found):
            if not isinstance(value, str):
                self.wrong((key, index), ShapeCode.NOT_A_TEXT, found=_shown(value))
        return tuple(value for value in found if isinstance(value, str))

    def as_texts(self, path: Path, value: Any) -> Texts:
        """Take `value`, which stands at `path` below this table, for texts by language."""
        if isinstance(value, str):
            return {GERMAN: value}
        if not isinstance(value, dict):
            self.wrong(path, ShapeCode.NOT_A_TEXT, found=_shown(value))
            return {}
        for language, text in value.items():
            if not isinstance(text, str):
                self.wrong((*path, language), ShapeCode.NOT_A_TEXT, found=_shown(text))
        return {language: text for language, text in value.items() if isinstance(text, str)}

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number."""
        value = self._value(key, required=default is None)
        if value is None:
            return default or 0
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > sys.maxsize:
            return self._wrong(key, ShapeCode.NOT_A_WHOLE_NUMBER, default or 0)
        return value

    def decimal(self, key: str, default: float) -> float:
        """Return a number."""
        value = self._value(key, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > sys.maxsize:
            return self._wrong(key, ShapeCode.NOT_A_NUMBER, default)
        return float(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._value(key, required=False)
        if value is None:
            return default
        return value if isinstance(value, bool) else self._wrong(key, ShapeCode.NOT_TRUE_OR_FALSE, default)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Return a date; None when there is none, or what stands there is none."""
        value = self._value(key, required=required)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        return self._wrong(key, ShapeCode.NOT_A_DATE, None)

    def choice(self, key: str, default: E) -> E:
        """Return one of the words of an enumeration."""
        value = self._value(key, required=False)
        if value is None:
            return default
        words = [one.value for one in type(default)]
        if value in words:
            return type(default)(value)
        self.wrong(
            (key,),
            ShapeCode.NOT_A_CHOICE,
            found=_shown(value),
            expected=listed(words),
            suggestion=nearest(value, words) if isinstance(value, str) else "",
        )
        return default

    def items(self, key: str, *, required: bool = False) -> list[Any]:
        """Return a list of anything; an empty one when it is missing."""
        value = self._value(key, required=required)
        if value is None:
            return []
        return value if isinstance(value, list) else self._wrong(key, ShapeCode.NOT_A_LIST, [])

    def value(self, key: str) -> Any:
        """Return whatever stands there, or None."""
        return self._value(key, required=False)

    def table(self, key: str) -> "Table":
        """Return a table; an empty one when it is missing."""
        value = self._value(key, required=False)
        owner = self._owner(key)
        return Table(self.report, owner.source, (*owner.path, key), {} if value is None else value)

    def tables(self, key: str) -> list["Table"]:
        """Return a list of tables; an empty one when it is missing."""
        owner = self._owner(key)
        return [
            Table(self.report, owner.source, (*owner.path, key, index), value)
            for index, value in enumerate(self.items(key))
        ]

    def finish(self) -> None:
        """Report the keys that nobody asked for; call it when everything has been asked."""
        if self.fallback is not None:
            self.fallback.finish()
        for key in self.data.keys() - self._asked:
            path = (*self.path, key)
            self.report.add(
                self.source,
                path,
                ShapeCode.UNKNOWN_KEY,
                found=key,
                expected=listed(self._asked),
                suggestion=nearest(key, self._asked),
                of_key=True,
            )

    def wrong(
        self,
        path: Path,
        code: StrEnum,
        *,
        found: str = "",
        expected: str = "",
        suggestion: str = "",
        of_key: bool = False,
    ) -> None:
        """Report a problem at a path below this table."""
        owner = self._owner(str(path[0]))
        self.report.add(
            owner.source,
            (*owner.path, *path),
            code,
            found=found,
            expected=expected,
            suggestion=suggestion,
            of_key=of_key,
        )

    def _owner(self, key: str) -> "Table":
        if key in self.data or self.fallback is None or key not in self.fallback:
            return self
        return self.fallback

    def _value(self, key: str, *, required: bool) -> Any:
        self._asked.add(key)
        value = self._owner(key).data.get(key)
        if value is None and required and self._readable:
            self.report.add(self.source, (*self.path, key), ShapeCode.MISSING_KEY, expected=key)
        return value

    def _wrong(self, key: str, code: ShapeCode, instead: T) -> T:
        self.wrong((key,), code, found=_shown(self._owner(key).data[key]))
        return instead


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text[:LONGEST_QUOTE]
