"""The sample town's database, made twice."""

from pathlib import Path

from queue_server.adapters.database import Database
from queue_server.adapters.town_file import sample_town
from queue_server.adapters.town_store import config_version, load_towns
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
    assert first[0] == sample_town()
    start(settings)
    assert stored(settings) == first


def test_devices_and_clerks_that_tokens_stand_for_survive_a_restart(tmp_path: Path, aufruf: Aufruf) -> None:
    settings = Settings(data=tmp_path, demo=True)
    start(settings)
    for role in ("display", "kiosk", "clerk"):
        said = aufruf("token", "create", "--role", role, "--site", "rathaus", "--data", tmp_path)
        assert said.status == 0, said.err
    made = stored(settings)
    assert made[0] != sample_town()
    start(settings)
    assert stored(settings) == made
