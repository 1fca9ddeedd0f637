"""The sample town's simulated past: what ordinary code makes of it."""

import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from queue_server.adapters import day_figures, missing_documents, told_estimates
from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT
from queue_server.commands import demo_days
from queue_server.domain.figures.hit_rate import ENOUGH, hit_rate
from queue_server.settings import Settings
from tests.commands.conftest import Aufruf
from tests.commands.demo_lived import NOW, SITES, WEEKS, ZONE, start


def days_with_visits(database: Database, site_id: str) -> dict[date, int]:
    def count(connection: sa.Connection) -> dict[date, int]:
        days = day_figures.days_before(connection, site_id, NOW.date() + timedelta(days=1))
        tallies = {day: day_figures.count_day(connection, site_id, day, ZONE) for day in days}
        return {day: found for day, one in tallies.items() if (found := one.sum("visits"))}

    return database.read(count)


def log(database: Database) -> list[tuple[object, ...]]:
    query = sa.select(EVENT.c.site_id, EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload)
    found = database.read(lambda c: c.execute(query.order_by(EVENT.c.site_id, EVENT.c.seq)).all())
    return [(*row[:4], repr(row[4])) for row in found]


def test_rows_and_figures_are_those_of_the_log(past: Database) -> None:
    checks = check_database(past, all_days=True, figures=True)
    assert {one.site_id for one in checks} == set(SITES)
    for one in checks:
        assert one.differences == ()
        assert one.ticket_count > 100


@pytest.mark.parametrize("site_id", SITES)
def test_it_worked_on_working_days_alone_and_longest_on_thursdays(past: Database, site_id: str) -> None:
    visits = days_with_visits(past, site_id)
    assert min(visits) >= NOW.date() - timedelta(weeks=WEEKS)
    assert max(visits) < NOW.date()
    assert {day.weekday() for day in visits} == {0, 1, 3, 4}
    assert date(2026, 5, 1) not in visits
    assert max(visits.values()) == max(n for day, n in visits.items() if day.weekday() == demo_days.THURSDAY)


def test_waits_that_were_told_are_judged(past: Database) -> None:
    days = [NOW.date() - timedelta(days=n) for n in range(1, 15)]
    of_days = [past.read(partial(told_estimates.of_day, site_id="rathaus", day=day)) for day in days]
    found = [one for of_day in of_days for one in of_day.first]
    whole = hit_rate(found, ZONE).first.whole
    assert whole.count >= ENOUGH
    assert 0.4 < whole.held / whole.count < 0.95


def test_appointments_were_kept_and_missed(past: Database) -> None:
    def sums(connection: sa.Connection) -> dict[str, int]:
        tallies = [day_figures.count_day(connection, "rathaus", day, ZONE) for day in days]
        wanted = ("bookings", "bookings_outside", "bookings_cancelled", "appointments", "missed", "late")
        return {name: sum(one.sum(name) for one in tallies) for name in (*wanted, "found_nothing")}

    days = list(days_with_visits(past, "rathaus"))
    found = past.read(sums)
    assert all(found.values()), found
    assert found["missed"] < found["appointments"] / 4


def test_documents_were_missing(past: Database) -> None:
    first = NOW.date() - timedelta(weeks=WEEKS)
    lacked = past.read(lambda c: missing_documents.counts(c, SITES, first, NOW.date()))
    assert sum(sum(months.values()) for months in lacked.values()) > 10


def test_auditors_and_the_books_are_content(lived: tuple[Path, Database], aufruf: Aufruf) -> None:
    for words in (("check", "--all-days"), ("privacy", "audit")):
        with time_machine.travel(NOW, tick=False):  # later, who was still to come should be forgotten
            said = aufruf(*words, "--data", lived[0])
        assert said.status == 0, (words, said)


def kill(data: Path, empty: Path, when: str, weeks: int) -> None:
    shutil.copy(empty, data / "aufruf.sqlite3")
    words = [sys.executable, "-m", "tests.commands.killed_demo", str(data), when, str(weeks)]
    assert subprocess.run([*words, NOW.isoformat()], check=False).returncode == -signal.SIGKILL


def test_a_start_that_was_killed_within_is_made_good_and_the_same_day_makes_the_same_past(
    past: Database, tmp_path: Path, empty_sqlite: Path
) -> None:
    kill(tmp_path, empty_sqlite, "half", WEEKS)
    again = start(tmp_path, empty_sqlite)
    try:
        assert log(again) == log(past)
    finally:
        again.dispose()


def test_a_start_that_was_killed_behind_its_past_makes_no_second_one(
    tmp_path: Path, empty_sqlite: Path
) -> None:
    kill(tmp_path, empty_sqlite, "written", 1)
    killed = Database(Settings(data=tmp_path).database_url)
    made = log(killed)
    killed.dispose()
    again = start(tmp_path, empty_sqlite)
    try:
        assert len(made) > 0
        assert log(again) == made
    finally:
        again.dispose()


def test_what_somebody_did_behind_a_killed_start_is_left_alone(
    tmp_path: Path, empty_sqlite: Path, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.commands.demo_town._tokens", lambda *_: ({}, ""))
    start(tmp_path, empty_sqlite, 0).dispose()
    monkeypatch.undo()
    said = aufruf("token", "create", "--role", "display", "--site", "rathaus", "--data", tmp_path)
    assert said.status == 0, said.err
    database = start(tmp_path, empty_sqlite)
    try:
        assert log(database) == []
    finally:
        database.dispose()


def test_a_town_that_is_there_gets_no_past(tmp_path: Path, empty_sqlite: Path) -> None:
    start(tmp_path, empty_sqlite, 0).dispose()
    database = start(tmp_path, empty_sqlite)
    try:
        assert log(database) == []
    finally:
        database.dispose()
