"""Make, list and revoke the keys of programs and devices.

The command is `aufruf token`; the module's name keeps out of the way of the standard library's `token`.
"""

import argparse
from dataclasses import replace
from itertools import count
from typing import Final

from sqlalchemy.engine import Connection

from queue_server.adapters import people, tokens
from queue_server.adapters.town import store as town_store
from queue_server.commands.common import (
    Place,
    Problem,
    add_place_arguments,
    listed,
    now,
    plainly,
    run_verb,
    site_of,
    table_of,
    town_meant,
    town_of,
)
from queue_server.commands.noting import note_for, noted
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.people import (
    OF_A_WHOLE_TOWN,
    OF_DEVICES,
    TOKEN_ROLES,
    NewToken,
    devices_at,
    normal_user,
)
from queue_server.domain.town import EVERY_SKILL, Clerk, Display, Kiosk, Site, Town

LONGEST_ID: Final = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list | revoke")
    create = verbs.add_parser("create", help="make a token; it stands alone on the last line, once")
    create.add_argument("--role", required=True, choices=[role.value for role in TOKEN_ROLES])
    create.add_argument("--site", metavar="ID", help="may be left out when there is only one")
    create.add_argument(
        "--all-sites", action="store_true", help="for administrator and integration: valid at every site"
    )
    create.add_argument("--user", metavar="U", help="the clerk that it stands for; without it one is made")
    create.add_argument("--device", metavar="ID", help="the display or kiosk; without it one is made")
    create.add_argument("--label", default="", metavar="TEXT", help="what it is for, shown in the list")
    add_place_arguments(create, with_town=True)
    seen = verbs.add_parser("list", help="list the valid tokens, without their secret part")
    seen.add_argument("--site", metavar="ID", help="only those of this site")
    add_place_arguments(seen, with_town=True)
    revoke = verbs.add_parser("revoke", help="let a token open nothing any more")
    revoke.add_argument("id", metavar="ID", help="as `aufruf token list` shows it")
    add_place_arguments(revoke, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    if args.verb == "create":
        _check_combination(args)
    return run_verb({"create": _create, "list": _list, "revoke": _revoke}, args)


def _check_combination(args: argparse.Namespace) -> None:
    if args.role not in OF_DEVICES and args.device:
        raise Problem(f"--device is for --role display or kiosk, not {args.role}", 2)
    if args.role in OF_DEVICES and args.user:
        raise Problem(f"--user is for --role clerk, administrator or integration, not {args.role}", 2)
    if args.all_sites and (args.site or args.role not in OF_A_WHOLE_TOWN):
        raise Problem("--all-sites is for --role administrator or integration, and without --site", 2)


def _create(args: argparse.Namespace, place: Place) -> int:
    role = Role(args.role)

    def work(conn: Connection) -> tuple[str, list[str]]:
        id_: str | None
        # Read again under the lock: two commands at once must not make the same device.
        town_store.lock_settings(conn)
        towns = town_store.load_towns(conn)
        town, site = _where(args, towns)
        if role in OF_DEVICES and site is not None:
            id_, told = _device(conn, towns, town, site, role, args.device)
        else:
            id_, told = _person(conn, towns, town, site, role, args.user)
        is_device, at = role in OF_DEVICES, site.id if site else None
        new = NewToken(role, at, None if is_device else id_, id_ if is_device else None, args.label)
        token = people.make_token(conn, note_for(town.id), town.id, new, now())
        where = site.id if site else f"all sites of {town.id}"
        return token, [*told, f"This {role} token stands for {id_ or 'a program'} at {where}."]

    token, told = place.database.write(work)
    print("\n".join(told))
    print(f"It is shown only now; its name in the list is {tokens.token_id(token)}.")
    print(token, flush=True)
    return 0


def _where(args: argparse.Namespace, towns: dict[str, Town]) -> tuple[Town, Site | None]:
    if args.all_sites:
        return town_of(towns, args.town), None
    return site_of(towns, args.site or _only_site_of(towns, args.device, args.user))


def _only_site_of(towns: dict[str, Town], device_id: str | None, user: str | None) -> str | None:
    """Return the one site that the named device or clerk belongs to; None when that is not clear."""
    found = {site.id for town in towns.values() for site in town.sites if device_id in _device_ids(site)}
    if user is not None:
        for town in towns.values():
            found.update(*(clerk.site_ids for clerk in town.clerks if _is_named(clerk, user)))
    return found.pop() if len(found) == 1 else None


def _device(
    conn: Connection, towns: dict[str, Town], town: Town, site: Site, role: Role, wanted: str | None
) -> tuple[str, list[str]]:
    """Return the device's id and what to say; without `wanted`, a new device is stored."""
    there = devices_at(site, role)
    if wanted is not None:
        if wanted not in there:
            raise Problem(f"there is no {role} {wanted} at {site.id}; known: {listed(there)}")
        return wanted, []
    id_ = _new_id(f"{site.id}-{role}", len(there) + 1, _taken(conn, towns))
    if role is Role.DISPLAY:
        display = Display(id_, id_, tuple(area.id for area in site.areas))
        renewed = replace(site, displays=(*site.displays, display))
        shows = "all areas"
    else:
        kiosk = Kiosk(id_, id_, site.areas[0].id, languages=town.languages)
        renewed = replace(site, kiosks=(*site.kiosks, kiosk))
        shows = f"the area {site.areas[0].id}"
    sites = tuple(renewed if one.id == site.id else one for one in town.sites)
    town_store.save_town(conn, replace(town, sites=sites), now())
    noted(conn, town.id, Done.SETTING_ADDED, role.value, id_, site_id=site.id)
    return id_, [f"Made the {role} {id_} for {shows} of {site.id}.", _KEEP_IT]


def _person(
    conn: Connection, towns: dict[str, Town], town: Town, site: Site | None, role: Role, wanted: str | None
) -> tuple[str | None, list[str]]:
    """Return the clerk's id and what to say; a clerk is made when the role needs one and none is named."""
    if wanted is not None:
        return _clerk_named(town, site, wanted).id, []
    if role is not Role.CLERK or site is None:
        return None, []
    users = {clerk.user for one in towns.values() for clerk in one.clerks}
    id_ = _new_id("clerk", 1, _taken(conn, towns) | users)
    clerk = Clerk(id_, id_, id_, (EVERY_SKILL,), (site.id,))
    town_store.save_town(conn, replace(town, clerks=(*town.clerks, clerk)), now())
    noted(conn, town.id, Done.SETTING_ADDED, "clerk", id_, site_id=site.id)
    return id_, [f"Made the clerk {id_} with every skill of {site.id}.", _KEEP_IT]


_KEEP_IT: Final = "Add it to the town file as well, or the next `aufruf init` will offer to remove it."


def _clerk_named(town: Town, site: Site | None, wanted: str) -> Clerk:
    clerk = next((clerk for clerk in town.clerks if _is_named(clerk, wanted)), None)
    if clerk is None:
        raise Problem(f"there is no clerk {wanted}; known: {listed([one.user for one in town.clerks])}")
    if site is not None and site.id not in clerk.site_ids:
        raise Problem(f"{wanted} does not work at {site.id}, but at {listed(clerk.site_ids)}")
    return clerk


def _is_named(clerk: Clerk, wanted: str) -> bool:
    return wanted == clerk.id or normal_user(wanted) == normal_user(clerk.user)


def _new_id(stem: str, first: int, taken: set[str]) -> str:
    """Return `stem-n` that nobody has. A long stem is cut, for an id has 40 characters at most."""
    ids = (f"{stem[: LONGEST_ID - len(str(n)) - 1]}-{n}" for n in count(first))
    return next(id_ for id_ in ids if id_ not in taken)


def _taken(conn: Connection, towns: dict[str, Town]) -> set[str]:
    """Return the ids of devices and clerks, and those of removed ones that a token still names."""
    ids = {clerk.id for town in towns.values() for clerk in town.clerks}
    for town in towns.values():
        for site in town.sites:
            ids |= _device_ids(site)
        for token in tokens.list_tokens(conn, town.id):
            ids |= {id_ for id_ in (token.device_id, token.clerk_id) if id_}
    return ids


def _device_ids(site: Site) -> set[str]:
    return {display.id for display in site.displays} | {kiosk.id for kiosk in site.kiosks}


def _list(args: argparse.Namespace, place: Place) -> int:
    town = town_meant(args, place)
    found = place.database.read(lambda conn: tokens.list_tokens(conn, town.id, args.site))
    rows = [
        (
            t.id,
            t.role,
            t.site_id or "all",
            t.device_id or t.clerk_id or "-",
            f"{t.created_at:%Y-%m-%d}",
            f"{t.last_used_on or '-'}",
            t.label,
        )
        for t in found
    ]
    print(
        table_of(("ID", "ROLE", "SITE", "STANDS FOR", "MADE ON", "LAST USED", "LABEL"), rows)
        if rows
        else "No tokens."
    )
    return 0


def _revoke(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)

    def work(conn: Connection) -> bool:
        found = next((one for one in tokens.list_tokens(conn, town.id) if one.id == args.id), None)
        return found is not None and people.revoke_token(conn, note_for(town.id), found, now())

    if not place.database.write(work):
        raise Problem(f"there is no valid token {args.id}; see: aufruf token list")
    print("Revoked. A running server stops accepting it within 5 seconds.")
    return 0
