"""`aufruf check` finds every row that the log tells otherwise; `aufruf rebuild` mends it."""

import itertools

import pytest

from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall, serving

DAMAGE = {
    "a ticket's due time": "UPDATE ticket SET due_at = '2020-01-01 08:00:00+00:00' WHERE state = 'waiting'",
    "a ticket's state": "UPDATE ticket SET state = 'cancelled' WHERE state = 'waiting'",
    "a ticket's counter": "UPDATE ticket SET counter_id = 'rathaus-2' WHERE state = 'serving'",
    "a lost ticket": "DELETE FROM ticket WHERE state = 'waiting'",
    "a ticket under another day": "UPDATE ticket SET business_day = '2020-01-01' WHERE state = 'serving'",
    "a counter's visitor": "UPDATE counter_status SET ticket_id = NULL",
    "a lost counter": "DELETE FROM counter_status",
    "a lease's ticket": "UPDATE number_lease SET ticket_id = 99",
    "a lost lease": "DELETE FROM number_lease",
    "the place in the log": "UPDATE site_stream SET seq = seq + 1",
    "a day that was stopped": (
        "INSERT INTO day_status (site_id, business_day, organisation_id, issuing)"
        " SELECT site_id, business_day, organisation_id, false FROM site_stream"
    ),
}
HELD_OTHERWISE = ("a ticket's due time", "a day that was stopped")
"""What the two databases hold differently: a moment, a yes or no. The rest on both comes with --long."""
DAMAGED = [
    *itertools.product(["sqlite"], DAMAGE),
    *itertools.product(["postgresql"], HELD_OTHERWISE),
    *(pytest.param("postgresql", one, marks=pytest.mark.long) for one in DAMAGE if one not in HELD_OTHERWISE),
]


@pytest.fixture
def busy(place: Place) -> Place:
    fill_hall(place)
    return place


def test_a_day_as_the_product_made_it_agrees(busy: Place, aufruf: Aufruf) -> None:
    said = aufruf("check", *busy.words)
    assert (said.status, said.last) == (0, "Log and rows agree.")
    assert "3 tickets: ok" in said.out
    assert aufruf("check", "--all-days", "--figures", *busy.words).status == 0


@pytest.mark.parametrize(("empty_place", "damage"), DAMAGED, indirect=["empty_place"])
def test_damage_is_found_and_mended(busy: Place, aufruf: Aufruf, damage: str) -> None:
    busy.run_sql(DAMAGE[damage])
    found = aufruf("check", *busy.words)
    assert found.status == 3
    assert found.last == "Log and rows differ. Stop the server, run: aufruf rebuild"
    mended = aufruf("rebuild", *busy.words)
    assert (mended.status, mended.last) == (0, "Log and rows agree.")
    assert aufruf("check", "--all-days", *busy.words).status == 0
    assert aufruf("rebuild", *busy.words).status == 0


def test_what_differs_is_named(busy: Place, aufruf: Aufruf) -> None:
    busy.run_sql("UPDATE ticket SET persons = 7 WHERE state = 'serving'")
    said = aufruf("check", *busy.words)
    assert "persons: by the log 1, in the rows 7" in said.out
    assert "1 differences" in said.out


def test_a_log_with_a_gap_is_found_and_not_rebuilt_from(busy: Place, aufruf: Aufruf) -> None:
    busy.run_sql("DELETE FROM event WHERE type = 'TicketCalled' OR seq = 3")
    said = aufruf("check", *busy.words)
    assert (said.status, "cannot read the whole log" in said.last) == (1, True)
    with busy.database() as database:
        before = database.read(_tickets)
    said = aufruf("rebuild", *busy.words)
    assert said.status == 1
    assert "nothing was changed. Restore a backup" in said.err
    with busy.database() as database:
        assert database.read(_tickets) == before


def _tickets(conn: object) -> object:
    import sqlalchemy as sa

    assert isinstance(conn, sa.Connection)
    return conn.execute(sa.text("SELECT * FROM ticket ORDER BY id")).all()


def test_a_raised_secret_version_is_no_damage_and_survives(busy: Place, aufruf: Aufruf) -> None:
    """A revoked slip must not open its page again because the rows were remade."""
    busy.run_sql("UPDATE ticket SET secret_version = 4")
    assert aufruf("check", *busy.words).status == 0
    assert aufruf("rebuild", *busy.words).status == 0
    with busy.database() as database:
        rows = database.read(_tickets)
    assert {row.secret_version for row in rows} == {4}  # type: ignore[attr-defined]


def test_beside_a_running_server_one_may_check_but_not_rebuild_or_migrate(
    busy: Place, aufruf: Aufruf
) -> None:
    with serving(busy):
        assert aufruf("check", *busy.words).status == 0
        for command in ("rebuild", "migrate"):
            said = aufruf(command, *busy.words)
            assert (said.status, "a server uses" in said.err) == (1, True)
    assert aufruf("rebuild", *busy.words).status == 0


def test_a_town_in_which_nothing_happened_agrees(place: Place, aufruf: Aufruf) -> None:
    assert "rathaus: nothing happened yet" in aufruf("check", *place.words).out
    assert aufruf("rebuild", *place.words).status == 0
