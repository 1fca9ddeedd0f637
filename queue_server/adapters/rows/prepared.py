"""The few statements that every command runs: built by SQLAlchemy Core, compiled once, run by the driver.

Through `Connection.execute` each of them cost 20–60 µs before the database had heard of it, eight of
them half of a lonely press of "next". What must not come here: statements whose text depends on the
parameters in any other way than by how many rows there are, and everything that is not on the road.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]

FEW: Final = 8
"""So many commands are a batch on a busy day."""
MOST_AT_ONCE: Final = 64
"""A power of two. 64 rows of the widest table are 2,000 parameters; SQLite allows 32,766."""
FITTED_MOST: Final = 2048
"""So many moments are remembered in the driver's words: a ticket's arrival is written three times or more."""
_REPEATED: Final = (sa.Enum, sa.Date, sa.DateTime, UTCDateTime)


class Prepared:
    """One statement. The first use with a kind of database compiles it; errors are SQLAlchemy's own."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build(dialect name)` returns the statement; an insert sets every column of its table."""
        self._build = build
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, row: Row) -> None:
        """Run it once."""
        ready = self._for(connection)
        ready.run(connection, ready.values([row]))

    def first(self, connection: Connection, row: Row) -> tuple[Any, ...] | None:
        """Return the first row that a query finds."""
        ready = self._for(connection)
        return next(ready.find(connection, ready.values([row])), None)

    def _for(self, connection: Connection) -> "_Ready":
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready.of(self._build(dialect.name), dialect)
        return ready


class PreparedRows:
    """One statement about as many rows as there are: 77 of them are run as 64, 8 and 5.

    Not `executemany`: the driver lets the interpreter go at each row, and beside a busy event loop it
    comes back after half a millisecond. A batch of 64 tickets waited 90 ms for nothing.
    """

    def __init__(self, build: Callable[[str, int], Any]) -> None:
        """`build(dialect name, rows)` returns the statement; its parameters are named by `numbered`."""
        self._build = build
        self._ready: dict[tuple[str, int], _Ready] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write all rows; nothing at all when there are none."""
        for part in _in_parts(rows):
            ready = self._for(connection, len(part))
            ready.run(connection, ready.values(part))

    def find(self, connection: Connection, rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
        """Yield what a query finds for any of the rows."""
        for part in _in_parts(rows):
            ready = self._for(connection, len(part))
            yield from ready.find(connection, ready.values(part))

    def _for(self, connection: Connection, count: int) -> "_Ready":
        dialect = connection.dialect
        ready = self._ready.get((dialect.name, count))
        if ready is None:
            statement = self._build(dialect.name, count)
            ready = self._ready[dialect.name, count] = _Ready.of(statement, dialect)
        return ready


def numbered(column: sa.Column[Any], row: int) -> sa.BindParameter[Any]:
    """Return the parameter of a column in the row with this index."""
    return sa.bindparam(f"{column.name}{_OF_ROW}{row}", type_=column.type)


_OF_ROW: Final = "__"


def _place(name: str) -> tuple[int, str]:
    key, _, row = name.partition(_OF_ROW)
    return int(row or 0), key


_known_fits: dict[tuple[str, str], Convert] = {}
"""One memory for all columns of a type: a batch has one "now", and it stands in a dozen of them."""


def _fit(kind: Any, dialect: Dialect) -> Convert | None:
    """Return what makes a value of this type fit for the driver; None when every value does as it is."""
    if isinstance(kind, AutoString):
        return None  # its processor looks for enums, and ours have a type of their own
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None or not isinstance(kind, _REPEATED):
        return convert
    return _known_fits.setdefault((dialect.name, repr(kind)), lru_cache(FITTED_MOST)(convert))


def _keys_of_a_row(names: Sequence[str]) -> list[str]:
    """Return what is asked of each row, in order; raises `ValueError` when rows are asked differently."""
    asked: dict[int, list[str]] = {}
    for row, key in map(_place, names):
        asked.setdefault(row, []).append(key)
    first = asked.get(0, [])
    if list(map(_place, names)) != [(row, key) for row in range(len(asked)) for key in first]:
        raise ValueError("a prepared statement has to ask row by row, and the same of each")
    return first


def _picking(keys: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda row: tuple(row[key] for key in keys)  # of one key `itemgetter` gives no tuple


def _in_parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into parts of 64, 32, 16 and up to 8 rows, so that few statements are ever compiled."""
    begin, left = 0, len(rows)
    while left:
        size = left if left <= FEW else min(MOST_AT_ONCE, 1 << (left.bit_length() - 1))
        yield rows[begin : begin + size]
        begin, left = begin + size, left - size


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement in the words of one kind of database.

    `pick` takes what the statement wants out of a row; `fits` tells at which of these places a value has
    to be made fit for the driver. Every row of the statement is asked for the same.
    """

    text: str
    pick: Callable[[Row], tuple[Any, ...]]
    fits: tuple[tuple[int, Convert], ...]
    results: tuple[Convert | None, ...]
    names: tuple[str, ...] | None
    """Of the parameters, for a driver that wants them by name."""

    @classmethod
    def of(cls, statement: Any, dialect: Dialect) -> "_Ready":
        compiled = statement.compile(dialect=dialect)
        binds = compiled.binds
        names = compiled.positiontup if compiled.positional else list(binds)
        keys = _keys_of_a_row(names)
        fits = ((place, _fit(binds[names[place]].type, dialect)) for place in range(len(keys)))
        columns = getattr(statement, "selected_columns", ())
        return cls(
            str(compiled),
            _picking(keys),
            tuple((place, fit) for place, fit in fits if fit is not None),
            tuple(c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns),
            None if compiled.positional else tuple(names),
        )

    def values(self, rows: Sequence[Row]) -> Any:
        values: list[Any] = []
        for row in rows:
            wanted = list(self.pick(row))
            for place, fit in self.fits:
                # None needs no fitting: no statement of the road writes a JSON null.
                if wanted[place] is not None:
                    wanted[place] = fit(wanted[place])
            values += wanted
        return values if self.names is None else dict(zip(self.names, values, strict=True))

    def run(self, connection: Connection, values: Any) -> None:
        try:
            _driver_of(connection).execute(self.text, values)
        except Exception as error:
            raise self._told(connection, error) from error

    def find(self, connection: Connection, values: Any) -> Iterator[tuple[Any, ...]]:
        try:
            found = _driver_of(connection).execute(self.text, values).fetchall()
        except Exception as error:
            raise self._told(connection, error) from error
        for row in found:
            yield tuple(
                value if convert is None else convert(value)
                for value, convert in zip(row, self.results, strict=True)
            )

    def _told(self, connection: Connection, error: Exception) -> BaseException:
        """Return the driver's error as SQLAlchemy would raise it, without the parameters."""
        driver: Any = connection.dialect.loaded_dbapi
        return sa.exc.DBAPIError.instance(
            self.text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        )


def _driver_of(connection: Connection) -> Any:
    """Return the driver's own connection: what SQLAlchemy's would add to a cursor nobody asks for here."""
    return connection.connection.driver_connection
