"""List administrative acts: who changed what of accounts, devices and the set-up, newest last."""

import argparse
import sys
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from queue_server.adapters import audit_lines
from queue_server.commands.common import Place, add_place_arguments, open_place, plainly, town_of
from queue_server.domain.administration import Done
from queue_server.domain.town import Town
from queue_server.web import log_words
from queue_server.web.admin.noted_words import told_by
from queue_server.web.texts import STAFF_LANGUAGES, load_texts

USUAL = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="from this day on")
    parser.add_argument("--act", choices=[one.value for one in Done], metavar="ACT", help="only this act")
    parser.add_argument("--words", default="", metavar="TEXT", help="only lines in which these words stand")
    parser.add_argument(
        "--most", type=int, default=USUAL, metavar="N", help="the newest N lines (default: %(default)s)"
    )
    parser.add_argument("--csv", action="store_true", help="as a table for a spreadsheet, newest first")
    parser.add_argument(
        "--language", choices=STAFF_LANGUAGES, default="en", help="of the words (default: en)"
    )
    add_place_arguments(parser, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    with open_place(args) as place:
        town = town_of(place.towns, args.town)
        zone = ZoneInfo(town.sites[0].time_zone)
        lines = _lines(args, place, town, zone)
    say = load_texts(STAFF_LANGUAGES)[args.language]
    told = told_by(town, say)
    if args.csv:
        sys.stdout.write(log_words.as_table(say, lines, zone, told_by=told))
        return 0
    for line in reversed(lines):
        who = log_words.doer(say, line)
        print(f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}  {log_words.sentence(say, line)}  ·  {who}")
        for what, was, is_ in log_words.differences(say, line, told):
            print(f"{'':18}{what}: {f'{was} → {is_}' if was and is_ else was or is_}")
    if not lines:
        print("Nothing was found.")
    return 0


def _lines(args: argparse.Namespace, place: Place, town: Town, zone: ZoneInfo) -> list[audit_lines.Line]:
    return place.database.read(
        lambda conn: audit_lines.lines(
            conn,
            town.id,
            args.most,
            since=datetime.combine(args.since, time(), zone) if args.since else None,
            act=args.act or "",
            words=args.words,
        )
    )
