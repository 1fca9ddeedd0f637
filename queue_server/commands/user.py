"""Make, list, disable and enable the accounts of people, and give them new one-time passwords."""

import argparse

from sqlalchemy import Connection

from queue_server.adapters import accounts, leads, people
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
from queue_server.commands.noting import note_for
from queue_server.commands.user_leads import add_lead_arguments, name_lead, relieve, told_of
from queue_server.commands.user_sessions import add_sessions_arguments, sessions, tell_of_tokens
from queue_server.domain.access import Role
from queue_server.domain.people import ACCOUNT_ROLES, Flaw, NewAccount, normal_user, settled_account
from queue_server.domain.town import Town
from queue_server.domain.town_values import USER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = "create | list | password | sessions | disable | enable | lead | deputy | relieve"
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words)
    create = verbs.add_parser("create", help="make an account; its one-time password is the last line")
    create.add_argument("--role", required=True, choices=[role.value for role in ACCOUNT_ROLES])
    create.add_argument("user", metavar="USER", help="the name for signing in")
    create.add_argument("--clerk", metavar="ID", help="the clerk it is; default: the one with this user name")
    create.add_argument("--site", metavar="ID", help="valid at this site only")
    create.add_argument("--department", metavar="ID", help="the department that a lead leads")
    add_place_arguments(create, with_town=True)
    for verb, told in (
        ("list", "list who may sign in"),
        ("password", "give a new one-time password; ends all sessions"),
        ("disable", "let nobody sign in with it any more; ends all sessions, revokes the clerk's tokens"),
        ("enable", "let a disabled account in again, with a new one-time password"),
    ):
        one = verbs.add_parser(verb, help=told)
        if verb != "list":
            one.add_argument("user", metavar="USER")
        add_place_arguments(one, with_town=True)
    sessions_of = verbs.add_parser("sessions", help="list where somebody is signed in; --end ends that")
    add_sessions_arguments(sessions_of)
    add_place_arguments(sessions_of, with_town=True)
    add_lead_arguments(verbs)


@plainly
def run(args: argparse.Namespace) -> int:
    verbs = {"create": _create, "list": _list, "password": _password, "disable": _disable}
    verbs |= {"enable": _enable, "lead": _name_lead, "deputy": _name_lead, "relieve": _relieve}
    verbs["sessions"] = _sessions
    return run_verb(verbs, args)


def _sessions(args: argparse.Namespace, place: Place) -> int:
    return sessions(args, place, _account(args, place))


def _name_lead(args: argparse.Namespace, place: Place) -> int:
    return name_lead(args, place, _account(args, place))


def _relieve(args: argparse.Namespace, place: Place) -> int:
    return relieve(args, place, _account(args, place))


def _create(args: argparse.Namespace, place: Place) -> int:
    if not USER.fullmatch(normal_user(args.user)):
        raise Problem(_told(Flaw.USER_MISSPELT, args, None), 2)
    town = town_meant(args, place)
    new = settled_account(town, _wish(args))
    if isinstance(new, Flaw):
        usage = {Flaw.CLERK_AT_NO_COUNTER, Flaw.DEPARTMENT_MISSING}
        raise Problem(_told(new, args, town), 2 if new in usage else 1)
    password = one_time_password()
    password_hash = accounts.hash_password(password)
    note = note_for(town.id)
    try:
        place.database.write(lambda conn: people.make_account(conn, note, town.id, new, password_hash, now()))
    except accounts.UserTaken:
        raise Problem(_taken(place, new.user)) from None
    what = f"{new.role} {new.user}" + (f", clerk {new.clerk_id}" if new.clerk_id else "")
    what += f", who leads {args.department}" if args.department else ""
    _hand_over(f"Made the account of {what}, valid at {new.site_id or 'all sites'}.", password)
    return 0


