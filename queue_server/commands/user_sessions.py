"""`aufruf user sessions`: where somebody is signed in, and ending that."""

import argparse
from datetime import datetime

from queue_server.adapters import accounts, people, sign_ins
from queue_server.commands.common import Place, now, table_of
from queue_server.commands.noting import note_for


def add_sessions_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("user", metavar="USER")
    verb.add_argument("--end", action="store_true", help="end them all")


def sessions(args: argparse.Namespace, place: Place, account: accounts.StoredAccount) -> int:
    """List the open sessions of an account, or end them all."""
    at = now()
    if args.end:
        note = note_for(account.organisation_id)
        count = place.database.write(lambda conn: people.end_sessions(conn, note, account, at))
        print(f"Ended {count} sessions of {account.user}; a running server notices within 5 seconds.")
        tell_of_tokens(place, account)
        return 0
    found = place.database.read(lambda conn: sign_ins.sign_ins_of(conn, account.id, at))
    rows = [(_told(s.created_at), _told(s.last_seen_at), s.method, s.browser or "-") for s in found]
    print(table_of(("SINCE (UTC)", "LAST USED", "BY", "BROWSER"), rows) if rows else "No open sessions.")
    return 0


def tell_of_tokens(place: Place, account: accounts.StoredAccount) -> None:
    """Name the tokens that still act in the person's name: neither a password nor a session ends them."""
    for token in place.database.read(lambda conn: people.tokens_of(conn, account)):
        label = f" ({token.label})" if token.label else ""
        print(f"The token {token.id}{label} stays valid; to end it: aufruf token revoke {token.id}")


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
