"""Simulate a day, recorded or to come, with other counters, hours, visitors or rules."""

import argparse
import json
from dataclasses import replace
from datetime import date, time
from typing import Final

from queue_server.commands.common import (
    Problem,
    add_place_arguments,
    open_place,
    plainly,
    site_of,
)
from queue_server.commands.simulated_table import worded
from queue_server.commands.simulating import NoDay, Study
from queue_server.domain.simulation.asking import (
    MOST_COUNTERS,
    MOST_SEEDS,
    Hours,
    Question,
    Rule,
    WhatIf,
    roster_of,
    stretch_of,
)

REFUSED: Final = {
    "closed": ("{site} is closed on {day}, or nobody works then", 1),
    "nobody_measured": (
        "nobody was called on that weekday in the eight weeks before; say how many come: --visitors",
        2,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        required=True,
        metavar="YYYY-MM-DD",
        help="a recorded day is lived through with its own people; any other with those who usually come",
    )
    parser.add_argument("--site", metavar="ID", help="needed only when there are several sites")
    parser.add_argument("--counters", type=int, metavar="N", help="so many counters")
    parser.add_argument(
        "--counter-open",
        type=_stretch,
        action="append",
        default=[],
        metavar="9-12",
        help="all counters are open at these times; may be repeated",
    )
    parser.add_argument(
        "--roster",
        type=_roster,
        default=(),
        metavar="'8-16; 10-14'",
        help="when each counter is open, one after the other",
    )
    parser.add_argument("--visitors", type=float, metavar="N", help="so many come, where none were measured")
    parser.add_argument(
        "--booked", type=_percent, metavar="PERCENT", help="share of --visitors with an appointment"
    )
    parser.add_argument(
        "--walk-ins",
        type=_percent,
        default=1.0,
        metavar="PERCENT",
        help="80: a fifth fewer; 120: a fifth more",
    )
    parser.add_argument(
        "--rule",
        choices=[one.value for one in Rule],
        nargs="+",
        default=["ours"],
        help="who is next (default: ours)",
    )
    parser.add_argument(
        "--patience", type=float, metavar="F", help="patience of walk-ins (default: the site's)"
    )
    parser.add_argument(
        "--nine-of-ten-under", type=float, metavar="MIN", help="how many counters does it take for this?"
    )
    parser.add_argument(
        "--seeds", type=int, default=30, metavar="N", help="days to draw (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    add_place_arguments(parser)


def _stretch(text: str) -> tuple[time, time]:
    try:
        return stretch_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _roster(text: str) -> tuple[Hours, ...]:
    try:
        return roster_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _percent(text: str) -> float:
    share = float(text) / 100
    if not 0 <= share <= 10:
        raise argparse.ArgumentTypeError("write a share as per cent, such as 60")
    return share


@plainly
def run(args: argparse.Namespace) -> int:
    if not 1 <= args.seeds <= MOST_SEEDS or (
        args.counters is not None and not 1 <= args.counters <= MOST_COUNTERS
    ):
        raise Problem(f"--seeds is from 1 to {MOST_SEEDS}, --counters from 1 to {MOST_COUNTERS}", 2)
    with open_place(args) as place:
        town, site = site_of(place.towns, args.site)
        question = Question(site.id, args.day, args.visitors, args.booked, args.seeds, tuple(_what_ifs(args)))
        try:
            told = Study(place.database, town, site, question).told()
        except NoDay as no:
            sentence, status = REFUSED[no.why]
            raise Problem(sentence.format(site=site.id, day=args.day), status) from no
    told["nine_of_ten_under"] = args.nine_of_ten_under
    print(json.dumps(told, indent=1) if args.json else worded(told))
    return 0


def _what_ifs(args: argparse.Namespace) -> list[WhatIf]:
    asked = WhatIf(
        args.counters,
        tuple(args.counter_open),
        args.walk_ins,
        Rule(args.rule[0]),
        args.patience,
        args.nine_of_ten_under,
        args.roster,
    )
    if asked.roster and (asked.counters or asked.hours or asked.under_min):
        raise Problem("--roster names counters and times already; leave the others out", 2)
    # How many it takes is asked for one rule.
    rules = args.rule if asked.under_min is None else args.rule[:1]
    return [replace(asked, rule=Rule(one)) for one in rules]
