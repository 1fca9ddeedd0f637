"""How a subcommand writes an administrative act down: who sits at the keyboard, and `audit.note`.

What must not live here: what a single subcommand does.
"""

import getpass
import os
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from queue_server.adapters import audit, people
from queue_server.adapters.town import store as town_store
from queue_server.commands.common import now
from queue_server.domain.administration import Doer, Done

OPERATOR: Final = "operator"
"""The role of who may run commands on the server: whoever reaches the data folder may do everything."""


def noted(
    conn: Connection,
    organisation_id: str,
    act: Done,
    kind: str,
    ref: str,
    *,
    site_id: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    by: Doer | None = None,
) -> None:
    """Write an act down in the transaction that does it; see `audit.note`. `by` None: who types."""
    doer = by or Doer(at_the_keyboard(), OPERATOR, "command")
    audit.note(
        conn,
        organisation_id=organisation_id,
        site_id=site_id,
        at=now(),
        actor=doer.actor,
        role=doer.role,
        via=doer.via,
        act=act,
        kind=kind,
        ref=ref,
        before=before,
        after=after,
    )


def note_for(organisation_id: str) -> people.Note:
    """Return what writes down, for one town, what whoever types does to accounts and tokens."""
    return partial(_noted_for, organisation_id)


def note_everywhere(
    conn: Connection,
    act: Done,
    kind: str,
    ref: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    by: Doer | None = None,
) -> None:
    """Write down what concerns the whole database, for each town in it: each reads only its own log."""
    for organisation_id in town_store.organisations(conn):
        noted(conn, organisation_id, act, kind, ref, before=before, after=after, by=by)


def _noted_for(organisation_id: str, conn: Connection, act: Done, kind: str, ref: str, **more: Any) -> None:
    noted(conn, organisation_id, act, kind, ref, **more)


def at_the_keyboard() -> str:
    """Return the system's user name; behind sudo and doas, that of the person, not root."""
    person = os.environ.get("SUDO_USER") or os.environ.get("DOAS_USER")
    if person and person != "root":
        return person
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
