"""The command `aufruf`: finds its subcommands and runs one.

Those of the server stand in `queue_server.commands`; the device packages bring theirs through the
entry-point group `aufruf.commands`. Each is a module or object with `add_arguments(parser)` and
`run(args) -> int`, and a docstring whose first line is its help.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points, version
from typing import Any, Final

OWN: Final = (
    "demo",
    "serve",
    "init",
    "export",
    "import-services",
    "user",
    "token",
    "pair",
    "helper",
    "calendar",
    "overrules",
    "log",
    "daysheet",
    "simulate",
    "mail",
    "sms",
    "migrate",
    "update",
    "check",
    "doctor",
    "rebuild",
    "privacy",
    "backup",
    "restore",
    "certificate",
    "systemd",
    "publiccode",
)
MODULES: Final = {"import-services": "import_services", "token": "tokens", "calendar": "calendar_feeds"}
"""Where a module is named otherwise: it has no hyphen, and no name of the standard library's."""
GROUP: Final = "aufruf.commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; return the exit status (2: wrong use, 1: it said what went wrong)."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in words if not word.startswith("-")), None)
    args = build_parser(wanted).parse_args(words)
    status: int = _load(args.command).run(args)
    return status


def build_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of one command, or of all: not every command must wait for the web's imports."""
    parser = argparse.ArgumentParser(prog="aufruf", description=_first_line(__doc__))
    parser.add_argument("--version", action="version", version=f"aufruf {version('aufruf')}")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in (*OWN, *_from_devices()):
        command = _load(name) if wanted in {name, None} else None
        help_text = _first_line(getattr(command, "__doc__", None)) if command else None
        subparser = parsers.add_parser(name, help=help_text, description=help_text)
        if command is not None:
            command.add_arguments(subparser)
    return parser


def _from_devices() -> list[str]:
    return sorted(entry.name for entry in entry_points(group=GROUP))


def _load(name: str) -> Any:
    if name in OWN:
        return import_module(f"queue_server.commands.{MODULES.get(name, name)}")
    return next(iter(entry_points(group=GROUP, name=name))).load()


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
