"""A week of a town hall: people book, move, cancel, delete their data, come or not, and get letters. Then
nobody is left: not in the audit's eyes, not in any byte of any file, not in a backup that is restored.

The real server with the real postman and spool; only the clock is moved. By day 40 bookings, with --long 500.
"""

import logging
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.restoring import Ready, make_ready
from queue_server.adapters.backup.sealed_file import backup_key
from queue_server.adapters.backup.taking import Places, take_backup
from queue_server.adapters.database import Database
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.server_key import load_key_file
from queue_server.domain.errors import Refusal
from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services import booking, booking_clock
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from queue_server.web.workers import tidy
from tests.web.running import START, Town
from tests.web.test_mailing import deliver, persons

DAYS = 7
BACKUP_ON = 3
STEP_H = 8
"""The server tidies every hour; so seldom it still comes by in each night, at two."""
FIRST = ("Wunibald", "Kreszentia", "Theobald", "Philomena", "Leokadia", "Zacharias", "Adelgunde", "Gotthilf")
LAST = ("Quastenberg", "Xylander", "Zwetschkenbaum", "Yblagger", "Pfannenstiel", "Oehlschlaegel")
STREET = "Quittenweg"
MAILBOX = "posteo-test.example"
WORDS = (*FIRST, *LAST, STREET, MAILBOX, "0160555", "Treppenlift")


def somebody(dice: random.Random, nr: int) -> Person:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return Person(
        f"{first} {last}",
        f"{first}.{last}{nr}@{MAILBOX}".lower() if nr % 5 else "",
        f"0160 555{nr:04}" if nr % 3 == 0 or nr % 5 == 0 else "",
        f"{STREET} {nr}",
        remarks="Treppenlift nötig" if nr % 4 == 0 else "",
        needs=("companion",) if nr % 7 == 0 else (),
        reminder_min=dice.choice((None, 60, 1440, 2880)),
    )


@dataclass
class Week:
    """Does one thing after the other in a running town."""

    town: Town
    dice: random.Random
    booked: list[str]
    counts: dict[str, int]

    async def do(self, work: Callable[[Unit], Answer]) -> Answer | None:
        try:
            return await self.town.house.sequencer.do("rathaus", work)
        except Refusal:
            return None

    def hold(self, unit: Unit, replaces: str | None = None) -> Answer:
        choice = choose(unit.town, unit.site, [("id-card", 1)], walk_in=False)
        minutes = 15 * self.dice.randrange(0, 24)
        days = self.dice.randrange(1, 6)
        at = unit.now.replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(
            days=days, minutes=minutes
        )
        client = f"browser-{self.dice.random()}"
        return booking.hold(unit, choice, at, channel="portal", client=client, replaces=replaces) | {
            "client": client
        }

    async def book(self, person: Person) -> None:
        def work(unit: Unit) -> Answer:
            held = self.hold(unit)
            return booking.confirm(unit, held["id"], held["client"], person, self.dice.choice(("de", "en")))

        for _ in range(30):  # the time may be taken
            answer = await self.do(work)
            if answer is not None:
                self.booked.append(answer["reference"])
                self.count("booked")
                return

    async def change_mind(self) -> None:
        reference, what = (
            self.dice.choice(self.booked),
            self.dice.choice(("move", "move", "cancel", "delete")),
        )

        def move(unit: Unit) -> Answer:
            held = self.hold(unit, reference)
            return booking.move(unit, reference, held["id"], held["client"])

        def delete(unit: Unit) -> Answer:
            found = booking.find_appointment(unit, reference)
            unit.withdraw_posts(found.id)
            unit.forget_person(found.id)
            return {}

        def cancel(unit: Unit) -> Answer:
            return booking.cancel(unit, reference, self.dice.choice(("visitor", "desk")))

        if await self.do({"move": move, "delete": delete, "cancel": cancel}[what]) is not None:
            self.count(what)

    async def come(self) -> None:
        if await self.do(lambda unit: booking.check_in(unit, self.dice.choice(self.booked))) is not None:
            self.count("come")

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def run_clock(unit: Unit) -> Answer:
    booking_clock.run(unit)
    return {}


async def hour(week: Week, people: list[Person]) -> None:
    for person in people:
        await week.book(person)
        if week.dice.random() < 0.5:
            await week.change_mind()
        if week.dice.random() < 0.4:
            await week.come()
    await deliver(week.town)


async def pass_time(week: Week, hours: int) -> None:
    for _ in range(hours // STEP_H):
        week.town.clock.forward(hours=STEP_H)
        await week.do(run_clock)
        while await deliver(week.town):
            pass
        await tidy(week.town.house, Spool(week.town.house.settings.spool_folder))
        assert not week.town.house.forgetting.findings, "people who are known stand in their table alone"


@pytest.mark.parametrize("bookings", [40, pytest.param(500, marks=pytest.mark.long)])
async def test_after_a_week_nobody_is_left(
    town: Town,
    bookings: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Wish G9, failures 27 and 28."""
    monkeypatch.setattr(postman, "LOOK_EVERY_S", 3600)
    caplog.set_level(logging.INFO)
    dice = random.Random(bookings)
    week = Week(town, dice, [], {})
    people = [somebody(dice, nr) for nr in range(bookings)]
    for day in range(DAYS):
        town.clock.now = START + timedelta(days=day)
        await hour(week, people[day::DAYS])
        if day == BACKUP_ON:
            backup, backed_up_at = take(town), town.clock.now
        await pass_time(week, 24)
    assert week.counts["booked"] > bookings * 0.8, week.counts
    assert min(week.counts.get(what, 0) for what in ("move", "cancel", "delete")) > 0, week.counts
    assert seen_in(town.house.settings.data), "they were here"
    await pass_time(week, 24 * 9)
    assert await persons(town) == 0
    assert town.house.forgetting.findings == 0
    assert town.house.database.empty_wal()
    assert seen_in(town.house.settings.data) == {}
    assert not [word for word in WORDS if word.casefold() in caplog.text.casefold()]
    assert town.house.forgetting.journaling is not None
    await town.house.forgetting.journaling.turn()
    erased = journal.read(town.house.settings.erased_journal).entries
    assert len({entry.ref for entry in erased}) >= week.counts["booked"]
    # As if it were restored at once: nothing in it is over yet, so only the journal can say who is gone.
    keys = load_key_file(town.house.settings.key_file)
    lost = make_ready(backup, keys, new_folder(tmp_path, "a"), [], backed_up_at, may_lack_erased=True)
    assert known_in(lost) > 0
    restored = make_ready(backup, keys, new_folder(tmp_path, "b"), erased, backed_up_at)
    assert known_in(restored) == 0
    assert seen_in(restored.database.parent) == {}


def take(town: Town) -> Path:
    """Make a backup beside the running server."""
    settings = town.house.settings
    key = backup_key(load_key_file(settings.key_file))
    database = Database(settings.database_url)
    places = Places(settings.data, settings.backup_folder, (settings.erased_journal,), None)
    try:
        return take_backup(database, key, places, 14, town.clock.now).path
    finally:
        database.dispose()


def known_in(ready: Ready) -> int:
    """Count who is known in a database that is fit to answer."""
    with sqlite3.connect(ready.database) as connection:
        found = connection.execute("SELECT COUNT(*) FROM booked_person").fetchone()
    connection.close()
    return int(found[0])


def new_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def seen_in(folder: Path) -> dict[str, list[str]]:
    """Return which words stand in which files, byte by byte."""
    found: dict[str, Any] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            words = [word for word in WORDS if word.lower().encode() in content]
            if words:
                found[path.name] = words
    return found
