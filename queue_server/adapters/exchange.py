"""Files that towns exchange, as the web layer asks for them: written, read with every mistake, compared.

What must not live here: the formats (`adapters.town`), and keeping what was read.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, pictures
from queue_server.adapters.packed_town import LONGEST_TEXT, Packed, inner_name, pack, read_packed
from queue_server.adapters.pictures import take_in as take_pictures
from queue_server.adapters.town import service_table
from queue_server.adapters.town.file import to_toml
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town.source import FileProblem, ShapeCode, TownFileError
from queue_server.adapters.town_use import uses_lost as in_use
from queue_server.domain.taken_pictures import Arriving, named_pictures
from queue_server.domain.town import Clerk, Town

__all__ = ["Mistake", "fingerprint", "in_use", "packed_town", "read_services", "read_town", "services_file"]
__all__ += ["look_at", "pack", "see", "take_pictures", "town_file", "without_account"]

Say = Callable[[str], str]
LONGEST_LINE = 160
TOGETHER = "pictures"
"""What messages call the folder of pictures in a file."""


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


def packed_town(conn: Connection, town: Town, say: Say) -> Packed:
    """Return a set-up with the pictures that it names, as far as they are there."""
    bodies = pictures.bodies_of(conn, town.id, named_pictures(town))
    names = {id_: town.pictures.get(id_, "") or id_ for id_ in bodies}
    return Packed(to_toml(town, say).encode(), names, bodies)


def read_town(raw: bytes, name: str, say: Say) -> tuple[Town | None, Packed, list[Mistake]]:
    """Return the town of a town file and what came with it, or what is wrong in it.

    The file is a text, or a zip of it and pictures. It may name the built-in catalogue alone.
    """
    try:
        return *read_packed(raw, name), []
    except TownFileError as error:
        # Of a zip the line itself is not quoted: it may be what could not be unpacked.
        return None, Packed(b""), _mistakes(error, b"" if inner_name(raw, name) != name else raw, name, say)


def see(packed: Packed, arriving: Arriving, own_count: int) -> dict[str, bytes]:
    """Return small sights (WebP) of the pictures that are new, id → bytes; takes up to a second for each.

    Raises TownFileError: a picture is none, holds more than a picture, or is one too many for `own_count`.
    """
    problems = []
    count = own_count + len(arriving.new)
    if arriving.new and count > pictures.MOST:
        params = {"found": str(count), "expected": str(pictures.MOST)}
        problems.append(FileProblem(TOGETHER, 0, 0, ShapeCode.TOO_MANY_PICTURES.value, **params))
    sights: dict[str, bytes] = {}
    for id_, name in arriving.new.items() if not problems else ():
        seen = pictures.seen_as_it_is(packed.bodies[id_])
        if isinstance(seen, str):
            problems.append(FileProblem(TOGETHER, 0, 0, ShapeCode.PICTURE_UNFIT.value, found=name))
        else:
            sights[id_] = seen[1]
    if problems:
        raise TownFileError(problems)
    return sights


def look_at(
    packed: Packed, arriving: Arriving, own_count: int, say: Say
) -> tuple[dict[str, bytes], list[Mistake]]:
    """Return what `see` returns, or what is wrong with the pictures."""
    try:
        return see(packed, arriving, own_count), []
    except TownFileError as error:
        return {}, _mistakes(error, b"", "", say)


def read_services(
    raw: bytes, name: str, town: Town, says: Sequence[Say]
) -> tuple[Town | None, list[Mistake]]:
    """Return `town` with the services of a table, or everything that is wrong in it."""
    if len(raw) > LONGEST_TEXT:
        too_long = TownFileError([FileProblem(name, 0, 0, ShapeCode.FILE_TOO_LONG.value)])
        return None, _mistakes(too_long, b"", name, says[0])
    try:
        return service_table.read_services(raw, name, town, says), []
    except TownFileError as error:
        return None, _mistakes(error, raw, name, says[0])


def fingerprint(town: Town) -> str:
    """Return a mark of a set-up: the same for the same one, whoever asks and on whichever database."""
    return hashlib.sha256(to_toml(town).encode()).hexdigest()[:32]


def without_account(conn: Connection, town: Town) -> list[Clerk]:
    """Return the clerks who cannot sign in yet."""
    there = {account.clerk_id for account in accounts.list_accounts(conn, town.id)}
    return [clerk for clerk in town.clerks if clerk.user and clerk.id not in there]


def _mistakes(error: TownFileError, raw: bytes, name: str, say: Say) -> list[Mistake]:
    lines = raw.decode("utf-8", "replace").split("\n")
    return [
        Mistake(
            one.line,
            one.column,
            one.code,
            describe(one, say),
            lines[one.line - 1].strip()[:LONGEST_LINE]
            if one.file == name and 0 < one.line <= len(lines)
            else "",
        )
        for one in error.problems
    ]
