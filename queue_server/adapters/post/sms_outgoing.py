"""The way out for text messages: the town's gateway, or the spool where none is named and in the demo.

What must not live here: how a gateway is spoken to (`adapters.post.sms_sender`), who is written to and why.
"""

import asyncio
import hashlib
from datetime import datetime
from typing import Protocol

from queue_server.adapters.post.phone_numbers import mobile_number
from queue_server.adapters.post.sms_gateway import GERMANY, SmsGateway
from queue_server.adapters.post.sms_sender import SmsSender, SmsTrouble, Why
from queue_server.adapters.post.spool import SMS, Spool


class Sections(Protocol):
    @property
    def sms(self) -> SmsGateway | None: ...


class File(Protocol):
    """`adapters.connections.ConnectionsFile`, as text messages need it."""

    @property
    def now(self) -> Sections: ...
    @property
    def unusable(self) -> bool: ...


class SmsOutgoing:
    """Sends text messages, whatever they say. `stays_here`: nothing leaves the machine, as in the demo."""

    def __init__(self, connections: File, spool: Spool, *, stays_here: bool) -> None:
        self._connections = connections
        self._spool = spool
        self._stays_here = stays_here
        self._sender = SmsSender()

    @property
    def limit_per_day(self) -> int | None:
        """Return how many the town pays for on one day; None when they cost nothing."""
        gateway = self._gateway
        return None if gateway is None else gateway.limit_per_day

    @property
    def is_connected(self) -> bool:
        """Tell whether a message gets where it shall: to a gateway, or in the demo to its folder."""
        return self._stays_here or self._gateway is not None

    def mobile(self, phone: str) -> str | None:
        """Return the number as gateways take it; None when it takes no text messages."""
        gateway = self._connections.now.sms
        return mobile_number(phone, GERMANY if gateway is None else gateway.country)

    async def send(self, to: str, text: str, id_: str, at: datetime) -> None:
        """Send one message; return when it has been taken over. Raises as `SmsSender.send`."""
        gateway = self._gateway
        if gateway is not None:
            await self._sender.send(gateway, to, text, id_)
        elif self._connections.unusable and not self._stays_here:
            # Not into the spool: there nobody would miss it.
            raise SmsTrouble(Why.UNUSABLE)
        else:
            await asyncio.to_thread(self._spool.put, id_, f"{to}\n{text}\n".encode(), at, SMS)

    @property
    def _gateway(self) -> SmsGateway | None:
        return None if self._stays_here else self._connections.now.sms


def sms_id(dedupe_key: str, domain: str) -> str:
    """Return the id of what is sent for this key: a gateway that knows ids drops the second one."""
    return hashlib.sha256(f"sms/{domain}/{dedupe_key}".encode()).hexdigest()[:32]
