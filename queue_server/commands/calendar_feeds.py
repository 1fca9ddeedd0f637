"""Open and close the feed of a clerk's appointments, which calendar programs subscribe to."""

import argparse
from functools import partial

from queue_server.adapters.calendars import feeds
from queue_server.adapters.server_key import ensure_key_file
from queue_server.commands.common import Place, Problem, add_place_arguments, plainly, run_verb, town_of
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
        if not place.database.write(partial(feeds.close_feed, clerk_id=clerk.id)):
            raise Problem(f"{clerk.user} has no feed")
        print("Closed. The address shows nothing from now on.")
        return 0
    secrets = ensure_key_file(place.settings.key_file)
    make = partial(feeds.open_feed, organisation_id=town.id, clerk_id=clerk.id, renew=args.new)
    version = place.database.write(make)
    print(f"Whoever has this address sees when {clerk.name} is booked; give it to nobody else.")
    if not args.public_url:
        print("Put the address of the server in front of it, or name it with --public-url.")
    secret = secrets.seal(feeds.SEAL, clerk.id, version)
    print(f"{args.public_url.rstrip('/')}/calendar/{secret}.ics", flush=True)
    return 0


def _clerk(town: Town, name: str) -> Clerk:
    for clerk in town.clerks:
        if name in (clerk.user, clerk.id):
            return clerk
    known = ", ".join(clerk.user for clerk in town.clerks)
    raise Problem(f"there is no clerk {name}; known: {known or 'none'}")
