"""The monthly sheet by mail: each month once, late rather than never, and to nobody who is not named."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from queue_server.adapters import day_figures
from queue_server.adapters.doctor.examining import Patient, examine
from queue_server.adapters.post import mail_message, sheet_letters
from queue_server.adapters.post.outgoing import Outgoing
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.town import store as town_store
from queue_server.web import workers
from queue_server.web.doctor_mail import MailTools
from queue_server.web.measuring import Measuring
from queue_server.web.report_mail import ReportMail, SheetDelivery
from tests.web.admin.counted import count_the_past
from tests.web.running import Town
from tests.web.test_doctoring import mails, text

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
MAYOR = "rathaus@musterstadt.example"


async def named(town: Town, mailbox: str, *copies: str) -> None:
    settings = town.house.town_and_site("rathaus")[0]
    changed = replace(settings, report_email=mailbox, report_copies=copies)
    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    await town.house.renew_settings()


async def post(town: Town) -> None:
    await ReportMail(town.house, sheet_letters).turn()  # as after a restart


def empty(town: Town) -> None:
    """Take away what was looked at: the server forgets mails of two days ago, sooner or later."""
    for file in town.house.settings.spool_folder.glob("*.eml"):
        file.unlink()


class Away:
    """A mail server that nobody reaches."""

    sender = ""

    async def send(self, *_: object) -> None:
        raise OSError


class Undrawn:
    """Who should draw, on a machine that has no memory left."""

    async def draw(self, words: object) -> bytes:
        raise OSError("it ended with status -9")


async def send(town: Town, outgoing: Any = None) -> None:
    house = town.house
    there = Outgoing(house.connections, Spool(house.settings.spool_folder), stays_here=True)
    tools = MailTools(
        mail_message.compose, mail_message.message_id, mail_message.Unmailable, outgoing or there
    )
    await workers.sheet_postman(house, SheetDelivery(house, tools)).round()


async def turn(town: Town) -> None:
    await post(town)
    await send(town)


async def test_the_sheet_of_last_month_goes_once_to_each_whom_the_town_names(town: Town) -> None:
    await count_the_past(town)
    await named(town, MAYOR, "a@musterstadt.example", "b@musterstadt.example", MAYOR)
    for hour in (5, 8, 9):
        town.clock.now = FIRST.replace(hour=hour)
        await turn(town)
        assert len(mails(town)) == (0 if hour == 5 else 3)
    assert {mail["To"] for mail in mails(town)} == {
        MAYOR,
        "a@musterstadt.example",
        "b@musterstadt.example",
    }
    for mail in mails(town):
        [file] = mail.iter_attachments()
        assert (file.get_filename(), file.get_content_type()) == (
            "Monatsblatt-2026-02.pdf",
            "application/pdf",
        )
        assert file.get_content().startswith(b"%PDF-")
        assert "Das Blatt liegt als PDF bei." in text(mail)
        assert "Februar 2026" in mail["Subject"]
        assert "Besuche: 1.200 (Vormonat 1.320, Vorjahr –)" in text(mail)
        assert "/admin/figures/report?month=2026-02" in text(mail)
    empty(town)
    town.clock.now = FIRST.replace(month=4)
    await turn(town)
    assert ["März 2026" in mail["Subject"] for mail in mails(town)] == [True] * 3


async def test_nobody_is_written_to_unless_named_nor_of_nothing(town: Town) -> None:
    await count_the_past(town)
    town.clock.now = FIRST
    await turn(town)
    await named(town, MAYOR)
    town.clock.now = FIRST.replace(year=2027)
    await turn(town)
    assert mails(town) == []


async def test_a_restart_late_in_the_month_sends_what_is_owed_and_the_first_switch_on_one(town: Town) -> None:
    await count_the_past(town)
    await named(town, MAYOR)
    town.clock.now = FIRST.replace(day=20)
    await turn(town)
    assert [mail["Subject"] for mail in mails(town)] == ["Monatsblatt Februar 2026"], "one, not a year"
    await count_the_past(town, last=date(2026, 7, 1))
    empty(town)
    town.clock.now = FIRST.replace(month=7, day=9)
    await turn(town)
    subjects = sorted(mail["Subject"] for mail in mails(town))
    assert subjects == [f"Monatsblatt {month} 2026" for month in ("April", "Juni", "Mai")]
    await turn(town)
    assert len(mails(town)) == 3


async def test_who_is_named_again_after_months_is_not_sent_the_months_between(town: Town) -> None:
    await count_the_past(town, last=date(2026, 7, 1))
    await named(town, MAYOR)
    town.clock.now = FIRST
    running = ReportMail(town.house, sheet_letters)
    await running.turn()
    await named(town, "")
    town.clock.now = FIRST.replace(month=6)
    await running.turn()
    await named(town, "", "a@musterstadt.example")
    town.clock.now = FIRST.replace(month=7)
    await running.turn()
    await send(town)
    assert [mail["Subject"] for mail in mails(town)] == ["Monatsblatt Juni 2026"]


async def test_a_sheet_is_complete_or_waits(town: Town) -> None:
    await named(town, MAYOR)
    town.clock.now = FIRST.replace(month=2, day=27)
    await town.open()
    await town.take()
    town.clock.now = FIRST
    await turn(town)
    assert mails(town) == [], "a day of February is not counted"
    await town.open()
    await Measuring(town.house, day_figures).turn()
    await asyncio.gather(post(town), post(town))
    await asyncio.gather(send(town), send(town))
    assert len(mails(town)) == 1


async def test_what_was_posted_leaves_after_a_crash_and_after_days_without_a_mail_server(town: Town) -> None:
    """Claimed before it was sent, a month was lost when the server ended between the two."""
    await count_the_past(town)
    await named(town, MAYOR)
    town.clock.now = FIRST
    await post(town)
    assert mails(town) == []
    for day in range(2, 9):
        town.clock.now = FIRST.replace(day=day)
        await send(town, Away())
    town.clock.now = FIRST.replace(day=20)
    await send(town)
    [mail] = mails(town)
    assert mail["Subject"] == "Monatsblatt Februar 2026"
    assert "1. März 2026" in text(mail), "when it was made"
    await turn(town)
    assert len(mails(town)) == 1


def found_by_the_doctor(town: Town) -> list[str]:
    settings = town.house.settings
    patient = Patient(
        now=town.clock(),
        data=settings.data,
        database_url=settings.database_url,
        database_file=None,
        backup_folder=settings.backup_folder,
        key_file=settings.key_file,
        connections_file=settings.connections_file,
        demo=True,
        sites={"rathaus": ("musterstadt", "Europe/Berlin")},
    )
    [(_, found)] = examine(patient, ["mail"])
    return [one.code for one in found]


async def test_the_doctor_tells_what_waits_for_the_mail_server_and_what_cannot_arrive(town: Town) -> None:
    await count_the_past(town)
    await named(town, MAYOR)
    town.clock.now = FIRST
    await post(town)
    town.clock.forward(hours=20)
    assert found_by_the_doctor(town) == [], "it was not tried yet"
    await send(town, Away())
    assert found_by_the_doctor(town) == ["sheet_late"]
    town.clock.forward(days=1)
    await send(town)
    assert found_by_the_doctor(town) == []
    await named(town, f"ü@{'x' * 250}.example")
    town.clock.now = FIRST.replace(month=4)
    await turn(town)
    assert found_by_the_doctor(town) == ["sheet_failed"]


async def test_without_the_picture_of_it_the_figures_go_all_the_same(town: Town) -> None:
    await count_the_past(town)
    await named(town, MAYOR)
    town.clock.now = FIRST
    town.house.sheet_papers = Undrawn()
    await turn(town)
    [mail] = mails(town)
    assert list(mail.iter_attachments()) == []
    assert "Besuche: 1.200" in text(mail)
    assert "PDF" not in text(mail)


async def test_a_mailbox_that_was_taken_out_meanwhile_gets_nothing(town: Town) -> None:
    await count_the_past(town)
    await named(town, MAYOR, "gone@musterstadt.example")
    town.clock.now = FIRST
    await post(town)
    await named(town, MAYOR)
    await send(town)
    assert [mail["To"] for mail in mails(town)] == [MAYOR]


async def test_an_address_that_no_mail_can_go_to_is_given_up_and_holds_up_nobody(town: Town) -> None:
    await count_the_past(town)
    await named(town, f"ü@{'x' * 250}.example", MAYOR)
    town.clock.now = FIRST
    await turn(town)
    assert [mail["To"] for mail in mails(town)] == [MAYOR]
    read = partial(sheet_letters.letters_of, organisation_id="musterstadt", month="2026-02")
    found = await town.house.read(read)
    assert [(one.state, one.last_error) for one in found] == [("failed", "unusable_address"), ("sent", "")]
