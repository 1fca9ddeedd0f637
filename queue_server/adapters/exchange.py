"""Files that towns exchange, as the web layer asks for them: written, read with every mistake, compared.

What must not live here: the formats (`adapters.town`), and keeping what was read.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts
from queue_server.adapters.town import service_table
from queue_server.adapters.town.file import load, to_toml
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town.source import TownFileError, decode
from queue_server.adapters.town_use import uses_lost as in_use
from queue_server.domain.town import Clerk, Town

__all__ = ["Mistake", "fingerprint", "in_use", "read_services", "read_town", "services_file", "town_file"]
__all__ += ["without_account"]

Say = Callable[[str], str]
LONGEST_LINE = 160


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file: a stable code, the sentence with the place, and the line itself."""

    line: int
    column: int
    code: str
    text: str
    quote: str


def town_file(town: Town, say: Say) -> str:
    return to_toml(town, say)


def services_file(town: Town, say: Say) -> bytes:
    return service_table.write_services(town, say)


def read_town(raw: bytes, name: str, say: Say) -> tuple[Town | None, list[Mistake]]:
    """Return the town of a town file, or what is wrong in it. It may name the built-in catalogue alone."""
    return _read(lambda: load(decode(raw, name), name), raw, name, say)


def read_services(
    raw: bytes, name: str, town: Town, says: Sequence[Say]
) -> tuple[Town | None, list[Mistake]]:
    """Return `town` with the services of a table, or everything that is wrong in it."""
    return _read(lambda: service_table.read_services(raw, name, town, says), raw, name, says[0])


def fingerprint(town: Town) -> str:
    """Return a mark of a set-up: the same for the same one, whoever asks and on whichever database."""
    return hashlib.sha256(to_toml(town).encode()).hexdigest()[:32]


def without_account(conn: Connection, town: Town) -> list[Clerk]:
    """Return the clerks who cannot sign in yet."""
    there = {account.clerk_id for account in accounts.list_accounts(conn, town.id)}
    return [clerk for clerk in town.clerks if clerk.user and clerk.id not in there]


def _read(read: Callable[[], Town], raw: bytes, name: str, say: Say) -> tuple[Town | None, list[Mistake]]:
    try:
        return read(), []
    except TownFileError as error:
        lines = raw.decode("utf-8", "replace").split("\n")
        return None, [
            Mistake(
                one.line,
                one.column,
                one.code,
                describe(one, say),
                lines[one.line - 1].strip()[:LONGEST_LINE]
                if one.file == name and one.line <= len(lines)
                else "",
            )
            for one in error.problems
        ]
