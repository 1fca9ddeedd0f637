"""How the web writes an administrative act down: who asks, and by which way.

What must not live here: what an act is called, and what of it is kept (`adapters.audit`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from queue_server.domain.access import Actor
from queue_server.domain.administration import Doer, Done
from queue_server.web.house import House


async def doer_of(house: House, actor: Actor) -> Doer:
    """Return how the log names who asks, for use cases that write it down themselves (`Unit.note`)."""
    return await house.read(lambda conn: house.audit.doer_of(conn, actor, via_of(actor)))


def note(
    house: House,
    conn: Connection,
    actor: Actor,
    act: Done,
    kind: str,
    ref: str,
    *,
    site_id: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write an act down; call it in the transaction that does it."""
    house.audit.note_by(
        conn,
        actor,
        via=via_of(actor),
        at=house.clock(),
        act=act,
        kind=kind,
        ref=ref,
        site_id=site_id,
        before=before,
        after=after,
    )


def via_of(actor: Actor) -> str:
    """A browser that signed in is a page, also where its script calls the API."""
    return "web" if actor.session_id else "api"
