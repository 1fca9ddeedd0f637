"""Make a town of a town file, or change it; shows what would change before it applies anything."""

import argparse
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.exchange import see, without_account
from queue_server.adapters.packed_town import load_packed
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import diff
from queue_server.commands.applying import agreed, read_or_tell, refuse_or_warn, save, take_pictures
from queue_server.commands.common import (
    TOWN_FOLDER,
    Problem,
    add_place_arguments,
    listed,
    open_database,
    plainly,
    require_shape,
    sqlite_file,
)
from queue_server.commands.town_changes import lines_of
from queue_server.domain.taken_pictures import Arriving, arriving
from queue_server.domain.taking_over import taken_addresses
from queue_server.domain.town import Town, in_language
from queue_server.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="file",
        type=Path,
        required=True,
        metavar="FILE",
        help="the town file, or a zip of it with its pictures",
    )
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument(
        "--another-town", action="store_true", help="add a town beside those that the database holds"
    )
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    town, packed = read_or_tell(args.file, lambda: load_packed(args.file))
    # Never the demo's folder by itself: its set-up is the sample's, and `serve` refuses it.
    settings = Settings(data=(args.data or TOWN_FOLDER).resolve(), database=args.database)
    if (settings.data / "demo").exists():
        raise Problem(f"{settings.data} belongs to the demo; choose another --data", 2)
    stored = _stored(settings)
    before = _before(stored, town, another=args.another_town)
    own = before.pictures if before is not None else {}
    coming = arriving(own, town, packed.names, packed.bodies)
    read_or_tell(args.file, lambda: see(packed, coming, len(own)))
    changes = [*lines_of(diff(before, town)), *_lines_of(coming)]
    for id_ in coming.missing:
        print(f"! picture {id_} is named, and neither in the file nor here: nothing is shown in its place")
    if not changes:
        print("Nothing to change: the town is as the file says.")
        return 0
    print("\n".join(changes))
    if before is not None:
        with open_database(settings) as database:
            refuse_or_warn(database, before, town)
    if not agreed(args):
        return 1
    count = _apply(settings, stored, town, lambda conn: take_pictures(conn, town.id, coming, packed.bodies))
    if before is None:
        print(f"Made the town {in_language(town.name, 'en')}; its data folder is {settings.data}.")
    else:
        print(f"Applied {count} changes. A running server takes them in within two seconds.")
    _tell_what_next(args, settings, town, is_new=before is None)
    return 0


def _stored(settings: Settings) -> dict[str, Town]:
    """Return the towns that are there; none where there is no database yet."""
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        return {}
    with open_database(settings) as database:
        if database.read(schema.current) is None:
            return {}
        require_shape(settings, database)
        return database.read(town_store.load_towns)


def _before(stored: dict[str, Town], town: Town, *, another: bool) -> Town | None:
    """Return the town as it is. A file with a new id would add a town; that must be meant."""
    if town.id in stored or not stored:
        return stored.get(town.id)
    if not another:
        raise Problem(
            f"the file describes the town {town.id}, the database holds {listed(stored)}: "
            "correct the id, choose another --data, or say --another-town",
            2,
        )
    taken = taken_addresses(town, stored.values())
    if taken:
        raise Problem(f"another town has these ids already: {listed([' '.join(one) for one in taken])}", 2)
    return None


def _lines_of(coming: Arriving) -> Iterator[str]:
    for id_, name in coming.new.items():
        yield f"+ picture {id_} ({name})"
    for id_, name in coming.renamed.items():
        yield f"~ picture {id_}: now {name}"


def _apply(settings: Settings, stored: dict[str, Town], town: Town, take: Callable[[Connection], int]) -> int:
    # Visitors' needs, password hashes, the key: nobody else on the machine has business here.
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure_key_file(settings.key_file)
    with open_database(settings, may_be_new=True) as database:
        if not stored:
            schema.upgrade(database)
        return database.write(lambda conn: take(conn) + save(conn, stored.get(town.id), town))


def _tell_what_next(args: argparse.Namespace, settings: Settings, town: Town, *, is_new: bool) -> None:
    with open_database(settings) as database:
        without = [one.user for one in database.read(lambda conn: without_account(conn, town))]
    where = _where(args)
    if is_new:
        print("\nNext:")
        print(f"  aufruf user create{where} --role administrator NAME    an account for yourself")
    elif without:
        print("\nWithout an account yet:")
    for user in without:
        print(f"  aufruf user create{where} --role clerk {user}")
    if is_new:
        print(f"  aufruf serve{where}    then open http://127.0.0.1:8000/")
        print(f"  aufruf pair{where}     when a screen or kiosk shows its code")


def _where(args: argparse.Namespace) -> str:
    words = []
    if args.data and args.data != TOWN_FOLDER:
        words += ["--data", str(args.data)]
    if args.database:
        words += ["--database", args.database]
    return "".join(f" {shlex.quote(word)}" for word in words)
