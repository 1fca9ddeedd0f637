"""`aufruf user sessions`: where somebody is signed in, and ending that."""

import argparse
from datetime import datetime

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, sign_ins
from queue_server.commands.common import Place, now, table_of
from queue_server.commands.noting import noted
from queue_server.domain.administration import Done


def add_sessions_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("user", metavar="USER")
    verb.add_argument("--end", action="store_true", help="end them all")


def sessions(args: argparse.Namespace, place: Place, account: accounts.StoredAccount) -> int:
    """List the open sessions of an account, or end them all."""
    at = now()
    if args.end:
        count = place.database.write(lambda conn: _end(conn, account, at))
        print(f"Ended {count} sessions of {account.user}; a running server notices within 5 seconds.")
        return 0
    found = place.database.read(lambda conn: sign_ins.sign_ins_of(conn, account.id, at))
    rows = [(_told(s.created_at), _told(s.last_seen_at), s.method, s.browser or "-") for s in found]
    print(table_of(("SINCE (UTC)", "LAST USED", "BY", "BROWSER"), rows) if rows else "No open sessions.")
    return 0


def _end(conn: Connection, account: accounts.StoredAccount, at: datetime) -> int:
    count = sign_ins.end_others(conn, account.id, None, at)
    if count:
        about = {"sessions": count}
        noted(conn, account.organisation_id, Done.SESSIONS_ENDED, "account", account.user, before=about)
    return count


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
