"""The sample town's database, made twice."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from queue_server.adapters.database import Database
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.store import config_version, load_towns
from queue_server.commands.demo_town import prepare
from queue_server.domain.town import Town
from queue_server.settings import Settings
from tests.commands.conftest import Aufruf


def stored(settings: Settings) -> tuple[Town, int]:
    database = Database(settings.database_url)
    try:
        (town,) = database.read(load_towns).values()
        return town, database.read(config_version)
    finally:
        database.dispose()


def start(settings: Settings) -> None:
    prepare(settings, random_passwords=False, say=lambda line: None)


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, demo=True)
    start(settings)
    first = stored(settings)
    assert but_for_later(first[0]) == sample_town()
    start(settings)
    assert stored(settings) == first


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """Those of a demo whose database has its shape already."""
    made = Settings(data=tmp_path, demo=True)
    shutil.copy(empty_sqlite, tmp_path / "aufruf.sqlite3")
    return made


def but_for_later(town: Town) -> Town:
    """The town without the day that depends on the day of its making."""
    services = tuple(replace(one, bookable_from=None) for one in town.services)
    return replace(town, services=services)


def opens(settings: Settings) -> date:
    """The first day for which the service that nobody can book yet can be booked."""
    (only,) = {one.bookable_from for one in stored(settings)[0].services} - {None}
    assert only is not None
    return only


@pytest.mark.parametrize("weekday", range(7))
def test_one_service_can_be_booked_only_from_a_monday_to_come(settings: Settings, weekday: int) -> None:
    begun = datetime(2026, 12, 21 + weekday, 23, 30, tzinfo=UTC)  # in Berlin the next day
    with time_machine.travel(begun, tick=False):
        start(settings)
    today = begun.date() + timedelta(days=1)
    assert opens(settings).weekday() == 0
    assert 14 < (opens(settings) - today).days <= 21


def test_that_monday_stays_until_it_is_there(settings: Settings) -> None:
    begun = datetime(2026, 12, 21, 12, tzinfo=UTC)
    days = []
    for later in (0, 20, 21):
        with time_machine.travel(begun + timedelta(days=later), tick=False):
            start(settings)
        days.append(opens(settings))
    assert days == [date(2027, 1, 11), date(2027, 1, 11), date(2027, 2, 1)]


def test_devices_and_clerks_that_tokens_stand_for_survive_a_restart(
    settings: Settings, aufruf: Aufruf
) -> None:
    start(settings)
    for role in ("display", "kiosk", "clerk"):
        said = aufruf("token", "create", "--role", role, "--site", "rathaus", "--data", settings.data)
        assert said.status == 0, said.err
    made = stored(settings)
    assert but_for_later(made[0]) != sample_town()
    start(settings)
    assert stored(settings) == made
