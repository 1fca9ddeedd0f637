"""The few statements that every command runs: built by SQLAlchemy Core, compiled once, run by the driver.

Through `Connection.execute` each of them cost 20–60 µs before the database had heard of it, eight of
them half of a lonely press of "next". What must not come here: statements whose text depends on the
parameters (an `IN` with a list), and everything that is not on the road.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Prepared:
    """One statement. The first use with a kind of database compiles it; errors are SQLAlchemy's own."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build(dialect name)` returns the statement; an insert sets every column of its table."""
        self._build = build
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it once for each row; for none at all when there are none."""
        if rows:
            self._for(connection).run(connection, rows)

    def first(self, connection: Connection, row: Row) -> tuple[Any, ...] | None:
        """Return the first row that a query finds."""
        return self._for(connection).first(connection, row)

    def _for(self, connection: Connection) -> "_Ready":
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready.of(self._build(dialect.name), dialect)
        return ready


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement in the words of one kind of database."""

    text: str
    places: tuple[tuple[str, Convert | None], ...]
    results: tuple[Convert | None, ...]
    by_position: bool

    @classmethod
    def of(cls, statement: Any, dialect: Dialect) -> "_Ready":
        compiled = statement.compile(dialect=dialect)
        binds = compiled.binds
        names = compiled.positiontup if compiled.positional else list(binds)
        columns = getattr(statement, "selected_columns", ())
        return cls(
            str(compiled),
            tuple((n, binds[n].type.dialect_impl(dialect).bind_processor(dialect)) for n in names),
            tuple(c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns),
            compiled.positional,
        )

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        cursor = connection.connection.cursor()
        values = [self._values(row) for row in rows]
        try:
            if len(values) == 1:
                cursor.execute(self.text, values[0])
            else:
                cursor.executemany(self.text, values)
        except Exception as error:
            raise self._told(connection, error) from error
        finally:
            cursor.close()

    def first(self, connection: Connection, row: Row) -> tuple[Any, ...] | None:
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, self._values(row))
            found = cursor.fetchone()
        except Exception as error:
            raise self._told(connection, error) from error
        finally:
            cursor.close()
        if found is None:
            return None
        return tuple(
            value if convert is None else convert(value)
            for value, convert in zip(found, self.results, strict=True)
        )

    def _values(self, row: Row) -> Any:
        if self.by_position:
            return tuple([row[name] if fit is None else fit(row[name]) for name, fit in self.places])
        return {name: row[name] if fit is None else fit(row[name]) for name, fit in self.places}

    def _told(self, connection: Connection, error: Exception) -> BaseException:
        """Return the driver's error as SQLAlchemy would raise it, without the parameters."""
        driver: Any = connection.dialect.loaded_dbapi
        return sa.exc.DBAPIError.instance(
            self.text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        )
