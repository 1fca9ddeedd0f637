"""What the operators' subcommands share: where the town lies, which town and site are meant, plain errors.

What must not live here: what a single subcommand does. Mistakes of the person at the keyboard are raised
as `Problem` anywhere below a subcommand and end as one sentence that says what to do next.
"""

import argparse
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.adapters.server_key import KeyFileProblem
from queue_server.adapters.town.store import load_towns
from queue_server.domain.town import Site, Town
from queue_server.settings import Settings

TOWN_FOLDER: Final = Path("data/town")
DEMO_FOLDER: Final = Path("data/demo")
DIFFERS: Final = 3
"""Exit status: it was done, but log and rows differ. No fault of ours, nor a traceback, ends with it."""


class Problem(Exception):  # noqa: N818 - what the operator reads, not a fault of ours
    """One sentence for the operator. `status` 2: the command was used wrongly; 1: it could not be done."""

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Place:
    """An open database with the settings that lead to it."""

    settings: Settings
    database: Database
    towns: dict[str, Town]


Verb = Callable[[argparse.Namespace, Place], int]
"""What runs for a word such as `create` behind a command such as `aufruf token`."""


def add_place_arguments(parser: argparse.ArgumentParser, *, with_town: bool = False) -> None:
    """Add where the town lies."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"data folder (default: {TOWN_FOLDER}, or {DEMO_FOLDER} when only that exists)",
    )
    parser.add_argument(
        "--database", default="", metavar="URL", help="postgresql://… instead of a file in the data folder"
    )
    if with_town:
        parser.add_argument("--town", metavar="ID", help="needed only when the database holds several towns")


def settings_of(args: argparse.Namespace) -> Settings:
    folder: Path | None = args.data
    if folder is None:
        folder = DEMO_FOLDER if DEMO_FOLDER.is_dir() and not TOWN_FOLDER.is_dir() else TOWN_FOLDER
    return Settings(data=folder.resolve(), database=args.database)


def plainly(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn a subcommand's ordinary failures into one sentence on stderr and an exit status."""

    @functools.wraps(run)
    def wrapped(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except Problem as problem:
            complain(str(problem))
            return problem.status
        except KeyboardInterrupt:
            complain("interrupted")
        except KeyFileProblem as problem:
            complain(f"key file problem: {problem}")
        except _FAULTS:
            raise
        except (sa.exc.DatabaseError, sa.exc.ArgumentError, ModuleNotFoundError) as error:
            complain(_why_no_database(error))
        except OSError as error:
            complain(f"{error.filename or 'a file'}: {error.strerror or error}")
        return 1

    return wrapped


_FAULTS: Final = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError)
"""Kinds of a DatabaseError that are ours, not the database's: they keep their traceback."""


def _why_no_database(error: Exception) -> str:
    if isinstance(error, sa.exc.ArgumentError):
        return "this is no database address; write: --database postgresql://user@host/name"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; for PostgreSQL install: aufruf[postgres]"
    said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    if "locked" in said:
        return "another program writes to the database; try again in a moment"
    return f"the database cannot be used: {said}"


@contextmanager
def open_place(args: argparse.Namespace) -> Iterator[Place]:
    """Open a database that has a town and a shape that we can read, or say how to get there."""
    settings = settings_of(args)
    with open_database(settings) as database:
        require_shape(settings, database)
        towns = database.read(load_towns)
        if not towns:
            raise Problem(no_town(settings))
        yield Place(settings, database, towns)


def run_verb(verbs: Mapping[str, Verb], args: argparse.Namespace) -> int:
    """Open the place and run the verb that was typed behind the command."""
    with open_place(args) as place:
        return verbs[args.verb](args, place)


@contextmanager
def open_database(settings: Settings, *, may_be_new: bool = False) -> Iterator[Database]:
    """Open the database; a file that is missing is not made by asking."""
    file = sqlite_file(settings)
    if file is not None and not may_be_new and not file.exists():
        raise Problem(no_town(settings))
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.dispose()


def sqlite_file(settings: Settings) -> Path | None:
    """Return the database's file; None on another engine."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


def require_shape(settings: Settings, database: Database) -> None:
    """Raise `Problem` unless this version may work with the database."""
    problem = why_not_served(settings, database)
    if problem:
        raise Problem(problem)


def why_not_served(settings: Settings, database: Database) -> str | None:
    """Return in one sentence what is wrong with the database's shape and what to do; None: nothing."""
    match database.read(schema.fit):
        case schema.Fit.EMPTY:
            return no_town(settings)
        case schema.Fit.OLDER:
            return "the database has an older shape than this version needs; run: aufruf migrate"
        case schema.Fit.NEWER:
            return too_new(database)
        case schema.Fit.SAME | schema.Fit.READABLE:
            return None


def too_new(database: Database) -> str:
    shape = database.read(schema.current)
    return (
        f"a newer version of Aufruf made this database (shape {shape}; this version knows {schema.head()});"
        " install that version again, or restore a backup of before with: aufruf restore"
    )


def no_town(settings: Settings) -> str:
    where = "this database" if settings.database else str(settings.data)
    ways = "aufruf init --from town.toml, or in a browser: aufruf serve"
    return f"there is no town in {where} yet; make one with: {ways}"


def town_of(towns: dict[str, Town], id_: str | None) -> Town:
    """Return the town that is meant: the named one, or the only one."""
    if id_ is None:
        if len(towns) > 1:
            raise Problem(f"which town? Name one with --town: {listed(towns)}", 2)
        return next(iter(towns.values()))
    if id_ not in towns:
        raise Problem(f"there is no town {id_}; known: {listed(towns)}")
    return towns[id_]


def site_of(towns: dict[str, Town], id_: str | None) -> tuple[Town, Site]:
    """Return the site that is meant: the named one, or the only one."""
    sites = {site.id: (town, site) for town in towns.values() for site in town.sites}
    if id_ is None:
        if len(sites) != 1:
            raise Problem(f"which site? Name one with --site: {listed(sites)}", 2)
        return next(iter(sites.values()))
    if id_ not in sites:
        raise Problem(f"there is no site {id_}; known: {listed(sites)}")
    return sites[id_]


def town_meant(args: argparse.Namespace, place: Place) -> Town:
    """Return the town of `--site`, else that of `--town`, else the only one."""
    return site_of(place.towns, args.site)[0] if args.site else town_of(place.towns, args.town)


def listed(words: Sequence[str] | dict[str, object] | dict[str, Town] | dict[str, tuple[Town, Site]]) -> str:
    return ", ".join(words) or "none"


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns under their heads."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]
    )
    return "\n".join(line.rstrip() for line in lines)


def complain(sentence: str) -> None:
    print(f"aufruf: {sentence}", file=sys.stderr, flush=True)


def now() -> datetime:
    return datetime.now(UTC)
