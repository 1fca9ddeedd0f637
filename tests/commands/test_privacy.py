"""`aufruf privacy audit`: says what it searched, finds a leftover and never repeats it; both databases."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters.forgetting.marks import ERASED, MARK, fingerprint
from queue_server.adapters.rows.overrule_rows import OverruleRows
from queue_server.adapters.server_key import ensure_key_file
from queue_server.services.ports import Overruled
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

NOW = datetime.now(UTC)


def mark(place: Place) -> None:
    """Note that somebody called Erika Mustermann was erased."""
    key = ensure_key_file(place.settings.key_file).derive(ERASED)
    row = {"fingerprint": fingerprint(key, ("name", "erika mustermann")), "organisation_id": "t"}
    with place.database() as database:
        database.write(lambda c: c.execute(sa.insert(MARK).values(**row, what="name", erased_at=NOW)))


def test_a_town_in_order_is_clean(place: Place, aufruf: Aufruf) -> None:
    mark(place)
    said = aufruf("privacy", "audit", *place.words)
    assert (said.status, said.last) == (0, "Nothing was found.")
    assert "for 1 marks" in said.out
    assert "setting_version.body" in said.out
    assert "No audit sees" in said.out


def test_a_name_in_a_reason_is_found_and_not_repeated(place: Place, aufruf: Aufruf) -> None:
    mark(place)
    overruled = Overruled(7, NOW, "anna", "open", "für Frau Mustermann (Erika)")
    with place.database() as database:
        database.write(lambda c: OverruleRows.add(c, "t", "rathaus", overruled))
    said = aufruf("privacy", "audit", *place.words)
    assert (said.status, said.last) == (1, "FOUND: 1")
    assert "overrule.reason  id=1  name  belongs to somebody who was erased" in said.out
    assert "Mustermann" not in said.out
    assert aufruf("privacy", "blank", "overrule.reason", "1", *place.words).status == 0
    assert aufruf("privacy", "audit", *place.words).last == "Nothing was found."
    with place.database() as database:
        [(kept, _)] = database.read(lambda c: OverruleRows.since(c, "rathaus", NOW))
    assert (kept.by, kept.what, kept.reason) == ("anna", "open", "")


def test_what_is_not_there_cannot_be_blanked(place: Place, aufruf: Aufruf) -> None:
    for what, row in (("overrule.reason", "7"), ("overrule.reason", "x"), ("token.label", "7")):
        said = aufruf("privacy", "blank", what, row, *place.words)
        assert said.status == 1
        assert "has no row" in said.err
    assert aufruf("privacy", "blank", "booked_person.name", "1", *place.words).status == 2


def test_logs_are_searched_and_a_missing_one_is_an_error(
    place: Place, aufruf: Aufruf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(place)
    log = tmp_path / "access.log"
    log.write_text("GET /?name=Erika+Mustermann\nGET /?to=jemand%40post.example\n")
    said = aufruf("privacy", "audit", "--log", log, *place.words)
    assert said.status == 1
    assert "log access.log  line 1  name  belongs to somebody who was erased" in said.out
    assert "log access.log  line 2  mail  a contact has no place there" in said.out
    assert "missing.log" in aufruf("privacy", "audit", "--log", tmp_path / "missing.log", *place.words).err
    monkeypatch.setattr("sys.stdin", io.StringIO("nichts\n"))
    said = aufruf("privacy", "audit", "--log", "-", *place.words)
    assert said.status == 0
    assert ", 1 log(s) and" in said.out
    assert "No log was named" not in said.out
