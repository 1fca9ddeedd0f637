"""Make, list and revoke the codes of trusted helpers, who book for many people."""

import argparse
from functools import partial
from typing import Final

from sqlalchemy import Connection

from queue_server.adapters import helpers
from queue_server.adapters.server_key import ensure_key_file
from queue_server.commands.common import (
    Place,
    Problem,
    add_place_arguments,
    now,
    plainly,
    run_verb,
    table_of,
    town_meant,
    town_of,
)
from queue_server.commands.noting import noted
from queue_server.domain.administration import Done

LONGEST_NAME: Final = 100
HEAD: Final = ("ID", "NAME", "SITE", "MADE ON", "BOOKINGS", "LAST")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list | revoke")
    create = verbs.add_parser("create", help="make a code; it stands alone on the last line, once")
    create.add_argument("name", metavar="NAME", help='the institution, such as "Stadtbibliothek"')
    create.add_argument("--site", metavar="ID", help="valid at this site only (default: at all of the town)")
    add_place_arguments(create, with_town=True)
    seen = verbs.add_parser("list", help="list the helpers, with how many bookings each has made")
    add_place_arguments(seen, with_town=True)
    revoke = verbs.add_parser("revoke", help="let a code lift no limit any more")
    revoke.add_argument("id", metavar="ID", help="as `aufruf helper list` shows it")
    add_place_arguments(revoke, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    return run_verb({"create": _create, "list": _list, "revoke": _revoke}, args)


def _create(args: argparse.Namespace, place: Place) -> int:
    name = " ".join(args.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Problem(f"the name must have 1 to {LONGEST_NAME} printable characters", 2)
    town = town_meant(args, place)
    key = ensure_key_file(place.settings.key_file).derive("contact")

    def work(conn: Connection) -> tuple[str, str]:
        made = helpers.create_helper(
            conn, key, organisation_id=town.id, site_id=args.site, name=name, now=now()
        )
        noted(conn, town.id, Done.HELPER_MADE, "helper", made[0], site_id=args.site, after={"name": name})
        return made

    id_, code = place.database.write(work)
    print(f"{name} may book without the limits for a contact at {args.site or f'all sites of {town.id}'}.")
    print(f"The code is shown only now; its name in the list is {id_}.")
    print(code, flush=True)
    return 0


def _list(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)
    found = place.database.read(partial(helpers.list_helpers, organisation_id=town.id))
    rows = [
        (
            one.id,
            one.name,
            one.site_id or "all",
            f"{one.created_at:%Y-%m-%d}",
            str(one.bookings),
            f"{one.last_booked_at:%Y-%m-%d}" if one.last_booked_at else "never",
        )
        for one in found
    ]
    print(table_of(HEAD, rows) if rows else "No helpers.")
    return 0


def _revoke(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)

    def work(conn: Connection) -> bool:
        if not helpers.revoke_helper(conn, town.id, args.id, now()):
            return False
        noted(conn, town.id, Done.HELPER_REVOKED, "helper", args.id)
        return True

    if not place.database.write(work):
        raise Problem(f"there is no valid helper {args.id}; see: aufruf helper list")
    print("Revoked. The code lifts no limit from now on.")
    return 0
