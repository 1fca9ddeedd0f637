"""Make, list and disable the accounts of people, and give them new one-time passwords."""

import argparse

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts
from queue_server.adapters.server_key import one_time_password
from queue_server.commands.common import (
    Place,
    Problem,
    add_place_arguments,
    listed,
    now,
    plainly,
    run_verb,
    table_of,
    town_meant,
    town_of,
)
from queue_server.domain.access import Role
from queue_server.domain.town import Clerk, Town
from queue_server.domain.town_values import USER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list | password | disable")
    create = verbs.add_parser("create", help="make an account; its one-time password is the last line")
    create.add_argument("--role", required=True, choices=[Role.ADMINISTRATOR.value, Role.CLERK.value])
    create.add_argument("user", metavar="USER", help="the name for signing in")
    create.add_argument("--clerk", metavar="ID", help="the clerk it is; default: the one with this user name")
    create.add_argument("--site", metavar="ID", help="valid at this site only")
    add_place_arguments(create, with_town=True)
    for verb, told in (
        ("list", "list who may sign in"),
        ("password", "give a new one-time password; ends all sessions"),
        ("disable", "let nobody sign in with it any more; ends all sessions"),
    ):
        one = verbs.add_parser(verb, help=told)
        if verb != "list":
            one.add_argument("user", metavar="USER")
        add_place_arguments(one, with_town=True)


@plainly
def run(args: argparse.Namespace) -> int:
    verbs = {"create": _create, "list": _list, "password": _password, "disable": _disable}
    return run_verb(verbs, args)


def _create(args: argparse.Namespace, place: Place) -> int:
    user = accounts.normal_user(args.user)
    if not USER.fullmatch(user):
        raise Problem(f'"{args.user}" cannot be a user name: a-z, digits, dot, hyphen, underscore', 2)
    town = town_meant(args, place)
    clerk = _clerk(args, town, user)
    site_id = args.site or (clerk.site_ids[0] if clerk and _only_clerk(args, clerk) else None)
    if clerk and site_id and site_id not in clerk.site_ids:
        raise Problem(f"{clerk.id} does not work at {site_id}, but at {listed(clerk.site_ids)}")
    password = one_time_password()
    password_hash = accounts.hash_password(password)

    def work(conn: Connection) -> None:
        accounts.create_account(
            conn,
            organisation_id=town.id,
            user=user,
            role=Role(args.role),
            password_hash=password_hash,
            site_id=site_id,
            clerk_id=clerk.id if clerk else None,
            now=now(),
        )

    try:
        place.database.write(work)
    except accounts.UserTaken:
        raise Problem(_taken(place, user)) from None
    what = f"{args.role} {user}" + (f", clerk {clerk.id}" if clerk else "")
    _hand_over(f"Made the account of {what}, valid at {site_id or 'all sites'}.", password)
    return 0


def _taken(place: Place, user: str) -> str:
    if place.database.read(lambda conn: accounts.find_account(conn, user)) is None:
        return f"the name {user} belongs to a disabled account and stays taken; choose another"
    return f"{user} has an account already; for a new password: aufruf user password {user}"


def _only_clerk(args: argparse.Namespace, clerk: Clerk) -> bool:
    return bool(args.role == Role.CLERK and len(clerk.site_ids) == 1)


def _clerk(args: argparse.Namespace, town: Town, user: str) -> Clerk | None:
    """Return who the account is at a counter. An administrator may be nobody there."""
    for clerk in town.clerks:
        if args.clerk == clerk.id or (args.clerk is None and accounts.normal_user(clerk.user) == user):
            return clerk
    if args.clerk is not None:
        raise Problem(f"there is no clerk {args.clerk}; known: {listed([c.id for c in town.clerks])}")
    if args.role == Role.CLERK:
        users = listed([clerk.user for clerk in town.clerks if clerk.user])
        raise Problem(
            f"the set-up has no clerk with the user name {user} (known: {users}); "
            "add one to the town file, or name one with --clerk"
        )
    return None


def _list(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)
    found = place.database.read(lambda conn: accounts.list_accounts(conn, town.id))
    rows = [
        (a.user, a.role, a.site_id or "all", a.clerk_id or "-", "one-time" if a.must_change else "own")
        for a in found
    ]
    print(table_of(("USER", "ROLE", "SITE", "CLERK", "PASSWORD"), rows) if rows else "No accounts.")
    return 0


def _password(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)
    password = one_time_password()
    password_hash = accounts.hash_password(password)
    place.database.write(
        lambda conn: accounts.set_password(conn, account.id, password_hash, now(), must_change=True)
    )
    _hand_over(f"{account.user} is signed out everywhere and has a new password.", password)
    return 0


def _disable(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)
    place.database.write(lambda conn: accounts.disable_account(conn, account.id, now()))
    print(f"{account.user} cannot sign in any more; a running server ends open sessions within 5 seconds.")
    return 0


def _account(args: argparse.Namespace, place: Place) -> accounts.StoredAccount:
    town = town_of(place.towns, args.town)
    account = place.database.read(lambda conn: accounts.find_account(conn, args.user))
    if account is None or account.organisation_id != town.id:
        raise Problem(f"there is no account {args.user}; see: aufruf user list")
    return account


def _hand_over(sentence: str, password: str) -> None:
    print(sentence)
    print("The password works once: it has to be changed when signing in. It is shown only now:")
    print(password, flush=True)
