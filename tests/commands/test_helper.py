"""`aufruf helper`: codes of trusted helpers, made and revoked beside a running server, on both databases."""

import re

import pytest

from queue_server.adapters import helpers
from queue_server.adapters.server_key import ensure_key_file
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place


def finds(place: Place, code: str, site_id: str = "rathaus") -> str | None:
    hash_ = helpers.code_hash(ensure_key_file(place.settings.key_file).derive("contact"), code)
    with place.database() as database:
        return database.read(lambda conn: helpers.find_helper(conn, "beispielstadt", site_id, hash_))


def test_a_code_is_shown_once_listed_and_revoked(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("helper", "list", *place.words).out == "No helpers.\n"
    made = aufruf("helper", "create", "Stadtbibliothek  Mitte", *place.words)
    assert made.status == 0
    assert re.fullmatch(r"([A-Z0-9]{4}-){2}[A-Z0-9]{4}", made.last)
    seen = aufruf("helper", "list", *place.words)
    id_, *name, site, _, bookings, last = seen.last.split()
    assert (" ".join(name), site, bookings, last) == ("Stadtbibliothek Mitte", "all", "0", "never")
    assert made.last not in seen.out
    assert finds(place, made.last.lower().replace("-", " ")) == id_
    assert "Revoked" in aufruf("helper", "revoke", id_, *place.words).out
    assert finds(place, made.last) is None
    assert aufruf("helper", "revoke", id_, *place.words).status == 1


def test_a_code_of_one_site_lifts_nothing_at_another(place: Place, aufruf: Aufruf) -> None:
    made = aufruf("helper", "create", "--site", "rathaus", "Sozialdienst", *place.words)
    assert finds(place, made.last) is not None
    assert finds(place, made.last, "annexe") is None
    assert aufruf("helper", "create", "--site", "nowhere", "X", *place.words).status == 1


@pytest.mark.parametrize("name", [" ", "x" * 101, "a\x1bb"])
def test_a_name_that_cannot_be_listed_is_refused(place: Place, aufruf: Aufruf, name: str) -> None:
    assert aufruf("helper", "create", name, *place.words).status == 2
