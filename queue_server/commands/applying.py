"""What subcommands share that change a town's set-up: mistakes told, the change shown, asked for, and saved.

What must not live here: where the new set-up comes from.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import Connection

from queue_server.adapters import pictures
from queue_server.adapters.database import Database
from queue_server.adapters.post.admission import post_admission
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town.source import TownFileError
from queue_server.adapters.town_use import Use, lock_sites, uses_lost
from queue_server.commands.common import Problem, complain, now
from queue_server.commands.noting import noted
from queue_server.commands.setup_noting import note_setup
from queue_server.domain.taken_pictures import Arriving
from queue_server.domain.town import Town
from queue_server.web.texts import load_texts

T = TypeVar("T")


def read_or_tell(file: Path, read: Callable[[], T]) -> T:
    """Return what was read of a file; raises `Problem` when all that is wrong in it has been printed."""
    try:
        return read()
    except TownFileError as error:
        texts = load_texts(["en"])["en"]
        for problem in error.problems:
            print(describe(problem, texts), file=sys.stderr)
        count = len(error.problems)
        raise Problem(
            f"{count} mistake{'s' if count > 1 else ''} in {file}; nothing was changed", 2
        ) from None
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", 2) from None


def refuse_or_warn(database: Database, before: Town, after: Town) -> None:
    """Refuse what would take away what is in use this moment; print what else would lose something."""
    uses = database.read(lambda conn: uses_lost(conn, before, after, now()))
    _refuse(uses)
    for use in uses:
        print(f"! {use.what} {use.id}: {use.why}")


def agreed(args: argparse.Namespace) -> bool:
    """Ask, unless `--yes` was said; without a terminal nobody can be asked."""
    if args.yes:
        return True
    if not sys.stdin.isatty():
        print("Nothing was applied. To apply this, say --yes.")
        return False
    try:
        answer = input("Apply this? [y/N] ")
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip().lower() in {"y", "yes"}:
        return True
    print("Nothing was applied.")
    return False


def save(conn: Connection, before: Town | None, after: Town) -> int:
    """Save what was shown, or refuse when something changed while the question stood on the screen."""
    town_store.lock_settings(conn)
    if town_store.load_towns(conn).get(after.id) != before:
        raise Problem("the set-up was changed meanwhile; nothing was applied. Run this again")
    if before is not None:
        lock_sites(conn, before)
        _refuse(uses_lost(conn, before, after, now()))
    count = town_store.save_town(conn, after, now())
    note_setup(conn, before, after)
    post_admission(conn, before, after, town_store.config_version(conn), now())
    return count


def take_pictures(
    conn: Connection, organisation_id: str, coming: Arriving, bodies: Mapping[str, bytes]
) -> int:
    """Keep what a file brings, and write it down; return how many pictures. Raises `Problem` for too many."""
    done = pictures.take_in(conn, organisation_id, coming, bodies, now())
    if done is None:
        raise Problem(
            "pictures were added meanwhile, there would be too many; nothing was applied. Run this again"
        )
    for one in done:
        noted(conn, organisation_id, one.act, "picture", one.id, before=one.before, after=one.after)
    return len(done)


def _refuse(uses: list[Use]) -> None:
    blocking = [use for use in uses if use.blocks]
    if blocking:
        for use in blocking:
            complain(f"{use.what} {use.id} cannot go now: {use.why}")
        raise Problem("nothing was changed; try again when that is over, or after closing time")
