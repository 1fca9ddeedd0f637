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
from queue_server.live.repeating import OneByOne
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
"""So many days of a month it is begun. What could not leave or was not counted then is tried until it can."""
log = logging.getLogger(__name__)


class Rows(Protocol):
    """What knows of which month somebody was sent the sheet, as `adapters.day_figures` does."""

    def claim_month(self, connection: Connection, organisation_id: str, month: str) -> bool: ...
    def release_month(
        self, connection: Connection, organisation_id: str, month: str, before: str
    ) -> None: ...


class ReportMail:
    """Looks now and then whether a sheet is due."""

    def __init__(self, house: House, tools: MailTools, rows: Rows) -> None:
        self._house = house
        self._tools = tools
        self._rows = rows
        self._done: dict[str, str] = {}
        self._trying: dict[str, str] = {}
        self._one_by_one = OneByOne("the monthly sheet")

    async def turn(self) -> None:
        towns = {town.id: town for town, _ in self._house.directory.sites.values()}
        for town in towns.values():
            if town.report_email and town.sites:
                await self._one_by_one.at(town.id, self._look(town))

    async def _look(self, town: Town) -> None:
        house = self._house
        now = house.clock().astimezone(ZoneInfo(town.sites[0].time_zone))
        month = period_of(Length.MONTH, now.date()).shifted(-1)
        name, before = f"{month.first:%Y-%m}", f"{month.shifted(-1).first:%Y-%m}"
        is_time = now.day <= LAST_DAY or self._trying.get(town.id) == name
        if not is_time or now.hour < MORNING or self._done.get(town.id) == name:
            return
        self._trying[town.id] = name
        found = await self._read(town, month)
        if found is None:
            return
        claim = partial(self._rows.claim_month, organisation_id=town.id, month=name)
        if await house.write(claim) and not await self._send(
            town, letter(house, town, month, found, now.date())
        ):
            free = partial(self._rows.release_month, organisation_id=town.id, month=name, before=before)
            await house.write(free)
            return
        self._done[town.id] = name

    async def _read(self, town: Town, month: Period) -> list[Gathered] | None:
        """Return the figures; None while a day of the month is not counted, or there are none to tell."""
        house, now = self._house, self._house.clock()
        zones: Mapping[str, tzinfo] = {site.id: ZoneInfo(site.time_zone) for site in town.sites}

        def read(conn: Connection) -> list[Gathered] | None:
            if not all(house.figures.is_counted(conn, site_id, month) for site_id in zones):
                return None
            periods = (month, month.shifted(-1), month.a_year_before())
            found = [house.figures.gather(conn, zones, one, None, now) for one in periods]
            return found if found[0].site_days else None

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
            log.warning("the monthly sheet did not leave: %s", type(error).__name__)
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
