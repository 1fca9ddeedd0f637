"""What a message is named after: the same however often it is sent, another's after a restore.

What must not live here: the form of the name (`adapters.post.mail_message`, `adapters.post.sms_outgoing`).
"""

from datetime import UTC, datetime
from typing import Protocol


class Posted(Protocol):
    """What of a row of the outbox names its message."""

    @property
    def dedupe_key(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def message_key(posted: Posted) -> str:
    """Return what a message's id is made of.

    After a restore appointments' ids are given again, and with them dedupe keys: a mail server or gateway
    that knows the lost one's message would drop the new one's. The moment stands in the row, so that what
    was held keeps its id through the restore.
    """
    return f"{posted.dedupe_key}/{posted.created_at.astimezone(UTC).isoformat()}"
