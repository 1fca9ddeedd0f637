"""Open and close the feed of a clerk's appointments, which calendar programs subscribe to."""

import argparse
from functools import partial

from sqlalchemy import Connection

from queue_server.adapters.calendars import feeds
from queue_server.adapters.server_key import ensure_key_file
from queue_server.commands.common import Place, Problem, add_place_arguments, plainly, run_verb, town_of
from queue_server.commands.noting import noted
from queue_server.domain.administration import Done
from queue_server.domain.town import Clerk, Town


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="feed")
    feed = verbs.add_parser(
        "feed", help="print the secret address of a clerk's appointments, on the last line"
    )
    feed.add_argument("clerk", metavar="CLERK", help="user name or ID")
    change = feed.add_mutually_exclusive_group()
    change.add_argument("--new", action="store_true", help="another address: the old one is worth nothing")
    change.add_argument("--off", action="store_true", help="close it")
    feed.add_argument(
        "--public-url", default="", metavar="URL", help="as `aufruf serve` has it, to print the whole address"
    )
    add_place_arguments(feed, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    return run_verb({"feed": _feed}, args)


def _feed(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)
    clerk = _clerk(town, args.clerk)
    if args.off:
        if not place.database.write(partial(_close, town=town, clerk=clerk)):
            raise Problem(f"{clerk.user} has no feed")
        print("Closed. The address shows nothing from now on.")
        return 0
    secrets = ensure_key_file(place.settings.key_file)
    version = place.database.write(partial(_open, town=town, clerk=clerk, renew=args.new))
    print(f"Whoever has this address sees when {clerk.name} is booked; give it to nobody else.")
    if not args.public_url:
        print("Put the address of the server in front of it, or name it with --public-url.")
    secret = secrets.seal(feeds.SEAL, clerk.id, version)
    print(f"{args.public_url.rstrip('/')}/calendar/{secret}.ics", flush=True)
    return 0


def _open(conn: Connection, *, town: Town, clerk: Clerk, renew: bool) -> int:
    before = feeds.version_of(conn, clerk.id)
    version = feeds.open_feed(conn, town.id, clerk.id, renew=renew)
    # Shown once more, the address is in another hand too: that stands in the log as well.
    told = {"shown_again": True} if version == before else {"new_address": True}
    noted(conn, town.id, Done.CALENDAR_OPENED, "clerk", clerk.id, after=told)
    return version


def _close(conn: Connection, *, town: Town, clerk: Clerk) -> bool:
    if not feeds.close_feed(conn, clerk.id):
        return False
    noted(conn, town.id, Done.CALENDAR_CLOSED, "clerk", clerk.id)
    return True


def _clerk(town: Town, name: str) -> Clerk:
    for clerk in town.clerks:
        if name in (clerk.user, clerk.id):
            return clerk
    known = ", ".join(clerk.user for clerk in town.clerks)
    raise Problem(f"there is no clerk {name}; known: {known or 'none'}")
