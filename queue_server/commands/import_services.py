"""Take services in from a table (CSV); shows what would change before it applies anything.

What must not live here: which columns there are (`adapters.town.table_columns`).
"""

import argparse
from pathlib import Path

from queue_server.adapters.town.file import diff
from queue_server.adapters.town.service_table import read_services, write_services
from queue_server.commands.applying import agreed, read_or_tell, refuse_or_warn, save
from queue_server.commands.common import add_place_arguments, open_place, plainly, town_of
from queue_server.commands.town_changes import lines_of
from queue_server.domain.town import GERMAN
from queue_server.web.texts import STAFF_LANGUAGES, load_texts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the table; with --export, where to write it")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument(
        "--export", action="store_true", help="write the services that there are, to begin with"
    )
    parser.add_argument(
        "--language", choices=STAFF_LANGUAGES, default=GERMAN, help="of the headings (default: de)"
    )
    add_place_arguments(parser, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    texts = load_texts(STAFF_LANGUAGES)
    with open_place(args) as place:
        before = town_of(place.towns, args.town)
        if args.export:
            args.file.write_bytes(write_services(before, texts[args.language]))
            print(f"Wrote {args.file}. To take it in again: aufruf import-services {args.file}")
            return 0
        says = [texts[args.language], *texts.values()]
        after = read_or_tell(
            args.file, lambda: read_services(args.file.read_bytes(), str(args.file), before, says)
        )
        changes = list(lines_of(diff(before, after)))
        if not changes:
            print("Nothing to change: the services are as the table says.")
            return 0
        print("\n".join(changes))
        refuse_or_warn(place.database, before, after)
        if not agreed(args):
            return 1
        count = place.database.write(lambda conn: save(conn, before, after))
        print(f"Applied {count} changes. A running server takes them in within two seconds.")
    return 0
