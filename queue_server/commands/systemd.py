"""Print a systemd unit, filled in and hardened: of the server, of a printer's agent, of a display."""

import argparse
import sys
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from queue_server.commands.common import Problem, plainly

UNITS: Final = ("server", "printer", "display")
OWN: Final = frozenset({"--user", "--home", "--write", "--program"})
LOW_PORTS: Final = 1024
USB: Final = """DeviceAllow=char-usb_device rw
SupplementaryGroups=lp"""
SERIAL: Final = """DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyS rw
SupplementaryGroups=dialout"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("unit", choices=UNITS, help="of what")
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="-- WORDS",
        help="the arguments of the program that it runs",
    )
    parser.add_argument("--user", default="aufruf", help="who runs it (default: %(default)s)")
    parser.add_argument(
        "--home",
        type=Path,
        default=Path("/var/lib/aufruf"),
        metavar="DIR",
        help="where it runs and may write (default: %(default)s)",
    )
    parser.add_argument(
        "--write", type=Path, action="append", default=[], metavar="DIR", help="where it may write, too"
    )
    parser.add_argument(
        "--program",
        default="/usr/local/bin/aufruf",
        metavar="FILE",
        help="where the program lies (default: %(default)s)",
    )


@plainly
def run(args: argparse.Namespace) -> int:
    words = args.words[1:] if args.words[:1] == ["--"] else args.words
    if OWN & set(words):
        raise Problem(
            "options stand before the word server, printer or display; after it -- and the words", 2
        )
    sys.stdout.write(unit_of(args.unit, words, args.user, args.home, args.write, args.program))
    return 0


def unit_of(unit: str, words: list[str], user: str, home: Path, write: list[Path], program: str) -> str:
    """Return the unit's text. `words` are those of `aufruf serve`, `kiosk-agent` or `display-browser`."""
    named = (_value(words, name) for name in ("--backups", "--daysheets"))
    folders = [home, *write, *(Path(folder) for folder in named if folder)]
    for folder in folders:
        if not folder.is_absolute():
            raise Problem(f"{folder} has to begin with /: a unit runs in no folder of yours", 2)
    low = any(0 < _port(words, name) < LOW_PORTS for name in ("--port", "--redirect-from"))
    template = Template(files("queue_server.samples").joinpath(f"{unit}.service").read_text("utf-8"))
    text = template.substitute(
        program=_quoted(program),
        words=" ".join(map(_quoted, words)),
        user=user,
        home=_escaped(str(home)),
        # A share that is away at boot must not keep the hall closed: only its own home has to be there.
        write=" ".join([_quoted(str(home)), *(_quoted(f"-{folder}") for folder in folders[1:])]),
        protect_home="read-only" if any(_is_home(folder) for folder in folders) else "yes",
        capability="CAP_NET_BIND_SERVICE" if low else "",
        # In a user namespace of its own a right to low ports would be worth nothing.
        private_users="" if low else "PrivateUsers=yes",
        devices=_devices(_value(words, "--printer")),
    )
    return "\n".join(line.rstrip() for line in text.splitlines()).replace("\n\n\n", "\n\n") + "\n"


def _devices(printer: str) -> str:
    kind = printer.partition(":")[0]
    return {"usb": USB, "serial": SERIAL}.get(kind, "PrivateDevices=yes")


def _is_home(folder: Path) -> bool:
    return folder.parts[1:2] in {("home",), ("root",)}


def _value(words: list[str], name: str) -> str:
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _port(words: list[str], name: str) -> int:
    text = _value(words, name)
    return int(text) if text.isascii() and text.isdigit() else 0


def _quoted(word: str) -> str:
    """Write a word so that systemd gives it to the program unchanged (systemd.service(5))."""
    if "\n" in word or "\0" in word:
        raise Problem("a unit cannot hold a line break", 2)
    escaped = _escaped(word).replace("$", "$$")
    if escaped and all(letter.isalnum() or letter in "-_./:=@%,+[]" for letter in escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(word: str) -> str:
    return word.replace("%", "%%")
