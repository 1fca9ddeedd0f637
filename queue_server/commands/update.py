"""Install another version beside the one that runs, try it, and change over; it goes back by itself."""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from queue_server.adapters.installing import environment, release
from queue_server.adapters.installing.environment import NotMade
from queue_server.adapters.installing.layout import AnotherUpdate, Layout, NotOurLayout
from queue_server.adapters.installing.release import BadRelease, Release
from queue_server.commands.as_owner import Owner
from queue_server.commands.changing_over import ChangeOver, means_of, say
from queue_server.commands.common import (
    Problem,
    add_place_arguments,
    complain,
    no_town,
    open_place,
    plainly,
    settings_of,
    sqlite_file,
)
from queue_server.commands.rehearsal import clear, copy_of, rehearse
from queue_server.settings import Settings

LIMIT_S: Final = 60
ENVIRONMENT_BYTES: Final = 500_000_000
COPIES: Final = 4
"""The backup being made, its proof, the rehearsal's copy, and room for the migration."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("wanted", nargs="?", metavar="FILE.whl|VERSION", help="what to install")
    parser.add_argument(
        "--from", dest="source", metavar="DIR|URL", help="where VERSION lies: a folder, or a package index"
    )
    parser.add_argument("--offline", action="store_true", help="take the libraries from that folder alone")
    parser.add_argument("--back", action="store_true", help="go back to the version before")
    parser.add_argument(
        "--service",
        default="aufruf",
        metavar="UNIT",
        help="systemd's unit of the server (default: %(default)s)",
    )
    parser.add_argument(
        "--restart-command", metavar="COMMAND", help="restarts the server, instead of systemd"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=LIMIT_S,
        metavar="S",
        help="so long may the new version take to answer (default: %(default)s)",
    )
    parser.add_argument(
        "--backups", type=Path, metavar="DIR", help="folder of the backups, as for aufruf serve"
    )
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    if bool(args.wanted) == args.back:
        raise Problem("say which version: a file, or a VERSION with --from; or say --back", 2)
    settings = replace(settings_of(args), backups=args.backups.resolve() if args.backups else None)
    if not settings.data.is_dir():
        raise Problem(no_town(settings))
    try:
        layout = Layout.of_this_program()
        with _unshaken(), layout.alone():
            return _run(args, layout, settings)
    except NotOurLayout as other:
        raise Problem(
            f"{other} is no folder of versions; docs/operators/update.md tells how to get there"
        ) from None
    except AnotherUpdate:
        raise Problem("another update is going on") from None
    except (BadRelease, NotMade) as bad:
        raise Problem(f"{bad}. Nothing was changed") from bad
    except PermissionError as error:
        raise Problem(
            f"{error.filename} may not be changed by this user; run this as root, with sudo"
        ) from error


def _run(args: argparse.Namespace, layout: Layout, settings: Settings) -> int:
    owner = Owner.of(settings.data)
    before = layout.current
    if before is None:
        raise Problem(f"{layout.root / 'current'} is missing: link it to the version that runs")
    place = ["--data", str(settings.data), *(["--database", args.database] if args.database else [])]
    change = ChangeOver(layout, settings, means_of(args.restart_command, args.service, settings), args.limit)
    _tidy(layout, settings, change)
    before = layout.current or before
    if args.back:
        return _back(layout, owner, place, change, before)
    with _wheel(args) as wheel:
        found = release.look_at(wheel)
        if found.version in {before, layout.previous}:
            hint = "" if found.version == before else "; go there with: aufruf update --back"
            raise Problem(f"version {found.version} is here already{hint}")
        _tell(found, before)
        _require_room(layout, settings)
        with layout.making(found.version) as folder:
            say(f"Making {folder} …")
            environment.make(folder, found, offline=args.offline)
            _try_out(args, layout, owner, settings, found.version)
            _migrate(layout, owner, place, found.version)
    return change.to(before, found.version)


def _tidy(layout: Layout, settings: Settings, change: ChangeOver) -> None:
    for half in layout.tidy():
        say(f"An update to {half} was broken off; what it left is gone.")
    with contextlib.suppress(PermissionError):
        clear(settings)
    change.finish_what_was_begun()


def _back(layout: Layout, owner: Owner, place: list[str], change: ChangeOver, before: str) -> int:
    previous = layout.previous
    if previous is None or not layout.program(previous).exists():
        raise Problem("there is no version before this one")
    # It raises when it cannot read them. That they differ may be the very reason to go back.
    if not owner.agrees([layout.program(previous), "check", *place], layout.root):
        complain(f"version {previous} finds that log and rows differ; look with: aufruf check")
    return change.to(before, previous)


@contextmanager
def _wheel(args: argparse.Namespace) -> Iterator[Path]:
    wanted: str = args.wanted
    if wanted.endswith(".whl"):
        yield Path(wanted).resolve()
    elif args.source is None:
        # A name on a public index may be anybody's.
        raise Problem(
            f"say where version {wanted} lies: --from DIR, or --from https://… of your own index", 2
        )
    elif "://" not in args.source:
        yield release.find(wanted, Path(args.source).resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield environment.fetch(wanted, args.source, Path(folder))


def _tell(found: Release, before: str) -> None:
    say(f"Version {before} is installed, {found.version} is to come.")
    if found.is_compared:
        say(f"The checksum of {found.wheel.name} is right.")
    else:
        say(f"No {release.SUMS} lies beside {found.wheel.name}: its checksum was not compared.")
    if found.lock is None:
        say("No lock file lies beside it: the newest libraries that fit are taken.")


def _require_room(layout: Layout, settings: Settings) -> None:
    file = sqlite_file(settings)
    needed = COPIES * (file.stat().st_size if file and file.exists() else 100_000_000)
    for folder, size in ((layout.root, ENVIRONMENT_BYTES), (settings.data, needed)):
        free = shutil.disk_usage(folder).free
        if free < size:
            raise Problem(f"{folder} has {free / 1e6:.0f} MB free, {size / 1e6:.0f} MB are needed")


def _try_out(
    args: argparse.Namespace, layout: Layout, owner: Owner, settings: Settings, version: str
) -> None:
    program = layout.program(version)
    said = owner.run([program, "--version"], layout.root).strip()
    if said != f"aufruf {version}":
        raise Problem(f"the new program says that it is {said}. Nothing was changed")
    with open_place(args) as place:
        town = next(iter(place.towns.values()))
        site, service = town.sites[0], next(iter(town.services))
    say("Making a backup …")
    words: list[str | Path] = [Path(sys.prefix) / "bin/aufruf", "backup", "--data", settings.data]
    words += ["--to", settings.backup_folder, *(["--database", args.database] if args.database else [])]
    made = owner.run(words, settings.data)
    backup = Path(made.splitlines()[0].rpartition(": ")[0])
    say(f"{backup} is made and proved.")
    say(f"Rehearsing: {version} serves a copy of it …")
    try:
        with copy_of(settings, owner, program, backup) as copy:
            _compare(owner, program, copy, settings, args.database)
            given = rehearse(owner, program, copy, site.id, service.id)
    except Problem as problem:
        raise Problem(f"the rehearsal failed: {problem}. Nothing was changed") from problem
    say(f"It starts, log and rows agree as before, and it gives {given}.")


def _compare(owner: Owner, program: Path, copy: Path, settings: Settings, database: str) -> None:
    """Refuse a version that understands the log otherwise than ours; an old difference is only told."""
    if owner.agrees([program, "check", "--data", copy], copy):
        return
    words: list[str | Path] = [Path(sys.prefix) / "bin/aufruf", "check", "--data", settings.data]
    if owner.agrees([*words, *(["--database", database] if database else [])], settings.data):
        raise Problem("it finds that log and rows differ, and this version does not")
    complain("log and rows differ, before the update as after it; look with: aufruf check")


def _migrate(layout: Layout, owner: Owner, place: list[str], version: str) -> None:
    program = layout.program(version)
    try:
        print(owner.run([program, "migrate", "--beside", *place], layout.root), end="", flush=True)
    except Problem as problem:
        raise Problem(f"{problem}. Nothing was changed") from problem


@contextmanager
def _unshaken() -> Iterator[None]:
    """Go on when the terminal goes away; take a request to end as Ctrl-C, which tidies up."""
    before = {
        signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, signal.default_int_handler),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
