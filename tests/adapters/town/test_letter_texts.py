"""What administrators wrote is kept beside the town's set-up, as dated versions."""

from datetime import timedelta

from queue_server.adapters.database import Database
from queue_server.adapters.town.letter_texts import save_texts, versions
from queue_server.adapters.town.store import config_version, load_towns, save_town
from tests.town_hall import at, the_town

NOW = at("08:00")
TEXTS = {"subject": "Termin: {when}", "opening": "Bis bald.", "own": ""}


def test_a_new_set_up_keeps_the_texts(database: Database) -> None:
    database.write(lambda c: save_town(c, the_town(), NOW))
    assert database.write(lambda c: save_texts(c, "town", "booked.de", TEXTS, NOW))
    assert database.write(lambda c: save_town(c, the_town(), NOW)) == 0
    assert database.read(load_towns)["town"].letter_texts == {"booked.de": TEXTS}


def test_every_version_stays_and_the_same_again_is_none(database: Database) -> None:
    database.write(lambda c: save_town(c, the_town(), NOW))
    later, version = NOW + timedelta(days=1), database.read(config_version)
    assert database.write(lambda c: save_texts(c, "town", "booked.de", TEXTS, NOW))
    assert not database.write(lambda c: save_texts(c, "town", "booked.de", TEXTS, later))
    assert database.write(lambda c: save_texts(c, "town", "booked.de", None, later))
    assert not database.write(lambda c: save_texts(c, "town", "booked.de", None, later))
    assert database.read(lambda c: versions(c, "town", "booked.de")) == [(later, None), (NOW, TEXTS)]
    assert database.read(load_towns)["town"].letter_texts == {}
    assert database.read(config_version) == version + 2, "each change is seen by running servers"
