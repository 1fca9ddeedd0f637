"""From a row of the outbox to a message that is sent: reads, writes the letter, hands it to the spool.

What lives here: which letter still makes sense, its links, its sender. What must not: the words
(`services.letters`), the trying again (`live.postman`), and any log of what was read.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.appointment import AppointmentState
from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid, revision
from queue_server.domain.errors import NotFound
from queue_server.domain.reminding import wait_for_day
from queue_server.domain.town import Site, Town, in_language
from queue_server.live.postman import NotYet, Outcome, Undeliverable
from queue_server.services import requests
from queue_server.services.letter_kinds import ASKING, FAREWELLS, Kind, Links, Notice, Visit
from queue_server.services.letter_texts import text_id
from queue_server.services.letters import Entry, Letter, write_letter
from queue_server.web.booking_concern import talk_of
from queue_server.web.house import House
from queue_server.web.message_key import message_key
from queue_server.web.texts import FALLBACK

MAILBOX: Final = "termin"
"""The sender's name before the @: a mailbox that the town need not have."""
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - listened on, not connected to
_ANSWERED: Final = frozenset({Kind.ACCEPTED, Kind.REFUSED, Kind.MUST_MOVE})
_STILL_COMING: Final = frozenset({AppointmentState.BOOKED, AppointmentState.CHECKED_IN})
_ASKED_FOR: Final = frozenset({AppointmentState.UNCONFIRMED})
_TO_MOVE: Final = frozenset({AppointmentState.BOOKED})
_MISSED: Final = frozenset({AppointmentState.MISSED})
_ENDED: Final = frozenset({AppointmentState.CANCELLED, AppointmentState.EXPIRED})


