"""`aufruf daysheet`: each site's day as a PDF, by hand and as a running server has it made."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters.daysheet import rows
from queue_server.commands.daysheet import by_server
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall

SQLITE_ALONE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


def test_who_waits_and_what_is_booked_is_read_on_both_databases(place: Place) -> None:
    fill_hall(place, waiting=2)
    now = datetime.now(UTC)
    with place.database() as database:
        before = database.read(lambda conn: rows.look(conn, now, {"rathaus": "Europe/Berlin"}))
        day = database.read(
            lambda conn: conn.exec_driver_sql("SELECT max(business_day) FROM ticket").scalar()
        )
        day = datetime.fromisoformat(str(day)).date()
        assert len(database.read(lambda conn: rows.in_line(conn, "rathaus", day))) == 2
        assert database.read(lambda conn: rows.expected(conn, "rathaus", day, names=True)) == []
    fill_queue_again(place)
    with place.database() as database:
        after = database.read(lambda conn: rows.look(conn, now, {"rathaus": "Europe/Berlin"}))
    assert before.book == after.book
    assert before.queue != after.queue


def fill_queue_again(place: Place) -> None:
    place.run_sql("UPDATE site_stream SET seq = seq + 1")


@SQLITE_ALONE
def test_a_site_and_a_day_may_be_named(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    said = aufruf(
        "daysheet", "--site", "rathaus", "--date", "2026-12-01", "--to", tmp_path / "share", *place.words
    )
    assert said.status == 0
    path = tmp_path / "share" / "rathaus-2026-12-01.pdf"
    assert said.last == str(path)
    assert path.read_bytes().startswith(b"%PDF-")
    assert aufruf("daysheet", "--site", "nowhere", *place.words).status == 1


@SQLITE_ALONE
def test_a_server_has_today_and_tomorrow_made(place: Place, tmp_path: Path) -> None:
    words = {"data": str(place.settings.data), "database": "", "to": str(tmp_path / "share")}
    assert by_server(json.dumps(words)) == 0
    assert len(list((tmp_path / "share").glob("rathaus-*.pdf"))) == 2