def _taken(place: Place, user: str) -> str:
    if place.database.read(lambda conn: accounts.find_account(conn, user)) is None:
        return f"the name {user} belongs to a disabled account; let it in again: aufruf user enable {user}"
    return f"{user} has an account already; for a new password: aufruf user password {user}"


def _wish(args: argparse.Namespace) -> NewAccount:
    if args.role != Role.LEAD and args.department is not None:
        raise Problem("--department is for leads; name others with: aufruf user lead or deputy", 2)
    led = (args.department,) if args.department is not None else ()
    return NewAccount(args.user, Role(args.role), args.site, args.clerk, led)


def _told(flaw: Flaw, args: argparse.Namespace, town: Town | None) -> str:
    """Say what is wrong with a wish, and what there is instead."""
    if town is None or flaw is Flaw.USER_MISSPELT:
        return f'"{args.user}" cannot be a user name: a-z, digits, dot, hyphen, underscore'
    departments, clerks = (listed([one.id for one in some]) for some in (town.departments, town.clerks))
    users = listed([clerk.user for clerk in town.clerks if clerk.user])
    words = {
        Flaw.SITE_UNKNOWN: f"there is no site {args.site}; known: {listed([s.id for s in town.sites])}",
        Flaw.CLERK_UNKNOWN: f"there is no clerk {args.clerk}; known: {clerks}",
        Flaw.CLERK_MISSING: f"the set-up has no clerk with the user name {normal_user(args.user)} "
        f"(known: {users}); add one to the town file, or name one with --clerk",
        Flaw.CLERK_AT_NO_COUNTER: f"--clerk does not go with the role {args.role}, which has no counter",
        Flaw.CLERK_ELSEWHERE: f"{args.clerk or args.user} does not work at {args.site}",
        Flaw.DEPARTMENT_UNKNOWN: f"there is no department {args.department}; known: {departments}",
        Flaw.DEPARTMENT_MISSING: "a lead leads a department; name it with --department; "
        f"known: {departments}",
    }
    return words[flaw]


def _list(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)
    found, leading = place.database.read(
        lambda conn: (accounts.list_accounts(conn, town.id), told_of(leads.list_leads(conn, town.id)))
    )
    rows = [
        (
            *(a.user, a.role, a.site_id or "all", a.clerk_id or "-"),
            *("one-time" if a.must_change else "own", leading.get(a.id, "-")),
        )
        for a in found
    ]
    print(table_of(("USER", "ROLE", "SITE", "CLERK", "PASSWORD", "LEADS"), rows) if rows else "No accounts.")
    return 0


def _enable(args: argparse.Namespace, place: Place) -> int:
    town = town_of(place.towns, args.town)
    account = place.database.read(lambda conn: accounts.find_disabled(conn, args.user))
    if account is None or account.organisation_id != town.id:
        raise Problem(f"there is no disabled account {args.user}; see: aufruf user list")
    password = one_time_password()
    password_hash, note = accounts.hash_password(password), note_for(town.id)
    place.database.write(lambda conn: people.enable_account(conn, note, account, password_hash, now()))
    _hand_over(f"{account.user} may sign in again.", password)
    return 0


def _password(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)
    password = one_time_password()
    password_hash, note = accounts.hash_password(password), note_for(account.organisation_id)
    place.database.write(lambda conn: people.reset_password(conn, note, account, password_hash, now()))
    tell_of_tokens(place, account)
    _hand_over(f"{account.user} is signed out everywhere and has a new password.", password)
    return 0


def _disable(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)
    note = note_for(account.organisation_id)

    def work(conn: Connection) -> int:
        if people.is_last_administrator(conn, account):
            raise Problem(f"{account.user} is the last administrator of the town; make another one first")
        return people.disable_account(conn, note, account, now())

    count = place.database.write(work)
    print(f"{account.user} cannot sign in any more; a running server ends open sessions within 5 seconds.")
    print(
        f"Revoked {count} tokens of the clerk {account.clerk_id}."
        if count
        else "There was no token to revoke."
    )
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
