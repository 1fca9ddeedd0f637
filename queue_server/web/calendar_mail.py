"""A clerk's appointments by mail, for towns whose calendars we cannot write: asked for, and taken back.

The clerk's program enters what comes as `METHOD:REQUEST` and removes what comes as `METHOD:CANCEL` (RFC
5546): the same UID for all of a booking's life, a SEQUENCE that rises, so that a mail that comes late or
twice changes nothing. What must not live here: what an entry says (`web.calendar_entries`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from queue_server.domain.calendar_entry import CalendarEntry, revision
from queue_server.domain.town import in_language
from queue_server.live.postman import Undeliverable
from queue_server.web.calendar_entries import entry_of, language_of
from queue_server.web.house import House
from queue_server.web.mailing import MAILBOX, Claimed, Outgoing
from queue_server.web.message_key import message_key

SCHEME: Final = "mailto:"
"""How the `href` of a copy begins that went by mail; its entry's UID follows."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What sending needs from the adapters; `web.app` fills it."""

    copies: Any
    message_id: Callable[[str, str], str]
    compose: Callable[..., bytes]
    unmailable: type[Exception]
    outgoing: Outgoing


class CalendarMail:
    """Sends one row's mail."""

    def __init__(self, house: House, tools: Tools) -> None:
        self._house = house
        self._tools = tools

    async def ask(self, claimed: Claimed, planned: Any, copy: Any, mailbox: str) -> bool:
        """Ask for an appointment's time, or for its new one; False for what is over or was told newer."""
        house, copies = self._house, self._tools.copies
        sequence = _sequence(claimed)
        if planned.starts_at <= house.clock() or (copy is not None and copy.sequence > sequence):
            return False
        entry = entry_of(house, planned, sequence, claimed.created_at)
        href, clerk_id = f"{SCHEME}{entry.uid}", str(planned.clerk_id)
        # From another site it comes under the same UID: then there is nothing to take back over there.
        before = copy or await house.read(lambda conn: copies.copy_at(conn, clerk_id, href))
        new = copies.Copy(
            planned.organisation_id,
            planned.site_id,
            planned.id,
            clerk_id,
            href,
            "",
            sequence,
            entry.starts_at,
            entry.minutes,
            "",
            house.clock(),
        )
        # Noted first: what was perhaps not sent may be taken back, what was sent must be.
        await house.write(lambda conn: copies.keep(conn, new, before))
        await self._send(claimed, entry, mailbox)
        return True

    async def take_back(self, claimed: Claimed, planned: Any, copy: Any, mailbox: str) -> bool:
        """Take back what was asked for; False when it never was."""
        if copy is None or not copy.href.startswith(SCHEME):
            return False
        entry = entry_of(self._house, planned, max(_sequence(claimed), copy.sequence), claimed.created_at)
        entry = replace(
            entry,
            uid=copy.href.removeprefix(SCHEME),
            starts_at=copy.starts_at,
            minutes=copy.minutes,
            cancelled=True,
        )
        await self._send(claimed, entry, mailbox)
        await self._house.write(lambda conn: self._tools.copies.drop(conn, copy))
        return True

    async def _send(self, claimed: Claimed, entry: CalendarEntry, mailbox: str) -> None:
        house, tools = self._house, self._tools
        town, _ = house.town_and_site(claimed.site_id)
        say = house.texts[language_of(house, town)]
        domain = urlsplit(house.settings.public_url).hostname or "localhost"
        entry = replace(entry, organizer=tools.outgoing.sender or f"{MAILBOX}@{domain}", attendee=mailbox)
        subject = say("calendar.mail_cancelled", entry=entry.summary) if entry.cancelled else entry.summary
        id_ = tools.message_id(message_key(claimed), domain)
        try:
            content = tools.compose(
                entry,
                subject,
                sender_name=in_language(town.name, say.language),
                message_id=id_,
                language=say.language,
                at=claimed.created_at,
            )
            await tools.outgoing.send(mailbox, id_, content, house.clock())
        except tools.unmailable as never:
            raise Undeliverable(getattr(never, "code", "unmailable")) from None


def _sequence(claimed: Claimed) -> int:
    return revision(claimed.created_at, int(claimed.payload.get("sequence", 0)))
