"""Write each site's day as a PDF, to call by voice from when nothing else works. May run beside a server."""

import argparse
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.adapters.daysheet import folder, paper, rows
from queue_server.commands.common import Place, add_place_arguments, now, open_place, plainly, site_of
from queue_server.domain.town import GERMAN, Site, Town
from queue_server.services.day_sheet import sheet_of
from queue_server.web.texts import STAFF_LANGUAGES, load_texts

AHEAD: Final = 1
"""The server writes so many days ahead: should the night take it, tomorrow's sheet is there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", metavar="ID", help="only this site (default: all)")
    parser.add_argument(
        "--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="which day (default: the site's today)"
    )
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="folder of the sheets (default: daysheets in the data folder)"
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help="with names, in a file of its own that only you may read",
    )
    parser.add_argument("--language", choices=STAFF_LANGUAGES, default=GERMAN, help="(default: de)")
    parser.set_defaults(days=1)
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    with open_place(args) as place:
        target = args.to.resolve() if args.to else place.settings.day_sheet_folder
        for town, site in _sites(args, place):
            today = now().astimezone(ZoneInfo(site.time_zone)).date()
            for day in [args.date] if args.date else [today + timedelta(days=n) for n in range(args.days)]:
                print(_make(args, place, town, site, day, target, is_today=day == today))
    for path in folder.prune(target, now().date()):
        print(f"removed: {path.name}")
    return 0


def by_server(words: str) -> int:
    """Make the sheets of a running server, whose child this is; it tells where the town lies."""
    os.nice(10)  # it must not take the cores from who is being served
    told = json.loads(words)
    where = {"data": Path(told["data"]), "database": told["database"], "to": Path(told["to"])}
    usual = {"site": None, "date": None, "names": False, "language": GERMAN, "days": 1 + AHEAD}
    return run(argparse.Namespace(**where, **usual))


def _sites(args: argparse.Namespace, place: Place) -> list[tuple[Town, Site]]:
    if args.site:
        return [site_of(place.towns, args.site)]
    return [(town, site) for town in place.towns.values() for site in town.sites]


def _make(
    args: argparse.Namespace, place: Place, town: Town, site: Site, day: date, target: Path, *, is_today: bool
) -> Path:
    made_at: datetime = now()
    expected = place.database.read(lambda conn: rows.expected(conn, site.id, day, names=args.names))
    in_line = place.database.read(lambda conn: rows.in_line(conn, site.id, day)) if is_today else []
    say = load_texts(STAFF_LANGUAGES)[args.language]
    sheet = sheet_of(say, town, site, day, made_at, expected, in_line, names=args.names)
    return folder.put(target, site.id, day, paper.draw(sheet, made_at), names=args.names)
