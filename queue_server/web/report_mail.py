"""The monthly sheet by mail, to whom the town names (`report_email`, `report_copies`): each month once.

A month is posted in one commit with its claim; a postman of its own sends what was posted, until it left.
What must not live here: what stands on the sheet (`figures_sheet`), and the way out (`adapters.post`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.monthly import name_of, owed
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.town import Town
from queue_server.live.postman import Undeliverable
from queue_server.live.repeating import OneByOne
from queue_server.web.doctor_mail import DoctorLetter, MailTools
from queue_server.web.figures_sheet import REPORT, sheet
from queue_server.web.house import House
from queue_server.web.languages import staffs
from queue_server.web.mailing import address, domain_of
from queue_server.web.sheet_words import file_name, paper
from queue_server.web.texts import Texts

LOOK_S: Final = 600.0
SEND_EVERY_S: Final = 30.0
"""What is posted once a month need not be looked for each second."""
MOST_TRIES: Final = 24 * 28
"""Four weeks of trying: a sheet of numbers is worth as much a week later, unlike a visitor's letter."""
MORNING: Final = 7
"""From this local hour on: by then the last day of the month is counted."""


class Rows(Protocol):
    """What posts and remembers, as `adapters.post.sheet_letters` does."""

    def posted_until(self, connection: Connection, organisation_id: str) -> str: ...
    def pass_over(self, connection: Connection, organisation_id: str, month: str) -> None: ...
    def post(
        self,
        connection: Connection,
        organisation_id: str,
        month: str,
        mailboxes: Sequence[str],
        now: datetime,
    ) -> bool: ...


class Claimed(Protocol):
    """A sheet on its way to one mailbox."""

    @property
    def id(self) -> int: ...
    @property
    def organisation_id(self) -> str: ...
    @property
    def month(self) -> str: ...
    @property
    def mailbox(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def tries(self) -> int: ...


class ReportMail:
    """Looks now and then whether a sheet is owed, and posts it. A restart loses nothing of what is here."""

    def __init__(self, house: House, rows: Rows) -> None:
        self._house = house
        self._rows = rows
        self._done: dict[str, tuple[str, bool]] = {}
        self._one_by_one = OneByOne("the monthly sheet")

    async def turn(self) -> None:
        for town in _towns(self._house).values():
            if town.sites:
                await self._one_by_one.at(town.id, self._look(town))

    async def _look(self, town: Town) -> None:
        house, rows = self._house, self._rows
        now = house.clock().astimezone(_zone(town))
        last = period_of(Length.MONTH, now.date()).shifted(-1)
        done = (name_of(last), bool(town.report_to))
        if now.hour < MORNING or self._done.get(town.id) == done:
            return
        if not town.report_to:
            await house.write(partial(rows.pass_over, organisation_id=town.id, month=name_of(last)))
        else:
            posted = await house.read(partial(rows.posted_until, organisation_id=town.id))
            for month in owed(posted, last):
                if not await self._post(town, month):
                    return
        self._done[town.id] = done

    async def _post(self, town: Town, month: Period) -> bool:
        """Post a month; False while a day of it is not counted. One without any figures goes to nobody."""
        house, zones = self._house, _zones(town)

        def read(conn: Connection) -> bool | None:
            if not all(house.figures.is_counted(conn, site_id, month) for site_id in zones):
                return None
            return bool(house.figures.gather(conn, zones, month, None, house.clock()).site_days)

        is_told = await house.read(read)
        if is_told is None:
            return False
        mailboxes = town.report_to if is_told else ()
        name, now = name_of(month), house.clock()
        await house.write(lambda conn: self._rows.post(conn, town.id, name, mailboxes, now))
        return True


class SheetDelivery:
    """Sends one posted sheet to one mailbox."""

    def __init__(self, house: House, tools: MailTools) -> None:
        self._house = house
        self._tools = tools

    async def deliver(self, claimed: Claimed) -> bool:
        """Send it; False when the town does not name this mailbox any more."""
        house, tools, to = self._house, self._tools, claimed.mailbox
        town = _towns(house).get(claimed.organisation_id)
        if town is None or to not in town.report_to:
            return False
        month = period_of(Length.MONTH, date.fromisoformat(f"{claimed.month}-01"))
        found = await self._read(town, month)
        domain, language = domain_of(house), staffs(town.languages)
        id_ = tools.message_id(f"report/{town.id}/{claimed.month}/{to}", domain)
        made_on, say = claimed.created_at.astimezone(_zone(town)).date(), house.texts[language]
        content = await paper(house, say, town, month, found, claimed.created_at, made_on)
        told = partial(letter, house, town, month, found, made_on, is_enclosed=bool(content))
        written = await asyncio.to_thread(told)
        try:
            mail = await asyncio.to_thread(
                tools.compose,
                written,
                to=to,
                sender=tools.outgoing.sender or f"aufruf@{domain}",
                sender_name=say("common.product"),
                message_id=id_,
                language=language,
                pdf=(file_name(say, month), content) if content else None,
                at=claimed.created_at,  # sent twice, it is one message
            )
            await tools.outgoing.send(to, id_, mail, house.clock())
        except tools.unmailable as never:
            raise Undeliverable(getattr(never, "code", "unmailable")) from None
        return True

    async def _read(self, town: Town, month: Period) -> list[Gathered]:
        house, zones = self._house, _zones(town)
        periods = (month, month.shifted(-1), month.a_year_before())

        def read(conn: Connection) -> list[Gathered]:
            return [house.figures.gather(conn, zones, one, None, house.clock()) for one in periods]

        return await house.read(read)


def _towns(house: House) -> dict[str, Town]:
    return {town.id: town for town, _ in house.directory.sites.values()}


def _zone(town: Town) -> tzinfo:
    return ZoneInfo(town.sites[0].time_zone)


def _zones(town: Town) -> Mapping[str, tzinfo]:
    return {site.id: ZoneInfo(site.time_zone) for site in town.sites}


def letter(
    house: House,
    town: Town,
    month: Period,
    found: Sequence[Gathered],
    today: date,
    *,
    is_enclosed: bool = False,
) -> DoctorLetter:
    """Write the sheet as a mail: the same figures, a line for each."""
    say = house.texts[staffs(town.languages)]
    told = sheet(say, town, month, list(found), today)
    parts = [
        (say("figures.mail_lead"), _lines(say, told["keys"])),
        (say("figures.booked_by"), _lines(say, told["booked"])),
        (say("figures.came"), _lines(say, told["came"])),
        (say("figures.report_earliest"), [*_lines(say, told["earliest"]), *filter(None, [told["left_out"]])]),
    ]
    shown = [(lead, lines) for lead, lines in parts if lines]
    where = f"{address(house)}{REPORT}?month={month.first:%Y-%m}"
    foot = f"{told['made']} {say('figures.mail_foot', where=where)}"
    if is_enclosed:
        foot = f"{say('figures.mail_enclosed')} {foot}"
    text = "\n\n".join("\n".join([lead, *(f"  {line}" for line in lines)]) for lead, lines in shown)
    page = house.pages.get_template("mail_doctor.html")
    html = page.render(_=say, title=told["title"], parts=[(a, [[b] for b in c]) for a, c in shown], foot=foot)
    return DoctorLetter(told["title"], f"{text}\n\n{foot}\n", html)


def _lines(say: Texts, rows: Sequence[tuple[str, Sequence[Any]]]) -> list[str]:
    return [
        say("figures.mail_line", name=name, now=now, before=before, then=then)
        for name, (now, before, then) in rows
    ]
