"""Prove that the rows say what the log says. May run beside a server."""

import argparse

from queue_server.adapters.checking import Difference, SiteCheck, check_database
from queue_server.commands.common import DIFFERS, add_place_arguments, open_place, plainly

MOST_SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all-days", action="store_true", help="every business day, not only the current")
    parser.add_argument("--figures", action="store_true", help="count the figures of all days and compare")
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    with open_place(args) as place:
        checks = check_database(place.database, all_days=args.all_days, figures=args.figures)
    return report(checks)


def report(checks: list[SiteCheck]) -> int:
    """Print what was checked and what differs; return the exit status."""
    for check in checks:
        print(_summary(check))
        for difference in check.differences[:MOST_SHOWN]:
            print(f"  {_worded(difference)}")
        if len(check.differences) > MOST_SHOWN:
            print(f"  … and {len(check.differences) - MOST_SHOWN} more")
    if not all(check.is_readable for check in checks):
        print("This version cannot read the whole log. A newer one may; else restore a backup")
        return 1
    if any(check.differences for check in checks):
        print("Log and rows differ. Stop the server, run: aufruf rebuild")
        return DIFFERS
    print("Log and rows agree.")
    return 0


def _summary(check: SiteCheck) -> str:
    if not check.days:
        return f"{check.site_id}: nothing happened yet"
    days = f"{check.days[0]}" if len(check.days) == 1 else f"{len(check.days)} days"
    found = f"{len(check.differences)} differences" if check.differences else "ok"
    return f"{check.site_id}, {days}: {check.entry_count} entries, {check.ticket_count} tickets: {found}"


def _worded(difference: Difference) -> str:
    what = " ".join(word for word in (difference.thing, difference.field) if word)
    told = f"by the log {difference.by_log}, in the rows {difference.by_rows}"
    return f"{difference.day or 'no day'} {what}: {told}"
