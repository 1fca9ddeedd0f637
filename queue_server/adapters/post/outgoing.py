"""The way out for mail: the town's mail server, or the spool where none is named and in the demo.

What must not live here: how a mail server is spoken to (`adapters.post.smtp`), who is written to and why.
"""

import asyncio
from datetime import datetime
from typing import Protocol

from queue_server.adapters.post.mail_message import address
from queue_server.adapters.post.mail_server import MailServer
from queue_server.adapters.post.smtp import MailTrouble, Smtp, Why
from queue_server.adapters.post.spool import Spool


class Sections(Protocol):
    @property
    def mail(self) -> MailServer | None: ...


class File(Protocol):
    """`adapters.connections.ConnectionsFile`, as mail needs it."""

    @property
    def now(self) -> Sections: ...
    @property
    def unusable(self) -> bool: ...


class Outgoing:
    """Sends messages, whatever they say. `stays_here`: nothing leaves the machine, as in the demo."""

    def __init__(self, connections: File, spool: Spool, *, stays_here: bool) -> None:
        self._connections = connections
        self._spool = spool
        self._stays_here = stays_here
        self._smtp = Smtp()

    @property
    def sender(self) -> str:
        """Return the address that letters come from; empty when nobody has named one."""
        mail = self._connections.now.mail
        return "" if mail is None or self._stays_here else mail.sender

    async def send(self, to: str, message_id: str, content: bytes, at: datetime) -> None:
        """Send one message; return when it has been taken over.

        Raises `Unmailable` when it never can be, `MailTrouble` or OSError for "later".
        """
        mail = None if self._stays_here else self._connections.now.mail
        if mail is not None:
            await self._smtp.send(mail, address(to).addr_spec, content)
        elif self._connections.unusable and not self._stays_here:
            # Not into the spool: there nobody would miss it.
            raise MailTrouble(Why.UNUSABLE)
        else:
            await asyncio.to_thread(self._spool.put, message_id, content, at)
