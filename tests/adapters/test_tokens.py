"""Tokens of devices and programs, on both databases."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from queue_server.adapters.tables.accounts import TOKEN
from queue_server.adapters.tokens import (
    create_token,
    find_token,
    list_tokens,
    revoke_token,
    token_id,
)
from queue_server.domain.access import Actor, Role

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_kiosk_token(conn: Connection, device: str = "kiosk-1", organisation: str = "grimma") -> str:
    return create_token(
        conn, organisation_id=organisation, role=Role.KIOSK, site_id="rathaus", device_id=device, now=NOON
    )


def test_a_token_says_what_it_is_and_brings_back_its_device(conn: Connection) -> None:
    token = a_kiosk_token(conn)
    assert token.startswith("aufruf_kiosk_")
    assert find_token(conn, token, NOON) == Actor(
        Role.KIOSK, "grimma", "rathaus", device_id="kiosk-1", token_id=token_id(token)
    )


def test_the_token_is_not_in_the_database(conn: Connection) -> None:
    token = a_kiosk_token(conn)
    row = conn.execute(sa.select(TOKEN)).mappings().one()
    assert token not in {str(value) for value in row.values()}
    assert find_token(conn, row["hash"], NOON) is None


def test_a_clerks_token_stands_for_the_clerk(conn: Connection) -> None:
    token = create_token(
        conn, organisation_id="grimma", role=Role.CLERK, site_id="rathaus", clerk_id="c-beate", now=NOON
    )
    found = find_token(conn, token, NOON)
    assert found is not None
    assert (found.role, found.clerk_id, found.must_change) == (Role.CLERK, "c-beate", False)


def test_a_revoked_token_opens_nothing(conn: Connection) -> None:
    token = a_kiosk_token(conn)
    assert revoke_token(conn, "grimma", token_id(token), NOON)
    assert find_token(conn, token, NOON) is None
    assert not revoke_token(conn, "grimma", token_id(token), NOON)


def test_another_town_cannot_revoke_it(conn: Connection) -> None:
    token = a_kiosk_token(conn)
    assert not revoke_token(conn, "altena", token_id(token), NOON)
    assert find_token(conn, token, NOON) is not None


def test_the_list_shows_valid_tokens_of_the_own_town(conn: Connection) -> None:
    shown, revoked = a_kiosk_token(conn), a_kiosk_token(conn, "kiosk-2")
    a_kiosk_token(conn, "kiosk-3", organisation="altena")
    revoke_token(conn, "grimma", token_id(revoked), NOON)
    assert [token.id for token in list_tokens(conn, "grimma")] == [token_id(shown)]
    assert list_tokens(conn, "grimma", "buergerzentrum") == []


@pytest.mark.parametrize("role", [Role.KIOSK, Role.DISPLAY, Role.CLERK, Role.VISITOR])
def test_the_table_itself_refuses_a_token_that_stands_for_nothing(conn: Connection, role: Role) -> None:
    with pytest.raises(IntegrityError):
        create_token(conn, organisation_id="grimma", role=role, now=NOON)


@pytest.mark.parametrize("token", ["", "aufruf_", "aufruf_kiosk_wrong", "Bearer x", "aufruf_" + "x" * 9999])
def test_a_nonsense_token_is_nobody(conn: Connection, token: str) -> None:
    assert find_token(conn, token, NOON) is None
