"""A changed set-up in the audit log: a row for each thing, readable, and never more than a screenful or two.

What must not live here: comparing (`domain.town_diff`). Each version as a whole stands in `setting_version`.
"""

from typing import Final

from sqlalchemy import Connection

from queue_server.commands.noting import noted
from queue_server.domain.administration import Done
from queue_server.domain.setup_words import ACTS, sides, site_of
from queue_server.domain.town import Town
from queue_server.domain.town_diff import Change, diff

MOST_ROWS: Final = 100


def note_setup(conn: Connection, before: Town | None, after: Town) -> None:
    """Write down what differs; of a town that is new only how large it is."""
    if before is None:
        parts = ("sites", "departments", "services", "clerks")
        counts = {name: len(getattr(after, name)) for name in parts}
        noted(conn, after.id, Done.TOWN_MADE, "town", after.id, after=counts)
        return
    changes = diff(before, after)
    for change in changes[:MOST_ROWS]:
        _note(conn, before, after, change)
    if len(changes) > MOST_ROWS:
        more = {"more": len(changes) - MOST_ROWS}
        noted(conn, after.id, Done.SETTING_CHANGED, "town", after.id, after=more)


def _note(conn: Connection, before: Town, after: Town, change: Change) -> None:
    old, new = sides(change)
    noted(
        conn,
        after.id,
        ACTS[change.kind],
        change.what,
        change.id,
        site_id=site_of(change, before, after),
        before=old,
        after=new,
    )
