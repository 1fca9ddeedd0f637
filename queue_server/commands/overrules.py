"""List the limits that staff have lifted: when, for which appointment, who, and why."""

import argparse
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from queue_server.adapters.rows.overrule_rows import OverruleRows
from queue_server.commands.common import Place, add_place_arguments, open_place, plainly, table_of, town_of

HEAD = ("WHEN", "SITE", "LIMIT", "BY", "APPOINTMENT", "REASON")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="from this day on (default: all)"
    )
    add_place_arguments(parser, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    with open_place(args) as place:
        rows = _rows(args, place)
    print(table_of(HEAD, rows) if rows else "No limit was lifted.")
    return 0


def _rows(args: argparse.Namespace, place: Place) -> list[tuple[str, ...]]:
    rows = []
    for site in town_of(place.towns, args.town).sites:
        zone = ZoneInfo(site.time_zone)
        since = datetime.combine(args.since or date(2000, 1, 1), time(), zone)
        found = place.database.read(partial(OverruleRows.since, site_id=site.id, since=since))
        rows += [
            (f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}", site.id, one.what, one.by, reference, one.reason)
            for one, reference in found
        ]
    return sorted(rows)
