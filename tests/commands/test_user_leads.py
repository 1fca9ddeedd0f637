"""`aufruf user lead · deputy · relieve`: who leads a department, and who stands in."""

from datetime import UTC, datetime

import pytest

from queue_server.adapters import accounts, leads
from queue_server.domain.access import Role
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

OFFICE = ("--department", "buergerbuero")


def led(place: Place, user: str, at: str = "2026-11-20T12:00+00:00") -> set[str]:
    with place.database() as database:
        account = database.read(lambda conn: accounts.find_account(conn, user))
        assert account is not None
        now = datetime.fromisoformat(at).astimezone(UTC)
        return set(database.read(lambda conn: leads.led_by(conn, account.id, now)))


def role(place: Place, user: str) -> tuple[Role, str | None, str | None]:
    with place.database() as database:
        account = database.read(lambda conn: accounts.find_account(conn, user))
        assert account is not None
        return account.role, account.clerk_id, account.site_id


def test_a_lead_is_made_with_the_department(place: Place, aufruf: Aufruf) -> None:
    said = aufruf("user", "create", "--role", "lead", "vera", *OFFICE, *place.words)
    assert "who leads buergerbuero" in said.out
    assert (led(place, "vera"), role(place, "vera")) == ({"buergerbuero"}, (Role.LEAD, None, None))


def test_a_lead_who_is_a_clerk_keeps_the_counter(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "lead", "schmidt", *OFFICE, *place.words)
    assert role(place, "schmidt") == (Role.LEAD, "schmidt", "rathaus")


def test_the_desk_and_the_auditor_have_no_counter(place: Place, aufruf: Aufruf) -> None:
    """A user name that a clerk of the town file has does not make the reception that clerk."""
    aufruf("user", "create", "--role", "reception", "schmidt", *place.words)
    aufruf("user", "create", "--role", "auditor", "petra", *place.words)
    assert role(place, "schmidt") == (Role.RECEPTION, None, None)
    assert role(place, "petra") == (Role.AUDITOR, None, None)


def test_a_clerk_stands_in_until_a_day_and_the_list_says_so(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    said = aufruf("user", "deputy", "schmidt", *OFFICE, "--until", "2026-12-24", *place.words)
    assert said.out == "schmidt stands in for the lead of buergerbuero, the last time on 2026-12-24.\n"
    assert "buergerbuero (deputy until 2026-12-24)" in aufruf("user", "list", *place.words).last
    assert led(place, "schmidt", "2026-12-24T22:59+00:00") == {"buergerbuero"}
    assert led(place, "schmidt", "2026-12-24T23:00+00:00") == set()


def test_whoever_is_relieved_leads_no_more(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    aufruf("user", "lead", "schmidt", *OFFICE, *place.words)
    assert led(place, "schmidt") == {"buergerbuero"}
    assert aufruf("user", "relieve", "schmidt", *OFFICE, *place.words).status == 0
    assert led(place, "schmidt") == set()
    again = aufruf("user", "relieve", "schmidt", *OFFICE, *place.words)
    assert (again.status, "does not lead buergerbuero" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("role_", "words", "status", "told"),
    [
        ("clerk", ("--department", "zoo"), 1, "known: buergerbuero"),
        ("clerk", (*OFFICE, "--until", "Xmas"), 2, "write it as 2026-12-24"),
        ("auditor", OFFICE, 1, "only reads"),
        ("administrator", OFFICE, 1, "in every department"),
    ],
)
def test_what_does_not_fit_is_told(
    place: Place, aufruf: Aufruf, role_: str, words: tuple[str, ...], status: int, told: str
) -> None:
    aufruf("user", "create", "--role", role_, "schmidt", *place.words)
    said = aufruf("user", "deputy", "schmidt", *words, *place.words)
    assert (said.status, said.out) == (status, "")
    assert told in said.err
