"""Write publiccode.yml, by which catalogues of public software find a published copy of this program.

What must not live here: what the file says of the program (`queue_server/samples/publiccode.yml`).
"""

import argparse
import json
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from queue_server.commands.common import Problem, now, plainly

HOW: Final = ("internal", "community")
"""Who looks after the program; the standard knows more, which need more to be told."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url", required=True, help="where the source code is published, such as https://…git"
    )
    parser.add_argument("--contact", required=True, metavar="NAME", help="the person who looks after it")
    parser.add_argument("--maintenance", choices=HOW, default=HOW[0], help="(default: internal)")
    parser.add_argument(
        "--released", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD", help="(default: today)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: show it)")


@plainly
def run(args: argparse.Namespace) -> int:
    if not args.url.startswith(("https://", "http://")):
        raise Problem("the address of the source code begins with https://", 2)
    text = filled(args.url, args.contact, args.maintenance, args.released or now().date())
    if args.out is None:
        print(text, end="")
    else:
        args.out.write_text(text, encoding="utf-8", newline="\n")
        print(f"Wrote {args.out}. It belongs to the top of the published repository.")
    return 0


def filled(url: str, contact: str, maintenance: str, released: date) -> str:
    """Return the file with what only its publisher knows; a JSON string is a string of YAML, too."""
    template = files("queue_server.samples").joinpath("publiccode.yml").read_text(encoding="utf-8")
    return Template(template).substitute(
        url=json.dumps(url),
        contact=json.dumps(contact, ensure_ascii=False),
        maintenance=maintenance,
        version=json.dumps(version("aufruf")),
        released=released.isoformat(),
    )
