"""Make a town of a town file, or change it; shows what would change before it applies anything."""

import argparse
import shlex
import sys
from pathlib import Path

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, schema
from queue_server.adapters.database import Database
from queue_server.adapters.post.admission import post_admission
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import TownFileError, diff, load_file
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town_use import Use, lock_sites, uses_lost
from queue_server.commands.common import (
    TOWN_FOLDER,
    Problem,
    add_place_arguments,
    complain,
    listed,
    now,
    open_database,
    plainly,
    require_shape,
    sqlite_file,
)
from queue_server.commands.setup_noting import note_setup
from queue_server.commands.town_changes import lines_of
from queue_server.domain.town import Town, in_language
from queue_server.settings import Settings
from queue_server.web.texts import load_texts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="file", type=Path, required=True, metavar="FILE", help="the town file")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument(
        "--another-town", action="store_true", help="add a town beside those that the database holds"
    )
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    town = _read(args.file)
    # Never the demo's folder by itself: its set-up is the sample's, and `serve` refuses it.
    settings = Settings(data=(args.data or TOWN_FOLDER).resolve(), database=args.database)
    if (settings.data / "demo").exists():
        raise Problem(f"{settings.data} belongs to the demo; choose another --data", 2)
    stored = _stored(settings)
    before = _before(stored, town, another=args.another_town)
    changes = list(lines_of(diff(before, town)))
    if not changes:
        print("Nothing to change: the town is as the file says.")
        return 0
    print("\n".join(changes))
    if before is not None:
        _refuse_or_warn(settings, before, town)
    if not _agreed(args):
        return 1
    count = _apply(settings, stored, town)
    if before is None:
        print(f"Made the town {in_language(town.name, 'en')}; its data folder is {settings.data}.")
    else:
        print(f"Applied {count} changes. A running server takes them in within two seconds.")
    _tell_what_next(args, settings, town, is_new=before is None)
    return 0


def _read(file: Path) -> Town:
    try:
        return load_file(file)
    except TownFileError as error:
        texts = load_texts()["en"]
        for problem in error.problems:
            print(describe(problem, texts), file=sys.stderr)
        count = len(error.problems)
        raise Problem(
            f"{count} mistake{'s' if count > 1 else ''} in {file}; nothing was changed", 2
        ) from None
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", 2) from None


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
    taken = {name for one in stored.values() for name in _addresses(one)} & _addresses(town)
    if taken:
        raise Problem(
            f"another town has these ids already: {listed(sorted(f'{k} {i}' for k, i in taken))}", 2
        )
    return None


def _addresses(town: Town) -> set[tuple[str, str]]:
    """Return what stands in addresses, and so must be unique over the whole database."""
    return {("clerk", clerk.id) for clerk in town.clerks} | {
        (what, one.id)
        for site in town.sites
        for what, things in (
            ("site", [site]),
            ("counter", site.counters),
            ("display", site.displays),
            ("kiosk", site.kiosks),
        )
        for one in things
    }


def _refuse_or_warn(settings: Settings, before: Town, town: Town) -> None:
    with open_database(settings) as database:
        uses = database.read(lambda conn: uses_lost(conn, before, town, now()))
    _refuse(uses)
    for use in uses:
        print(f"! {use.what} {use.id}: {use.why}")


def _refuse(uses: list[Use]) -> None:
    blocking = [use for use in uses if use.blocks]
    if blocking:
        for use in blocking:
            complain(f"{use.what} {use.id} cannot go now: {use.why}")
        raise Problem("nothing was changed; try again when that is over, or after closing time")


def _agreed(args: argparse.Namespace) -> bool:
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


def _apply(settings: Settings, stored: dict[str, Town], town: Town) -> int:
    # Visitors' needs, password hashes, the key: nobody else on the machine has business here.
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure_key_file(settings.key_file)
    with open_database(settings, may_be_new=True) as database:
        if not stored:
            schema.upgrade(database)
        return database.write(lambda conn: _save(conn, stored, town))


def _save(conn: Connection, stored: dict[str, Town], town: Town) -> int:
    """Save what was shown, or refuse when something changed while the question stood on the screen."""
    town_store.lock_settings(conn)
    before = stored.get(town.id)
    if town_store.load_towns(conn).get(town.id) != before:
        raise Problem("the set-up was changed meanwhile; nothing was applied. Run this again")
    if before is not None:
        lock_sites(conn, before)
        _refuse(uses_lost(conn, before, town, now()))
    count = town_store.save_town(conn, town, now())
    note_setup(conn, before, town)
    post_admission(conn, before, town, town_store.config_version(conn), now())
    return count


def _tell_what_next(args: argparse.Namespace, settings: Settings, town: Town, *, is_new: bool) -> None:
    with open_database(settings) as database:
        without = _without_account(database, town)
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


def _without_account(database: Database, town: Town) -> list[str]:
    there = {account.clerk_id for account in database.read(lambda c: accounts.list_accounts(c, town.id))}
    return [clerk.user for clerk in town.clerks if clerk.user and clerk.id not in there]


def _where(args: argparse.Namespace) -> str:
    words = []
    if args.data and args.data != TOWN_FOLDER:
        words += ["--data", str(args.data)]
    if args.database:
        words += ["--database", args.database]
    return "".join(f" {shlex.quote(word)}" for word in words)
