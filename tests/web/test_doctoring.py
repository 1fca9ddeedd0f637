"""The doctor of a running server: what it finds in its hall, whom it tells of it, and how seldom."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from queue_server.adapters.doctor import live_file
from queue_server.adapters.town.file import load
from queue_server.domain.doctor.findings import Finding
from queue_server.web import hall_facts
from queue_server.web.doctoring import Doctor
from tests.commands.operating import EXAMPLE
from tests.domain.town_plans import edit
from tests.web.running import START, Town
from tests.web.test_sockets import picture

SOUND = {"health": {"audio": {"unlocked": True, "output": True}, "page_version": "0.0.1"}}


def doctor_of(town: Town) -> Doctor:
    look_now: Any = town.house.condition.look_now
    found = look_now.__self__
    assert isinstance(found, Doctor)
    return found


def told_by_mail(town: Town, *more: str) -> None:
    file = town.house.settings.connections_file
    file.touch(mode=0o600)
    file.write_text("\n".join(['[operations]\nmail = ["it@stadt.example"]', *more]))
    town.house.connections.look()


async def looks(town: Town, minutes: float = 2, every_s: float = 20) -> None:
    """Let so much time pass with a look each twenty seconds, as the loop would."""
    doctor = doctor_of(town)
    began = town.clock.now
    while town.clock.now - began < timedelta(minutes=minutes):
        town.clock.forward(seconds=every_s)
        await doctor.look(town.clock.now.timestamp())


def mails(town: Town) -> list[Any]:
    files = sorted(town.house.settings.spool_folder.glob("*.eml"), key=lambda path: path.stat().st_mtime)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in files]


def text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def codes(town: Town) -> set[str]:
    return {one.code for one in town.house.condition.findings}


async def test_dead_screens_are_one_mail_within_two_minutes_and_never_again(town: Town) -> None:
    """Failure 25: nobody notices for hours that a screen is dark."""
    told_by_mail(town)
    await looks(town, minutes=2)
    (mail,) = mails(town)
    assert mail["Subject"] == "Aufruf: 3 Ausfälle"
    assert mail["To"] == "it@stadt.example"
    assert "Der Bildschirm rathaus-eg ist nicht verbunden." in text(mail)
    assert "/admin/health" in text(mail)
    await looks(town, minutes=60, every_s=60)
    assert len(mails(town)) == 1


async def test_what_is_well_again_is_told_and_what_flaps_is_not(served_town: Town) -> None:
    town = served_town
    told_by_mail(town)
    await looks(town, minutes=2)
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        await display.send(json.dumps(SOUND))
        await (await display.ping())
        await looks(town, minutes=2)
        assert len(mails(town)) == 1, "it might go again"
        await looks(town, minutes=12)
    last = mails(town)[-1]
    assert (len(mails(town)), last["Subject"]) == (2, "Aufruf: wieder in Ordnung")
    assert "Bildschirme und Ton: rathaus-eg" in text(last)


@pytest.fixture
def office_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sample's sites, which are always open, close at four."""
    monkeypatch.setattr(hall_facts, "is_open", lambda _, now: 7 <= now.hour < 15)


def test_a_site_is_open_by_its_hours() -> None:
    site = load(EXAMPLE, "example.toml").sites[0]
    moments = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((10, 9), (10, 22), (15, 9))]
    assert [hall_facts.is_open(site, one) for one in moments] == [True, False, False]


@pytest.mark.usefixtures("office_hours")
async def test_at_night_screens_may_be_dark_and_are_told_when_the_hall_opens(town: Town) -> None:
    told_by_mail(town)
    town.clock.now = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
    await looks(town, minutes=3)
    assert mails(town) == []
    town.clock.now = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
    await looks(town, minutes=1)
    assert [one["Subject"] for one in mails(town)] == ["Aufruf: 3 Ausfälle"]


