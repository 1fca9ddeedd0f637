"""Make, list, disable and enable the accounts of people, and give them new one-time passwords."""

import argparse
from typing import Any, Final

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, leads
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
from queue_server.commands.noting import noted
from queue_server.commands.user_leads import (
    add_lead_arguments,
    keep_lead,
    name_lead,
    relieve,
    require_department,
    told_of,
)
from queue_server.commands.user_sessions import (
    add_sessions_arguments,
    sessions,
    tell_of_tokens,
    tokens_of,
)
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.town import Clerk, Town
from queue_server.domain.town_values import USER

ROLES: Final = (Role.ADMINISTRATOR, Role.LEAD, Role.CLERK, Role.RECEPTION, Role.AUDITOR)
AT_NO_COUNTER: Final = frozenset({Role.RECEPTION, Role.AUDITOR})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = "create | list | password | sessions | disable | enable | lead | deputy | relieve"
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words)
    create = verbs.add_parser("create", help="make an account; its one-time password is the last line")
    create.add_argument("--role", required=True, choices=[role.value for role in ROLES])
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
    user = accounts.normal_user(args.user)
    if not USER.fullmatch(user):
        raise Problem(f'"{args.user}" cannot be a user name: a-z, digits, dot, hyphen, underscore', 2)
    town = town_meant(args, place)
    department = _department(args, town)
    clerk = _clerk(args, town, user)
    site_id = args.site or (clerk.site_ids[0] if clerk and _only_clerk(args, clerk) else None)
    if clerk and site_id and site_id not in clerk.site_ids:
        raise Problem(f"{clerk.id} does not work at {site_id}, but at {listed(clerk.site_ids)}")
    password = one_time_password()
    password_hash = accounts.hash_password(password)

    def work(conn: Connection) -> None:
        account_id = accounts.create_account(
            conn,
            organisation_id=town.id,
            user=user,
            role=Role(args.role),
            password_hash=password_hash,
            site_id=site_id,
            clerk_id=clerk.id if clerk else None,
            now=now(),
        )
        made = {"role": args.role, "clerk": clerk.id} if clerk else {"role": args.role}
        noted(conn, town.id, Done.ACCOUNT_MADE, "account", user, site_id=site_id, after=made)
        if department:
            keep_lead(conn, town.id, account_id, user, department)

    try:
        place.database.write(work)
    except accounts.UserTaken:
        raise Problem(_taken(place, user)) from None
    what = f"{args.role} {user}" + (f", clerk {clerk.id}" if clerk else "")
    what += f", who leads {department}" if department else ""
    _hand_over(f"Made the account of {what}, valid at {site_id or 'all sites'}.", password)
    return 0


def _taken(place: Place, user: str) -> str:
    if place.database.read(lambda conn: accounts.find_account(conn, user)) is None:
        return f"the name {user} belongs to a disabled account; let it in again: aufruf user enable {user}"
    return f"{user} has an account already; for a new password: aufruf user password {user}"


def _only_clerk(args: argparse.Namespace, clerk: Clerk) -> bool:
    return args.role in {Role.CLERK, Role.LEAD} and len(clerk.site_ids) == 1


def _department(args: argparse.Namespace, town: Town) -> str | None:
    """Return what a new lead leads; others are made leads or deputies afterwards."""
    if args.role != Role.LEAD:
        if args.department is not None:
            raise Problem("--department is for leads; name others with: aufruf user lead or deputy", 2)
        return None
    if args.department is None:
        known = listed([department.id for department in town.departments])
        raise Problem(f"a lead leads a department; name it with --department; known: {known}", 2)
    return require_department(town, args.department)


def _clerk(args: argparse.Namespace, town: Town, user: str) -> Clerk | None:
    """Return who the account is at a counter. Only a clerk has to be somebody there."""
    if args.role in AT_NO_COUNTER:
        if args.clerk is not None:
            raise Problem(f"--clerk does not go with the role {args.role}, which has no counter", 2)
        return None
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
    """Let somebody in again. The old password is not trusted any more: nobody watched it meanwhile."""
    town = town_of(place.towns, args.town)
    account = place.database.read(lambda conn: accounts.find_disabled(conn, args.user))
    if account is None or account.organisation_id != town.id:
        raise Problem(f"there is no disabled account {args.user}; see: aufruf user list")
    password = one_time_password()
    password_hash = accounts.hash_password(password)

    def work(conn: Connection) -> None:
        accounts.enable_account(conn, account.id)
        accounts.set_password(conn, account.id, password_hash, now(), must_change=True)
        _note(conn, Done.ACCOUNT_CHANGED, account, before={"disabled": True}, after={"disabled": False})

    place.database.write(work)
    _hand_over(f"{account.user} may sign in again.", password)
    return 0


def _password(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)
    password = one_time_password()
    password_hash = accounts.hash_password(password)

    def work(conn: Connection) -> None:
        accounts.set_password(conn, account.id, password_hash, now(), must_change=True)
        _note(conn, Done.PASSWORD_RESET, account)

    place.database.write(work)
    tell_of_tokens(place, account)
    _hand_over(f"{account.user} is signed out everywhere and has a new password.", password)
    return 0


def _disable(args: argparse.Namespace, place: Place) -> int:
    account = _account(args, place)

    def work(conn: Connection) -> int:
        theirs = tokens_of(conn, account)
        count = accounts.disable_account(conn, account.id, now())
        _note(conn, Done.ACCOUNT_DISABLED, account)
        for token in theirs:
            noted(conn, token.organisation_id, Done.TOKEN_REVOKED, "token", token.id, site_id=token.site_id)
        return count

    count = place.database.write(work)
    print(f"{account.user} cannot sign in any more; a running server ends open sessions within 5 seconds.")
    print(
        f"Revoked {count} tokens of the clerk {account.clerk_id}."
        if count
        else "There was no token to revoke."
    )
    return 0


def _note(
    conn: Connection, act: Done, account: accounts.StoredAccount, **sides: dict[str, Any] | None
) -> None:
    before, after = sides.get("before"), sides.get("after")
    who = account.organisation_id, act, "account", account.user
    noted(conn, *who, site_id=account.site_id, before=before, after=after)


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
