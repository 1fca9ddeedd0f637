"""Name who leads a department, who stands in and until when, and relieve them: words behind `aufruf user`."""

import argparse
from collections.abc import Callable
from datetime import date

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, leads, people
from queue_server.commands.common import Place, Problem, add_place_arguments, listed
from queue_server.commands.noting import note_for
from queue_server.domain.access import Role
from queue_server.domain.people import MAY_LEAD, Flaw, flaw_of_lead
from queue_server.domain.town import Town

FindAccount = Callable[[argparse.Namespace, Place], accounts.StoredAccount]


def add_lead_arguments(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for verb, told in (
        ("lead", "let an account lead a department"),
        ("deputy", "let an account stand in for the lead of a department"),
        ("relieve", "let an account lead a department, or stand in, no more"),
    ):
        one = verbs.add_parser(verb, help=told)
        one.add_argument("user", metavar="USER")
        one.add_argument("--department", metavar="ID", required=True)
        if verb == "deputy":
            one.add_argument(
                "--until", type=a_day, metavar="DATE", help="the last day, as 2026-12-24; default: for good"
            )
        add_place_arguments(one, with_town=True)


def a_day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is no day; write it as 2026-12-24") from None


def name_lead(args: argparse.Namespace, place: Place, account: accounts.StoredAccount) -> int:
    """Let an account lead, or with the word `deputy` stand in."""
    town, department = place.towns[account.organisation_id], args.department
    flaw = flaw_of_lead(town, account.role, department)
    if flaw is not None:
        raise Problem(_told(flaw, town, account, department))
    is_deputy, until = args.verb == "deputy", getattr(args, "until", None)

    def work(conn: Connection) -> None:
        who = account.id, account.user, department
        people.name_lead(conn, note_for(town.id), town.id, *who, is_deputy=is_deputy, until=until)

    place.database.write(work)
    what = "stands in for the lead of" if is_deputy else "leads"
    print(f"{account.user} {what} {department}{f', the last time on {until}' if until else ''}.")
    return 0


def _told(flaw: Flaw, town: Town, account: accounts.StoredAccount, department: str) -> str:
    if flaw is Flaw.DEPARTMENT_UNKNOWN:
        return f"there is no department {department}; known: {listed([one.id for one in town.departments])}"
    if account.role is Role.ADMINISTRATOR:
        return f"{account.user} is an administrator, who may do in every department what leads may"
    return f"the role {account.role} only reads; a lead is one of: {listed(MAY_LEAD)}"


def relieve(args: argparse.Namespace, place: Place, account: accounts.StoredAccount) -> int:
    """Let an account lead no more. A department that is gone from the set-up may be named, too."""
    note = note_for(account.organisation_id)
    if not place.database.write(lambda conn: people.end_lead(conn, note, account, args.department)):
        raise Problem(f"{account.user} does not lead {args.department}; see: aufruf user list")
    print(f"{account.user} no longer leads {args.department}; a running server knows it within 5 seconds.")
    return 0


def told_of(found: list[leads.Lead]) -> dict[str, str]:
    """Return for each account what it leads, as a list of accounts shows it."""
    told: dict[str, list[str]] = {}
    for one in found:
        until = f" until {one.valid_until}" if one.valid_until else ""
        words = f"{one.department_id} (deputy{until})" if one.is_deputy else one.department_id
        told.setdefault(one.account_id, []).append(words)
    return {account_id: ", ".join(words) for account_id, words in told.items()}
