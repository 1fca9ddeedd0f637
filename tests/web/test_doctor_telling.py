"""What breaks the telling itself: a disk that is gone, a mailbox that refuses, an environment beneath us."""

import sys
import threading
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from queue_server.domain.doctor.findings import Finding
from queue_server.domain.errors import StorageUnavailable
from queue_server.live.hanging import Hanging
from queue_server.web import hall_facts
from queue_server.web.doctoring import Doctor
from tests.web.running import Town
from tests.web.test_doctoring import codes, doctor_of, looks, mails, monday, text, told_by_mail

SECOND = "zweite@stadt.example"


@pytest.fixture
def dead_disk(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let nothing be written to the database."""

    def write(*_: object) -> Awaitable[None]:
        raise StorageUnavailable

    from queue_server.web.house import House

    monkeypatch.setattr(House, "write", write)
    return monkeypatch


async def test_a_disk_that_is_gone_silences_no_alert(
    town: Town, dead_disk: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Failure 25: the worst failure must not be the one that nobody hears of."""
    told_by_mail(town)
    town.house.condition.take("hall", {"disk": [Finding("disk_full", "/x")]}, town.clock.now)
    await looks(town, minutes=30)
    assert len(mails(town)) == 1, "told once, without a row that says so"
    assert sum("cannot use the database" in one.message for one in caplog.records) == 1
    dead_disk.undo()
    await looks(town, minutes=0.3)
    again = Doctor(town.house, doctor_of(town)._tools)
    town.house.condition.known = {}
    await again.recall()
    assert town.house.condition.known["disk_full", "/x"].told_at is not None, "kept as soon as that works"


async def test_a_report_that_cannot_be_noted_comes_once(town: Town, dead_disk: pytest.MonkeyPatch) -> None:
    told_by_mail(town)
    await looks(town, minutes=0.3)
    for _ in range(3):
        await monday(town)
    assert len([mail for mail in mails(town) if "Wochenbericht" in mail["Subject"]]) == 1
    assert dead_disk is not None


class Refusing:
    """The way out, with one mailbox that is full for a while."""

    def __init__(self, real: Any) -> None:
        self.real, self.is_full, self.ids = real, True, list[str]()

    @property
    def sender(self) -> str:
        return str(self.real.sender)

    async def send(self, to: str, message_id: str, content: bytes, at: datetime) -> None:
        if to == SECOND:
            self.ids.append(message_id)
            if self.is_full:
                raise TimeoutError
        await self.real.send(to, message_id, content, at)


def with_a_full_mailbox(town: Town, *mailboxes: str) -> Refusing:
    told_by_mail(town)
    file = town.house.settings.connections_file
    file.write_text(f"[operations]\nmail = {list(mailboxes)}".replace("'", '"') + "\n# changed")
    town.house.connections.look()
    teller = doctor_of(town)._teller
    way = Refusing(teller._mail.outgoing)
    teller._mail = replace(teller._mail, outgoing=way)
    return way


@pytest.mark.parametrize("order", [("it@stadt.example", SECOND), (SECOND, "it@stadt.example")])
async def test_a_full_mailbox_storms_no_other_and_gets_its_letter_later(
    town: Town, order: tuple[str, ...]
) -> None:
    way = with_a_full_mailbox(town, *order)
    await looks(town, minutes=30)
    assert [mail["To"] for mail in mails(town)] == ["it@stadt.example"]
    assert (len(way.ids), len(set(way.ids))) == (6, 1), "each five minutes, and always the same message"
    way.is_full = False
    await looks(town, minutes=11)
    assert sorted(mail["To"] for mail in mails(town)) == ["it@stadt.example", SECOND]


async def test_a_full_mailbox_storms_nobody_with_reports(town: Town) -> None:
    way = with_a_full_mailbox(town, "it@stadt.example", SECOND)
    await looks(town, minutes=0.3)
    for minutes in (0, 10, 20):
        await monday(town)
        town.clock.forward(minutes=minutes)
        await looks(town, minutes=0.3)
    reports = [mail for mail in mails(town) if "Wochenbericht" in mail["Subject"]]
    assert [mail["To"] for mail in reports] == ["it@stadt.example"]
    assert way.ids


async def test_what_nobody_gets_is_tried_as_the_same_message(town: Town) -> None:
    way = with_a_full_mailbox(town, SECOND)
    await looks(town, minutes=12)
    assert (len(way.ids), len(set(way.ids))) == (3, 1)
    assert town.house.condition.known["display_gone", "rathaus-eg"].told_at is None


async def test_a_screen_switched_on_two_minutes_after_opening_wakes_nobody(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 25 the other way round: an alarm each morning is read by nobody."""
    monkeypatch.setattr(hall_facts, "is_open", lambda _, now: 7 <= now.hour < 15)
    told_by_mail(town)
    town.clock.now = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
    await looks(town, minutes=180, every_s=60)
    assert town.clock.now.hour == 7
    await looks(town, minutes=9)
    assert mails(town) == []
    await looks(town, minutes=2)
    assert len(mails(town)) == 1, "what stays dark is told"


async def test_an_environment_that_broke_is_told_until_a_look_is_good(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 30: the server that runs is the last one that can tell of it."""
    told_by_mail(town)
    doctor = doctor_of(town)
    await looks(town, minutes=2)
    town.clock.forward(minutes=30)
    for gone in ("/nowhere/bin/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", gone)
        assert await doctor.look_now() == "failed"
        assert "thorough_failed" in codes(town)
    await looks(town, minutes=2)
    assert "Die gründliche Prüfung ist misslungen: ValueError: it ended with status 1" in text(
        mails(town)[-1]
    )

    async def good(_: object) -> dict[str, object]:
        return {"speech": []}

    monkeypatch.setattr(doctor._tools.eyes, "thorough", good)
    assert await doctor.look_now() == "now"
    assert "thorough_failed" not in codes(town)


async def test_a_hanging_folder_of_backups_silences_no_alert(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network folder whose server is gone answers nobody, for hours."""
    told_by_mail(town)
    back, asked, doctor = threading.Event(), [], doctor_of(town)
    monkeypatch.setattr(doctor, "_disks", Hanging[Any](patience_s=0.02))

    def quick(_: datetime) -> dict[str, list[Finding]]:
        asked.append(1)
        back.wait(20)
        return {"disk": []}

    monkeypatch.setattr(doctor._tools.eyes, "quick", quick)
    await looks(town, minutes=4)
    (mail,) = mails(town)
    assert "Der Bildschirm rathaus-eg ist nicht verbunden." in text(mail)
    assert str(town.house.settings.backup_folder) in text(mail)
    assert len(asked) == 1
    back.set()
    look, doctor._disks._patience_s = doctor._disks._look, 20
    assert look is not None
    await look
    await looks(town, minutes=1)
    assert "folder_unwritable" not in codes(town)


async def test_the_thorough_look_is_made_at_night(town: Town) -> None:
    """It reads the whole database: not again while people wait."""
    doctor, clock = doctor_of(town), town.clock
    begun, looked = clock.now, []
    while clock.now - begun < timedelta(days=4):
        clock.forward(minutes=5)
        if doctor._thorough_due():
            doctor._thorough_at = clock.now
            looked.append(clock.now.astimezone(doctor._zone()).hour)
    assert looked == [10, 5, 5, 5, 5], "soon after the start, then at five"