class Claimed(Protocol):
    """A letter to be sent."""

    @property
    def id(self) -> int: ...
    @property
    def site_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def appointment_id(self) -> int: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def dedupe_key(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def tries(self) -> int: ...


class Addressee(Visit, Protocol):
    """The appointment and its contact."""

    @property
    def state(self) -> AppointmentState: ...
    @property
    def language(self) -> str: ...
    @property
    def secret_version(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def clerk_id(self) -> str | None: ...
    @property
    def paper_answers(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def reminder_min(self) -> int | None: ...
    @property
    def held_until(self) -> datetime: ...


class Outgoing(Protocol):
    """The way out for mail; `adapters.post.outgoing` is one."""

    @property
    def sender(self) -> str: ...
    async def send(self, to: str, message_id: str, content: bytes, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What sending needs from the adapters; `web.app` fills it."""

    addressee: Callable[[Connection, str, int], Addressee | None]
    message_id: Callable[[str, str], str]
    compose: Callable[..., bytes]
    unmailable: type[Exception]
    """Raised by `compose` and `outgoing` when no mail can go to a contact; its `code` says why."""
    outgoing: Outgoing


class OutboxOf:
    """`live.postman.Outbox` over one channel of the house's rows; the writer runs claims and notes."""

    def __init__(self, house: House, rows: Any, worker: str, channel: str) -> None:
        self._house = house
        self._rows = rows
        self._worker = worker
        self._channel = channel

    async def is_due(self, now: datetime) -> bool:
        return bool(await self._house.read(lambda conn: self._rows.something_due(conn, now, self._channel)))

    async def claim(self, now: datetime, most: int) -> Sequence[Claimed]:
        found: Sequence[Claimed] = await self._house.write(
            lambda conn: self._rows.claim(conn, now, self._worker, most, self._channel)
        )
        return found

    async def note(self, outcomes: Sequence[Outcome[Claimed]]) -> None:
        told = [(one.letter, one.state.value, one.due_at, one.error) for one in outcomes]
        await self._house.write(lambda conn: self._rows.note_all(conn, told, self._house.clock()))


class Mailing:
    """Sends one letter."""

    def __init__(self, house: House, tools: Tools) -> None:
        self._house = house
        self._tools = tools

    async def deliver(self, claimed: Claimed) -> bool:
        """Send it; False when there is nothing to say any more, or nobody to say it to."""
        to, *others = await self._house.read(lambda conn: self._read(conn, claimed))
        now = self._house.clock()
        if claimed.kind not in set(Kind):
            raise Undeliverable("unknown_kind")
        if to is None or not to.email or not makes_sense(claimed, to, now):
            return False
        if claimed.kind == Kind.REMINDER:
            self._wait_for_day(claimed, to, now)
        if claimed.kind == Kind.ADMISSION:
            await self._house.renew_if_changed()  # posted with a set-up that we may not have seen yet
        try:
            also = [one for one in others if one is not None and is_told(claimed, one)]
            id_, content = await asyncio.to_thread(self._message, claimed, to, also, now)
            await self._tools.outgoing.send(to.email, id_, content, now)
        except self._tools.unmailable as never:
            raise Undeliverable(getattr(never, "code", "unmailable")) from None
        except NotFound:
            raise Undeliverable("site_gone") from None
        return True

    def _wait_for_day(self, claimed: Claimed, to: Addressee, now: datetime) -> None:
        """Remind nobody at night of what an outage had held up all evening."""
        try:
            _, site = self._house.town_and_site(claimed.site_id)
        except NotFound:
            raise Undeliverable("site_gone") from None
        morning = wait_for_day(now, to.starts_at, ZoneInfo(site.time_zone))
        if morning is not None:
            raise NotYet(morning, "mail_night")

    def _read(self, conn: Connection, claimed: Claimed) -> list[Addressee | None]:
        """Return the appointment that the letter is about, and those that it also tells of."""
        ids = [claimed.appointment_id, *claimed.payload.get("also", ())]
        return [self._tools.addressee(conn, claimed.site_id, id_) for id_ in ids]

    def _message(
        self, claimed: Claimed, to: Addressee, also: Sequence[Addressee], now: datetime
    ) -> tuple[str, bytes]:
        """Return the Message-ID and the message."""
        house, tools = self._house, self._tools
        town, site = house.then(claimed.site_id, to.starts_at)
        language = to.language if to.language in house.texts else FALLBACK
        domain = domain_of(house)
        id_ = tools.message_id(message_key(claimed), domain)
        content = tools.compose(
            self._letter(claimed, to, also, town, site, language),
            to=to.email,
            sender=self._sender(),
            sender_name=in_language(town.name, language),
            message_id=id_,
            language=language,
            # Of the row, not of now: sent twice, it is the same message in every byte.
            at=claimed.created_at if claimed.kind != Kind.REMINDER else now,
        )
        return id_, content

    def _sender(self) -> str:
        return self._tools.outgoing.sender or f"{MAILBOX}@{domain_of(self._house)}"

    def _letter(
        self,
        claimed: Claimed,
        to: Addressee,
        also: Sequence[Addressee],
        town: Town,
        site: Site,
        language: str,
    ) -> Letter:
        kind = Kind(claimed.kind)
        notice = Notice(
            kind,
            town,
            site,
            to,
            _links_of(kind, links(self._house, site, to, language), to, town),
            name=to.name,
            talk_with=tuple(talk_of(town, site, to.concern, to.clerk_id)),
            answer=to.answer if kind in _ANSWERED else "",
            until=to.held_until if kind in ASKING else None,
            also=tuple(also),
            own=town.letter_texts.get(text_id(kind, language), {}),
            paper_answers=to.paper_answers,
        )

        def in_calendar(entry: Entry) -> CalendarEntry:
            return CalendarEntry(
                calendar_uid(town.id, entry.visit.reference),
                revision(claimed.created_at, int(claimed.payload.get("sequence", 0))),
                entry.visit.starts_at,
                entry.visit.minutes,
                entry.summary,
                entry.location,
                entry.description,
                claimed.created_at,
                entry.cancelled,
                organizer=self._sender(),
                remind_min=to.reminder_min,
            )

        draw = self._house.pages.get_template("mail_letter.html").render
        texts = self._house.texts[language]
        write = self._house.calendar.write_calendar
        return write_letter(notice, texts, draw, lambda entries: write(map(in_calendar, entries)))


def links(house: House, site: Site, visit: Addressee, language: str) -> Links:
    """Return the letter's addresses; all empty as long as nobody knows where visitors reach the server."""
    base = address(house)
    if not base:
        return Links()
    manage = f"{base}{urlsplit(house.manage_url(visit.reference, visit.secret_version)).path}"
    # Another secret than the page's: who booked has that one without having read any mail.
    confirm = house.secrets.seal("confirm", visit.reference, visit.secret_version)
    return Links(
        manage,
        f"{manage}/move",
        f"{manage}/cancel",
        f"{base}/termin/{site.id}?lang={language}",
        f"{base}/termin/v/{confirm}/confirm",
    )


def _links_of(kind: Kind, found: Links, to: Addressee, town: Town) -> Links:
    """Leave out the way to another time where it is asked for anew, and what needs no confirmation."""
    if kind is Kind.CONFIRM:
        return Links(
            confirm=found.confirm
        )  # one thing is to be done now, and who does not want it does nothing
    asked = kind in ASKING or requests.confirm_first(town, [id_ for id_, _ in to.concern])
    return replace(found, confirm="", move="" if asked else found.move)


def address(house: House) -> str:
    """Return where visitors reach the server: `public_url`, or in the demo this machine."""
    settings = house.settings
    if settings.public_url or not settings.demo or not settings.port:
        return settings.public_url
    host = "localhost" if settings.host in _EVERYWHERE else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def domain_of(house: House) -> str:
    """Return the name under which the town's server is known."""
    return urlsplit(house.settings.public_url).hostname or "localhost"


def is_told(claimed: Claimed, one: Addressee) -> bool:
    """Say whether a second appointment still belongs into the letter."""
    if claimed.kind == Kind.MISSED:
        return one.state in _MISSED
    return (one.state in _ENDED) == (claimed.kind in FAREWELLS)


def makes_sense(claimed: Claimed, to: Addressee, now: datetime) -> bool:
    """Say whether the letter is still true; a farewell always is."""
    if claimed.kind in FAREWELLS:
        return True
    if claimed.kind == Kind.MISSED:
        return to.state in _MISSED  # who came late after all was not missed
    wanted = _TO_MOVE if claimed.kind == Kind.MUST_MOVE else _STILL_COMING
    return to.state in (_ASKED_FOR if claimed.kind in ASKING else wanted) and now < to.starts_at
