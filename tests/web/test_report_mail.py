"""The monthly sheet by mail: in the first days of a month, once, and to nobody who is not named."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from queue_server.adapters import day_figures
from queue_server.adapters.post import mail_message
from queue_server.adapters.post.outgoing import Outgoing
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.town import store as town_store
from queue_server.web.doctor_mail import MailTools
from queue_server.web.measuring import Measuring
from queue_server.web.report_mail import ReportMail
from tests.web.admin.counted import count_the_past
from tests.web.running import Town
from tests.web.test_doctoring import mails, text

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)


async def named(town: Town, mailbox: str) -> None:
    changed = replace(town.house.town_and_site("rathaus")[0], report_email=mailbox)
    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    await town.house.renew_settings()


def reporting(town: Town) -> ReportMail:
    house = town.house
    outgoing = Outgoing(house.connections, Spool(house.settings.spool_folder), stays_here=True)
    tools = MailTools(mail_message.compose, mail_message.message_id, mail_message.Unmailable, outgoing)
    return ReportMail(house, tools, day_figures)


class Away:
    """A mail server that nobody reaches."""

    def __init__(self, there: Any) -> None:
        self.sender = there.sender

    async def send(self, *_: object) -> None:
        raise OSError


async def test_the_sheet_of_last_month_goes_once_to_whom_the_town_names(town: Town) -> None:
    await count_the_past(town)
    await named(town, "rathaus@musterstadt.example")
    for hour in (5, 8, 9):
        town.clock.now = FIRST.replace(hour=hour)
        await reporting(town).turn()  # as after a restart
    [mail] = mails(town)
    assert mail["To"] == "rathaus@musterstadt.example"
    assert "Februar 2026" in mail["Subject"]
    assert "Besuche: 1.200 (Vormonat 1.320, Vorjahr –)" in text(mail)
    assert "/admin/figures/report?month=2026-02" in text(mail)
    town.clock.now = FIRST.replace(month=4)
    await reporting(town).turn()
    assert len(mails(town)) == 2


async def test_nobody_is_written_to_unless_named_nor_late_nor_of_nothing(town: Town) -> None:
    await count_the_past(town)
    town.clock.now = FIRST
    await reporting(town).turn()
    await named(town, "rathaus@musterstadt.example")
    town.clock.now = FIRST.replace(day=20)
    await reporting(town).turn()
    town.clock.now = FIRST.replace(year=2027)
    await reporting(town).turn()
    assert mails(town) == []


async def test_a_sheet_is_complete_or_waits_and_goes_on_being_tried(town: Town) -> None:
    """Two processes at once send one; what did not leave in the first week leaves after it."""
    await named(town, "rathaus@musterstadt.example")
    town.clock.now = FIRST.replace(month=2, day=27)
    await town.open()
    await town.take()
    town.clock.now = FIRST
    one, other = reporting(town), reporting(town)
    await one.turn()
    assert mails(town) == [], "a day of February is not counted"
    await town.open()
    await Measuring(town.house, day_figures).turn()
    tools = one._tools
    one._tools = replace(tools, outgoing=Away(tools.outgoing))
    town.clock.now = FIRST.replace(day=2)
    await one.turn()
    assert mails(town) == []
    one._tools = tools
    town.clock.now = FIRST.replace(day=20)
    await asyncio.gather(one.turn(), one.turn())
    assert len(mails(town)) == 1
    town.clock.now = FIRST.replace(day=3)
    await other.turn()
    assert len(mails(town)) == 1
