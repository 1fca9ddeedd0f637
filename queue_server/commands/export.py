"""Write a town's set-up as a town file, to keep, to change, or to copy. May run beside a server.

What must not live here: what stands in it (`adapters.town.writer`, `adapters.packed_town`).
"""

import argparse
import sys
from pathlib import Path

from queue_server.adapters.exchange import pack, packed_town
from queue_server.commands.common import add_place_arguments, open_place, plainly, town_of
from queue_server.domain.taking_over import nameless
from queue_server.domain.town import GERMAN
from queue_server.web.texts import STAFF_LANGUAGES, load_texts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file to write; a .zip has the pictures, too (default: show it)",
    )
    parser.add_argument(
        "--language", choices=STAFF_LANGUAGES, default=GERMAN, help="of the comments (default: de)"
    )
    parser.add_argument(
        "--without-names", action="store_true", help="number the clerks, leave absences out: to give away"
    )
    add_place_arguments(parser, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    with open_place(args) as place:
        town, say = town_of(place.towns, args.town), load_texts(STAFF_LANGUAGES)[args.language]
        if args.without_names:
            town = nameless(town, say("town.file_person"))
        packed = place.database.read(lambda conn: packed_town(conn, town, say))
    if args.out is None:
        sys.stdout.write(packed.toml.decode())
        return 0
    is_zip = args.out.suffix.lower() == ".zip"
    args.out.write_bytes(pack(packed) if is_zip else packed.toml)
    if packed.bodies and not is_zip:
        zipped = args.out.with_suffix(".zip")
        print(f"A text has no pictures, the set-up names {len(packed.bodies)}: --out {zipped} has them.")
    print(f"Wrote {args.out}. To apply it: aufruf init --from {args.out}")
    return 0
