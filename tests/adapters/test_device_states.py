"""Displays out of service are kept in the database, on both kinds of it."""

from functools import partial

from queue_server.adapters.database import Database
from queue_server.adapters.device_states import mark_out_of_service, out_of_service

LONG = "d" * 40


def test_a_display_is_out_of_service_until_it_is_back(database: Database) -> None:
    for display_id in ("foyer", LONG, "foyer"):
        database.write(partial(mark_out_of_service, display_id=display_id, out=True))
    assert sorted(database.read(out_of_service)) == [LONG, "foyer"]
    database.write(lambda conn: mark_out_of_service(conn, LONG, out=False))
    database.write(lambda conn: mark_out_of_service(conn, "never marked", out=False))
    assert database.read(out_of_service) == ["foyer"]
