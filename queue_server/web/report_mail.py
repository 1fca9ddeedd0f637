"""The monthly sheet by mail, to whom the town names (`report_email`): in the first days of a month, once.

What must not live here: what stands on the sheet (`figures_sheet`), and the way out (`adapters.post`).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from functools import partial
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.town import Town
from queue_server.web.doctor_mail import DoctorLetter, MailTools
from queue_server.web.figures_sheet import REPORT, sheet
from queue_server.web.house import House
from queue_server.web.languages import staffs
from queue_server.web.mailing import address, domain_of
from queue_server.web.texts import Texts

LOOK_S: Final = 600.0
MORNING: Final = 7
"""From this local hour on: by then the last day of the month is counted."""
LAST_DAY: Final = 7
"""So many days of a month it is tried: a server that was away then is no reason to send it at the end."""
log = logging.getLogger(__name__)


class Rows(Protocol):
    """What knows of which month somebody was sent the sheet, as `adapters.day_figures` does."""

    def sent_month(self, connection: Connection, organisation_id: str) -> str: ...
    def note_sent_month(self, connection: Connection, organisation_id: str, month: str) -> None: ...


class ReportMail:
    """Looks now and then whether a sheet is due."""

    def __init__(self, house: House, tools: MailTools, rows: Rows) -> None:
        self._house = house
        self._tools = tools
        self._rows = rows

    async def turn(self) -> None:
        towns = {town.id: town for town, _ in self._house.directory.sites.values()}
        for town in towns.values():
            if town.report_email and town.sites:
                await self._look(town)

    async def _look(self, town: Town) -> None:
        house = self._house
        now = house.clock().astimezone(ZoneInfo(town.sites[0].time_zone))
        if now.day > LAST_DAY or now.hour < MORNING:
            return
        month = period_of(Length.MONTH, now.date()).shifted(-1)
        name = f"{month.first:%Y-%m}"
        if await house.read(partial(self._rows.sent_month, organisation_id=town.id)) >= name:
            return
        found = await self._read(town, month)
        # A town that begins has nothing to tell of the month before.
        if not found[0].site_days or await self._send(town, letter(house, town, month, found, now.date())):
            await house.write(partial(self._rows.note_sent_month, organisation_id=town.id, month=name))

    async def _read(self, town: Town, month: Period) -> list[Gathered]:
        house, now = self._house, self._house.clock()
        zones: Mapping[str, tzinfo] = {site.id: ZoneInfo(site.time_zone) for site in town.sites}

        def read(conn: Connection) -> list[Gathered]:
            periods = (month, month.shifted(-1), month.a_year_before())
            return [house.figures.gather(conn, zones, one, None, now) for one in periods]

        return await house.read(read)

    async def _send(self, town: Town, content: DoctorLetter) -> bool:
        """Send it; False when it has to be tried again."""
        house, tools, to, now = self._house, self._tools, town.report_email, self._house.clock()
        domain, language = domain_of(house), staffs(town.languages)
        id_ = tools.message_id(f"report/{town.id}/{content.subject}/{to}", domain)
        try:
            mail = await asyncio.to_thread(
                tools.compose,
                content,
                to=to,
                sender=tools.outgoing.sender or f"aufruf@{domain}",
                sender_name=house.texts[language]("common.product"),
                message_id=id_,
                language=language,
                at=now,
            )
            await tools.outgoing.send(to, id_, mail, now)
        except tools.unmailable:
            log.warning("the monthly sheet cannot be sent to the address that the town names")
        except Exception as error:  # the mail server is away, perhaps
            log.debug("the monthly sheet did not leave: %s", type(error).__name__)
            return False
        return True


def letter(house: House, town: Town, month: Period, found: Sequence[Gathered], today: date) -> DoctorLetter:
    """Write the sheet as a mail: the same figures, a line for each."""
    say = house.texts[staffs(town.languages)]
    told = sheet(say, town, month, list(found), today)
    parts = [
        (say("figures.mail_lead"), _lines(say, told["keys"])),
        (say("figures.booked_by"), _lines(say, told["booked"])),
        (say("figures.came"), _lines(say, told["came"])),
        (say("figures.report_earliest"), _lines(say, told["earliest"])),
    ]
    shown = [(lead, lines) for lead, lines in parts if lines]
    where = f"{address(house)}{REPORT}?month={month.first:%Y-%m}"
    foot = f"{told['made']} {say('figures.mail_foot', where=where)}"
    text = "\n\n".join("\n".join([lead, *(f"  {line}" for line in lines)]) for lead, lines in shown)
    page = house.pages.get_template("mail_doctor.html")
    html = page.render(_=say, title=told["title"], parts=[(a, [[b] for b in c]) for a, c in shown], foot=foot)
    return DoctorLetter(told["title"], f"{text}\n\n{foot}\n", html)


def _lines(say: Texts, rows: Sequence[tuple[str, Sequence[Any]]]) -> list[str]:
    return [
        say("figures.mail_line", name=name, now=now, before=before, then=then)
        for name, (now, before, then) in rows
    ]