@pytest.mark.usefixtures("office_hours")
async def test_a_backup_that_failed_is_told_at_night(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by_mail(town)
    town.clock.now = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    monkeypatch.setattr(town.house.backups, "_error", "the disk is full")
    await looks(town, minutes=3)
    (mail,) = mails(town)
    assert mail["Subject"] == "Aufruf: Die letzte Sicherung ist misslungen: the disk is full"


async def test_a_restart_tells_nothing_twice(town: Town) -> None:
    told_by_mail(town)
    await looks(town, minutes=2)
    again = Doctor(town.house, doctor_of(town)._tools)
    await again.recall()
    await looks(town, minutes=5)
    assert len(mails(town)) == 1
    assert town.house.condition.known["display_gone", "rathaus-eg"].told_at is not None


async def test_while_the_mail_server_is_away_it_is_tried_again_and_then_told_once(town: Town) -> None:
    told_by_mail(town, '[mail]\nurl = "smtp://127.0.0.1:9"\nsender = "a@stadt.example"')
    await looks(town, minutes=3)
    assert town.house.condition.known["display_gone", "rathaus-eg"].told_at is None
    told_by_mail(town)
    await looks(town, minutes=7)
    assert len(mails(town)) == 1


async def monday(town: Town, week: int = 0) -> None:
    """Let it be Monday, half past seven, a day after the thorough look."""
    town.clock.now = datetime(2026, 3, 16, 6, 30, tzinfo=UTC) + timedelta(weeks=week)
    doctor_of(town)._thorough_at = town.clock.now - timedelta(hours=2)
    await looks(town, minutes=0.3)


async def test_each_monday_a_report_comes_also_after_weeks_without_a_server(town: Town) -> None:
    told_by_mail(town)
    await looks(town, minutes=0.3)
    assert mails(town) == [], "a new server waits for its first Monday"
    for week, count in ((0, 1), (0, 1), (1, 2), (7, 3)):
        await monday(town, week)
        reports = [mail for mail in mails(town) if "Wochenbericht" in mail["Subject"]]
        assert len(reports) == count
    assert "nicht verbunden" in text(mails(town)[-1])


async def test_a_week_in_which_all_is_well_is_one_line(town: Town) -> None:
    from queue_server.web.doctor_mail import report

    letter = report(town.house, [])
    assert letter.subject == "Aufruf, Wochenbericht: alles in Ordnung"
    assert letter.text.startswith("Alle Prüfungen sind in Ordnung.")
    assert report(town.house, [Finding("backup_same_disk")]).subject == letter.subject, "a hint is no trouble"


async def test_without_anybody_to_tell_nothing_is_sent(town: Town) -> None:
    await looks(town, minutes=3)
    assert mails(town) == []
    assert "display_gone" in codes(town)


async def test_what_a_screen_says_of_itself_is_found(served_town: Town) -> None:
    town = served_town
    headers = {"Origin": "http://rathaus.example", "Host": "rathaus.example"}
    async with town.socket("display", "/live/displays/rathaus-eg", **headers) as display:
        await picture(display)
        await display.send(json.dumps({"health": {"audio": {"unlocked": False, "output": True}}}))
        await (await display.ping())
        await looks(town, minutes=0.3)
        assert {"display_sound_blocked", "display_insecure"} <= codes(town)
        await display.send(json.dumps({"health": {"audio": {"unlocked": True, "output": False}}}))
        await (await display.ping())
        await looks(town, minutes=0.3)
        assert "display_no_output" in codes(town)
        await display.send(json.dumps(SOUND))
        await (await display.ping())
        await looks(town, minutes=0.3)
        assert "display_old_page" in codes(town)
        assert not {"display_no_output", "display_sound_blocked"} & codes(town)


async def test_a_screen_that_shows_no_calls_is_found(served_town: Town) -> None:
    town = served_town
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        await town.open()
        for _ in range(2):
            await town.take()
            await town.call()
            watches = town.house.hub.confirmations._watches
            for watch in watches.values():
                watch.settled = True  # the timers would, after some seconds
            await looks(town, minutes=0.3)
            await town.do("anna", "counters/rathaus-1/no-show")
        assert "display_call_not_shown" in codes(town)


async def test_a_printer_without_paper_and_one_whose_agent_went_are_found(served_town: Town) -> None:
    town = served_town
    async with town.socket("kiosk", "/live/kiosks/rathaus-kiosk?agent=1") as agent:
        await picture(agent)
        for word, code in (("paper_out", "printer_paper_out"), ("cover_open", "printer_trouble")):
            await agent.send(json.dumps({"printer": {"state": "error", "code": word}}))
            await (await agent.ping())
            await looks(town, minutes=0.3)
            assert code in codes(town)
    while town.house.hub.kiosks.has_agent("rathaus", "rathaus-kiosk"):
        await asyncio.sleep(0.01)
    await looks(town, minutes=0.3)
    assert "printer_agent_gone" in codes(town)


async def test_a_clock_that_jumps_is_found(town: Town) -> None:
    doctor = doctor_of(town)
    await doctor.look(1000.0)
    town.clock.forward(seconds=20)
    await doctor.look(1020.0)
    assert "clock_jumped" not in codes(town)
    town.clock.forward(hours=1)
    await doctor.look(1040.0)
    assert "clock_jumped" in codes(town)


async def test_what_forgetting_found_and_cannot_write_down_is_told(town: Town) -> None:
    town.house.forgetting.findings = 2
    assert town.house.forgetting.journaling is not None
    town.house.forgetting.journaling.trouble = "PermissionError"
    await looks(town, minutes=0.3)
    assert {"privacy_found", "erasures_unwritten"} <= codes(town)


async def test_day_sheets_that_cannot_be_written_are_told(town: Town) -> None:
    told_by_mail(town)
    town.house.condition.day_sheet_trouble = lambda: "PermissionError: daysheets"
    await looks(town, minutes=2)
    assert "Die Tagesblätter können nicht geschrieben werden: PermissionError" in text(mails(town)[0])


async def test_what_is_planned_and_no_longer_fits_is_told(town: Town) -> None:
    house = town.house
    id_, monday, now = house.town_and_site("rathaus")[0].id, START.date() + timedelta(days=7), house.clock()
    longer, longest = (edit("service", "id-card", minutes=n) for n in (25, 30))
    await house.write(lambda c: house.settlement.plan_change(c, id_, longer, monday, "verwaltung", now))
    await house.renew_settings()
    await looks(town, minutes=0.3)
    assert "planned_unfit" not in codes(town)
    await house.write(lambda c: house.settlement.change_town(c, id_, longest, now))
    await house.renew_settings()
    await looks(town, minutes=0.3)
    (one,) = (one for one in house.condition.findings if one.code == "planned_unfit")
    assert (one.subject, one.organisation_id) == (monday.isoformat(), id_)


async def test_a_calendar_that_cannot_be_read_is_counted_and_nobody_named(town: Town) -> None:
    folder = town.house.settings.calendar_folder
    folder.mkdir(exist_ok=True)
    (folder / "bernd.ics").write_bytes(b"<html>please sign in</html>")
    while town.house.clerk_calendars.health().get("bernd", "ok") == "ok":
        await asyncio.sleep(0.05)
    await looks(town, minutes=0.3)
    found = [one for one in town.house.condition.findings if one.code == "calendar_unread"]
    assert {one.subject: one.params for one in found}["rathaus"] == {"n": 1}
    assert "bernd" not in repr(found)


async def test_the_server_tells_the_command_how_it_is(town: Town) -> None:
    await looks(town, minutes=0.3)
    told = live_file.read(town.house.settings.data)
    assert told is not None
    assert told.at == town.clock.now
    assert {"displays", "disk"} <= set(told.checks)
    assert "display_gone" in {one.code for one in told.findings}


async def test_the_thorough_look_is_made_apart(town: Town) -> None:
    doctor = doctor_of(town)
    assert await doctor.look_now() == "now"
    assert {"mail", "speech", "database", "certificates"} <= town.house.condition.looked_at.keys()
    assert {"nobody_told", "mail_not_connected"} <= codes(town)
    assert not {"check_failed", "database_unusable", "package_broken"} & codes(town)
