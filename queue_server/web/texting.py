"""From a row of the outbox to a text message: reads, checks, writes it, hands it to the gateway.

What lives here: whether it still makes sense, is wished for, may be sent at this hour and within the day's
limit. What must not: the words (`services.short_messages`), trying again (`live.postman`), and any log
of what was read.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.errors import NotFound
from queue_server.domain.reminding import OF_USE, is_night, morning_after
from queue_server.domain.town import Site
from queue_server.live.postman import NotYet, Undeliverable
from queue_server.services.short_messages import KINDS, ShortNotice, write_short
from queue_server.web.house import House
from queue_server.web.mailing import Addressee as MailAddressee
from queue_server.web.mailing import Claimed as MailClaimed
from queue_server.web.mailing import domain_of, is_told, links, makes_sense
from queue_server.web.message_key import message_key
from queue_server.web.texts import FALLBACK

_ANSWERS: Final = frozenset({"booked", "moved", "requested"})
"""Who gets one of these is awake: it answers to a press."""
_FRESH: Final = timedelta(minutes=10)
_MAYBES: Final = 2
"""So often a message may be sent whose fate nobody knows. By a rule that does not fit the gateway every try
is one of these: 54 times the same words on each phone, and on the town's bill."""
_BOOK_AGAIN: Final = frozenset({"cancelled", "refused", "lapsed", "missed"})


class Claimed(MailClaimed, Protocol):
    """A message to be sent."""

    @property
    def organisation_id(self) -> str: ...
    @property
    def first_due_at(self) -> datetime: ...


class Addressee(MailAddressee, Protocol):
    """The appointment and its contact."""

    @property
    def phone(self) -> str: ...
    @property
    def sms(self) -> bool: ...


class Rows(Protocol):
    """The module `adapters.post.sms_rows`."""

    def take_one(self, connection: Connection, organisation_id: str, day: date, most: int, /) -> bool: ...
    def give_back(self, connection: Connection, organisation_id: str, day: date, /) -> None: ...
    def mark_number(
        self, connection: Connection, site_id: str, appointment_id: int, word: str, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class SmsTools:
    """What sending needs from the adapters; `web.app` fills it."""

    addressee: Callable[[Connection, str, int], Addressee | None]
    rows: Rows
    sms_id: Callable[[str, str], str]
    untextable: type[Exception]
    """Raised when no message can go to a number; its `code` says why."""


class Texting:
    """Sends one text message."""

    def __init__(self, house: House, tools: SmsTools) -> None:
        self._house = house
        self._tools = tools

    async def deliver(self, claimed: Claimed) -> bool:
        """Send it; False when there is nothing to say any more, or nobody to say it to."""
        if claimed.kind not in KINDS:
            raise Undeliverable("unknown_kind")
        to, *others = await self._house.read(lambda conn: self._read(conn, claimed))
        now = self._house.clock()
        if to is None or not (to.phone and to.sms and makes_sense(claimed, to, now)):
            return False
        try:
            _, site = self._house.town_and_site(claimed.site_id)
            number = await self._number(site, to)
        except NotFound:
            raise Undeliverable("site_gone") from None
        if number is None:
            return False
        self._wait_for_morning(claimed, to, site, now)
        also = [one for one in others if one is not None and is_told(claimed, one)]
        text = self._text(claimed, to, also)
        await self._send(claimed, to, site, number, text)
        return True

    def _read(self, conn: Connection, claimed: Claimed) -> list[Addressee | None]:
        ids = [claimed.appointment_id, *claimed.payload.get("also", ())]
        return [self._tools.addressee(conn, claimed.site_id, id_) for id_ in ids]

    async def _number(self, site: Site, to: Addressee) -> str | None:
        """Return where it goes; None for who wants none any more, and for what is no mobile number."""
        phone = to.phone
        if await self._house.sequencer.look(site.id, lambda unit: unit.wants_no_sms(phone)):
            return None
        return await asyncio.to_thread(self._house.sms.mobile, phone)

    def _wait_for_morning(self, claimed: Claimed, to: Addressee, site: Site, now: datetime) -> None:
        """Let nobody be woken: by what was tried in vain all evening, or ran out at midnight."""
        zone = ZoneInfo(site.time_zone)
        answers = claimed.kind in _ANSWERS and now - claimed.first_due_at < _FRESH
        morning = morning_after(now, zone)
        if is_night(now, zone) and not answers and not now < to.starts_at < morning:
            raise NotYet(morning, "sms_night")

    def _text(self, claimed: Claimed, to: Addressee, also: Sequence[Addressee]) -> str:
        town, site = self._house.then(claimed.site_id, to.starts_at)
        language = to.language if to.language in self._house.texts else FALLBACK
        found = links(self._house, site, to, language)
        notice = ShortNotice(
            claimed.kind,
            town,
            site,
            to.starts_at,
            [one.number for one in (to, *also) if one.number],
            found.book if claimed.kind in _BOOK_AGAIN else found.manage,
        )
        return write_short(notice, self._house.texts[language])

    async def _send(self, claimed: Claimed, to: Addressee, site: Site, number: str, text: str) -> None:
        house, rows, organisation = self._house, self._tools.rows, claimed.organisation_id
        now, most = house.clock(), house.sms.limit_per_day
        day = now.astimezone(ZoneInfo(site.time_zone)).date()
        # Counted before it is sent: two processes, or a crash, send less than the town pays for, never more.
        if most is not None and not await house.write(lambda c: rows.take_one(c, organisation, day, most)):
            raise _tomorrow(to, site, now)
        id_ = self._tools.sms_id(message_key(claimed), domain_of(house))
        try:
            await house.sms.send(number, text, id_, now)
        except Exception as trouble:
            if most is not None and getattr(trouble, "is_free", isinstance(trouble, self._tools.untextable)):
                await house.write(lambda c: rows.give_back(c, organisation, day))
            if not getattr(trouble, "is_free", True) and claimed.tries >= _MAYBES:
                raise Undeliverable("sms_maybe_sent") from None
            if not isinstance(trouble, self._tools.untextable):
                raise
            code = str(getattr(trouble, "code", "untextable"))
            site_id, id_of = claimed.site_id, claimed.appointment_id
            await house.write(lambda c: rows.mark_number(c, site_id, id_of, code))
            raise Undeliverable(code) from None


def _tomorrow(to: Addressee, site: Site, now: datetime) -> Exception:
    """Return what is so beyond the day's limit: it waits, or comes too late, and staff see it."""
    morning = morning_after(now, ZoneInfo(site.time_zone))
    is_too_late = now < to.starts_at < morning + OF_USE
    return Undeliverable("sms_limit") if is_too_late else NotYet(morning, "sms_limit")
