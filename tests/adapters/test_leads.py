"""Who leads a department and who stands in, on both databases."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection

from queue_server.adapters.accounts import create_account, disable_account, find_account, find_session
from queue_server.adapters.accounts import open_session as opened
from queue_server.adapters.leads import end_lead, led_by, list_leads, name_lead
from queue_server.adapters.town.store import save_town
from queue_server.domain.access import Role
from queue_server.domain.town import Department
from tests.domain.town_builders import a_site, a_town

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def an_account(conn: Connection, user: str = "vera", role: Role = Role.CLERK) -> str:
    return create_account(
        conn, organisation_id="grimma", user=user, role=role, password_hash="none", now=NOON
    )


def stands_in(conn: Connection, account_id: str, department: str, until: date | None) -> None:
    name_lead(
        conn,
        organisation_id="grimma",
        account_id=account_id,
        department_id=department,
        is_deputy=True,
        valid_until=until,
    )


def test_a_session_carries_the_departments_that_its_owner_leads(conn: Connection) -> None:
    vera = an_account(conn, role=Role.LEAD)
    name_lead(conn, organisation_id="grimma", account_id=vera, department_id="standesamt")
    stands_in(conn, vera, "gewerbeamt", TODAY)
    account = find_account(conn, "vera")
    assert account is not None
    actor = find_session(conn, opened(conn, account, NOON).cookie, NOON)
    assert actor is not None
    assert (actor.account_id, actor.leads) == (vera, frozenset({"standesamt", "gewerbeamt"}))


def test_who_leads_nothing_has_an_empty_hand(conn: Connection) -> None:
    assert led_by(conn, an_account(conn), NOON) == frozenset()


def test_a_deputy_stands_in_to_the_end_of_the_last_day_where_the_office_is(conn: Connection) -> None:
    """Midnight in Leipzig is 23:00 UTC in winter; a server in another zone must not add an hour."""
    office = a_town(
        id="grimma",
        sites=(a_site("rathaus", time_zone="Europe/Berlin"),),
        departments=(Department("standesamt", {"de": "Standesamt"}, ("rathaus",)),),
    )
    save_town(conn, office, NOON)
    vera = an_account(conn)
    stands_in(conn, vera, "standesamt", TODAY)
    assert led_by(conn, vera, datetime(2026, 11, 20, 22, 59, tzinfo=UTC)) == {"standesamt"}
    assert led_by(conn, vera, datetime(2026, 11, 20, 23, 0, tzinfo=UTC)) == frozenset()


def test_a_deputy_who_becomes_the_lead_is_one_line(conn: Connection) -> None:
    vera = an_account(conn)
    stands_in(conn, vera, "standesamt", TODAY)
    name_lead(conn, organisation_id="grimma", account_id=vera, department_id="standesamt")
    lines = [
        (one.user, one.department_id, one.is_deputy, one.valid_until) for one in list_leads(conn, "grimma")
    ]
    assert lines == [("vera", "standesamt", False, None)]


def test_leads_come_before_their_deputies_and_other_towns_are_not_shown(conn: Connection) -> None:
    stands_in(conn, an_account(conn, "anna"), "standesamt", None)
    name_lead(conn, organisation_id="grimma", account_id=an_account(conn), department_id="standesamt")
    assert [(one.user, one.is_deputy) for one in list_leads(conn, "grimma")] == [
        ("vera", False),
        ("anna", True),
    ]
    assert list_leads(conn, "altena") == []


def test_a_disabled_account_is_no_longer_listed_as_a_lead(conn: Connection) -> None:
    vera = an_account(conn)
    name_lead(conn, organisation_id="grimma", account_id=vera, department_id="standesamt")
    disable_account(conn, vera, NOON)
    assert list_leads(conn, "grimma") == []


def test_relieving_somebody_twice_is_told_apart(conn: Connection) -> None:
    vera = an_account(conn)
    name_lead(conn, organisation_id="grimma", account_id=vera, department_id="standesamt")
    assert end_lead(conn, vera, "standesamt")
    assert not end_lead(conn, vera, "standesamt")
    assert led_by(conn, vera, NOON) == frozenset()
