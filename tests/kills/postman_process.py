"""One process that works on a shared outbox: the real postman, outbox and mail; its clock runs faster.

`python -m tests.kills.postman_process DATABASE_URL CONNECTIONS_FILE BEGAN_AT`. A lease of three minutes is
over in less than two seconds, so that a test need not wait for what a killed process had taken.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from queue_server.adapters.connections import ConnectionsFile
from queue_server.adapters.database import Database
from queue_server.adapters.post import outbox
from queue_server.adapters.post.mail_message import compose, message_id
from queue_server.adapters.post.outbox import Claimed
from queue_server.adapters.post.outgoing import Outgoing
from queue_server.adapters.post.spool import Spool
from queue_server.live import postman
from queue_server.live.postman import Outcome, Postman

FASTER: Final = 100
DOMAIN: Final = "stadt.example"


class Words:
    """A letter of a few words."""

    subject, text, html, calendar, calendar_name = "Ihr Termin", "Guten Tag", "<p>Guten Tag</p>", b"", ""


class Rows:
    """The outbox over a connection of this process, as the server's writer works on it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worker = uuid4().hex[:16]

    async def is_due(self, now: datetime) -> bool:
        return await asyncio.to_thread(
            self._database.read, lambda conn: outbox.something_due(conn, now, "mail")
        )

    async def claim(self, now: datetime, most: int) -> Sequence[Claimed]:
        return await asyncio.to_thread(
            self._database.write, lambda conn: outbox.claim(conn, now, self._worker, most, "mail")
        )

    async def note(self, outcomes: Sequence[Outcome[Claimed]]) -> None:
        told = [(one.letter, one.state.value, one.due_at, one.error) for one in outcomes]
        await asyncio.to_thread(
            self._database.write, lambda conn: outbox.note_all(conn, told, datetime.now(UTC))
        )


async def work(url: str, connections: Path, began: float) -> None:
    """Deliver until killed."""
    started = datetime.fromtimestamp(began, UTC)

    def clock() -> datetime:
        return started + timedelta(seconds=(time.time() - began) * FASTER)

    outgoing = Outgoing(ConnectionsFile(connections), Spool(connections.parent / "spool"), stays_here=False)

    async def deliver(claimed: Claimed) -> bool:
        id_ = message_id(claimed.dedupe_key, DOMAIN)
        content = compose(
            Words(),
            to=f"visitor-{claimed.appointment_id}@muster.example",
            sender=outgoing.sender,
            sender_name="Musterstadt",
            message_id=id_,
            language="de",
            at=claimed.created_at,
        )
        await outgoing.send(f"visitor-{claimed.appointment_id}@muster.example", id_, content, clock())
        return True

    man = Postman(Rows(Database(url)), deliver, clock)
    man.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    postman.LOOK_EVERY_S = 0.02  # type: ignore[misc]
    postman.MOST = 5  # type: ignore[misc]
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
