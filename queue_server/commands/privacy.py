"""Search database, logs and spool for data of people who were erased, and for contacts where none belong."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from queue_server.adapters.auditing import audit as auditing
from queue_server.adapters.auditing import blanking
from queue_server.adapters.auditing.allowed import BELONGS, STAFF
from queue_server.adapters.auditing.audit import Audit
from queue_server.adapters.auditing.blanking import BLANKABLE
from queue_server.adapters.forgetting.marks import ERASED
from queue_server.adapters.server_key import load_key_file
from queue_server.commands.common import Place, Problem, add_place_arguments, now, plainly, run_verb, table_of
from queue_server.commands.noting import noted
from queue_server.domain.administration import Done

HEAD: Final = ("WHERE", "ROW", "WHAT", "WHY")
MOST_SHOWN: Final = 200
WHY: Final = {
    "erased": "belongs to somebody who was erased",
    "looks_like": "a contact has no place there",
    "overdue": "should have been erased",
}
UNSEEN: Final = (
    "No audit sees single names and nicknames, other spellings (Mayer, Maier), what a picture shows,",
    "paper, mail servers and mailboxes, gateways for text messages, clerks' own calendars, copies somebody",
    "made, and traces of people who were erased more than 30 days ago. Backups are sealed and not searched:",
    "restoring one erases first whom its journal names.",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="audit | blank")
    audit = verbs.add_parser(
        "audit", help="search, print what was found; exit status 1 when that is anything"
    )
    audit.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="PATH",
        help="a log file or a folder of them; - reads a log from another program; may be repeated",
    )
    add_place_arguments(audit)
    blank = verbs.add_parser("blank", help="take out words that staff typed and the audit found")
    blank.add_argument("what", choices=sorted(BLANKABLE), help="the column, as the audit names it")
    blank.add_argument("id", metavar="ID", help="the row, as the audit names it")
    add_place_arguments(blank)


@plainly
def run(args: argparse.Namespace) -> int:
    return run_verb({"audit": _audit, "blank": _blank}, args)


def _blank(args: argparse.Namespace, place: Place) -> int:
    if not place.database.write(partial(_blank_and_note, what=args.what, row_id=args.id)):
        raise Problem(f"{args.what} has no row {args.id}; the audit names the rows")
    print(f"The words are gone; the rest of the row stays: {args.what} {args.id}")
    return 0


def _blank_and_note(conn: Connection, what: str, row_id: str) -> bool:
    organisation_id = blanking.blank(conn, what, row_id)
    if organisation_id is None:
        return False
    noted(conn, organisation_id, Done.WORDS_BLANKED, what.partition(".")[0], row_id)
    return True


def _audit(args: argparse.Namespace, place: Place) -> int:
    settings = place.settings
    search = partial(
        auditing.audit,
        key=load_key_file(settings.key_file).derive(ERASED),
        now=now(),
        spool=settings.spool_folder,
        logs=[Path(path) for path in args.log if path != "-"],
        lines=sys.stdin if "-" in args.log else None,
    )
    return report(place.database.read(search))


def report(done: Audit) -> int:
    """Print what was searched and found, never the words that were found; return the exit status."""
    print(
        f"Searched {done.column_count} columns of {done.table_count} tables, {done.log_count} log(s) and"
        f" {done.spooled} old messages in the spool, for {done.mark_count} marks of the last 30 days and for"
        " anything that looks like a mail address or a telephone."
    )
    if done.in_time:
        print(f"{done.in_time} messages in the spool are younger than two days; they may lie there.")
    if not done.log_count:
        print("No log was named; the server keeps none itself. See: aufruf privacy audit --help")
    print(f"Left alone: {', '.join((*BELONGS, *STAFF))}.")
    print(*UNSEEN, sep="\n")
    if not done.findings:
        print("Nothing was found.")
        return 0
    shown = [(one.place, one.row, one.kind, WHY[one.how]) for one in done.findings[:MOST_SHOWN]]
    print(table_of(HEAD, shown))
    if len(done.findings) > MOST_SHOWN:
        print(f"… and {len(done.findings) - MOST_SHOWN} more")
    print(f"FOUND: {len(done.findings)}")
    return 1
