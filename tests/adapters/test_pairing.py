"""Ten minutes between a device that shows a code and an administrator who types it, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from queue_server.adapters.accounts import forget_expired
from queue_server.adapters.pairing import (
    ALIVE_FOR,
    COLLECT_WITHIN,
    MOST_OPEN,
    OpenedPairing,
    claim_pairing,
    collect_pairing,
    find_pairing,
    list_pairings,
    open_pairing,
    pairing_state,
)
from queue_server.adapters.tables.accounts import PAIRING
from queue_server.adapters.tokens import find_token
from queue_server.domain.access import Role, TooManyRequests
from queue_server.domain.errors import BadInput, NotFound

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_device_asks(conn: Connection, now: datetime = NOON, organisation: str = "grimma") -> OpenedPairing:
    return open_pairing(
        conn, organisation_id=organisation, address="10.0.0.7", user_agent="Chromium", now=now
    )


def claim(conn: Connection, code: str, now: datetime = NOON, organisation: str = "grimma") -> None:
    claim_pairing(
        conn,
        organisation_id=organisation,
        code=code,
        role=Role.DISPLAY,
        site_id="rathaus",
        device_id="rathaus-eg",
        now=now,
    )


def test_a_device_gets_its_token_after_the_code_was_typed(conn: Connection) -> None:
    asked = a_device_asks(conn)
    assert pairing_state(conn, asked.secret, NOON) == "waiting"
    assert collect_pairing(conn, asked.secret, NOON) is None
    claim(conn, asked.code)
    assert pairing_state(conn, asked.secret, NOON) == "claimed"
    device = collect_pairing(conn, asked.secret, NOON)
    assert device is not None
    assert (device.role, device.device_id) == (Role.DISPLAY, "rathaus-eg")
    actor = find_token(conn, device.token, NOON)
    assert actor is not None
    assert (actor.role, actor.site_id, actor.device_id) == (Role.DISPLAY, "rathaus", "rathaus-eg")


def test_the_code_on_the_screen_fetches_no_token(conn: Connection) -> None:
    """Everybody in the hall can read it."""
    asked = a_device_asks(conn)
    claim(conn, asked.code)
    assert collect_pairing(conn, asked.code, NOON) is None


def test_the_token_is_given_once(conn: Connection) -> None:
    asked = a_device_asks(conn)
    claim(conn, asked.code)
    assert collect_pairing(conn, asked.secret, NOON) is not None
    assert collect_pairing(conn, asked.secret, NOON) is None
    assert pairing_state(conn, asked.secret, NOON) == "gone"


def test_a_code_is_good_once(conn: Connection) -> None:
    asked = a_device_asks(conn)
    claim(conn, asked.code)
    with pytest.raises(NotFound):
        claim(conn, asked.code)


def test_of_many_that_type_a_code_at_once_one_has_it(accounts_engine: Engine) -> None:
    """The same for tabs that fetch the token at once: whoever updates the row first."""
    with accounts_engine.begin() as conn:
        asked = a_device_asks(conn)

    def try_claim(_: int) -> bool:
        with accounts_engine.begin() as conn:
            try:
                claim(conn, asked.code)
            except NotFound:
                return False
            return True

    def try_collect(_: int) -> bool:
        with accounts_engine.begin() as conn:
            # As on the road: SQLite takes its write lock before reading.
            conn.execute(sa.update(PAIRING).where(sa.false()).values(address=""))
            return collect_pairing(conn, asked.secret, NOON) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_claim, range(8))) == 1
        assert sum(pool.map(try_collect, range(8))) == 1


def test_a_code_is_good_for_ten_minutes(conn: Connection) -> None:
    asked = a_device_asks(conn)
    assert find_pairing(conn, "grimma", asked.code, NOON + ALIVE_FOR - SECOND) is not None
    assert find_pairing(conn, "grimma", asked.code, NOON + ALIVE_FOR) is None
    with pytest.raises(NotFound):
        claim(conn, asked.code, NOON + ALIVE_FOR)
    assert pairing_state(conn, asked.secret, NOON + ALIVE_FOR) == "gone"


def test_a_code_typed_in_its_last_second_still_reaches_the_device(conn: Connection) -> None:
    asked = a_device_asks(conn)
    claim(conn, asked.code, NOON + ALIVE_FOR - SECOND)
    assert collect_pairing(conn, asked.secret, NOON + ALIVE_FOR + SECOND) is not None


def test_a_token_that_nobody_fetches_is_never_made(conn: Connection) -> None:
    asked = a_device_asks(conn)
    claim(conn, asked.code)
    assert collect_pairing(conn, asked.secret, NOON + COLLECT_WITHIN) is None


def test_the_code_may_be_typed_in_small_letters_and_in_two_halves(conn: Connection) -> None:
    asked = a_device_asks(conn)
    claim(conn, f" {asked.code[:4].lower()} - {asked.code[4:].lower()} ")
    assert pairing_state(conn, asked.secret, NOON) == "claimed"


def test_the_administrator_sees_who_asks(conn: Connection) -> None:
    first, second = a_device_asks(conn), a_device_asks(conn, NOON + SECOND)
    listed = list_pairings(conn, "grimma", NOON + SECOND)
    assert [(device.address, device.user_agent) for device in listed] == [("10.0.0.7", "Chromium")] * 2
    assert listed[0] == find_pairing(conn, "grimma", first.code, NOON)
    claim(conn, second.code)
    assert list_pairings(conn, "grimma", NOON + SECOND) == listed[:1]


def test_another_town_neither_sees_nor_claims_it(conn: Connection) -> None:
    asked = a_device_asks(conn)
    assert list_pairings(conn, "altena", NOON) == []
    assert find_pairing(conn, "altena", asked.code, NOON) is None
    with pytest.raises(NotFound):
        claim(conn, asked.code, organisation="altena")


def test_at_most_twenty_ask_at_once_and_the_next_is_told_when(conn: Connection) -> None:
    for _ in range(MOST_OPEN):
        a_device_asks(conn)
    with pytest.raises(TooManyRequests) as refused:
        a_device_asks(conn, NOON + timedelta(minutes=9))
    assert refused.value.params == {"retry_after_s": 61}
    a_device_asks(conn, organisation="altena")
    a_device_asks(conn, NOON + ALIVE_FOR)


def test_a_claimed_pairing_makes_room(conn: Connection) -> None:
    codes = [a_device_asks(conn).code for _ in range(MOST_OPEN)]
    claim(conn, codes[0])
    a_device_asks(conn)


def test_only_devices_are_paired(conn: Connection) -> None:
    asked = a_device_asks(conn)
    with pytest.raises(BadInput):
        claim_pairing(
            conn,
            organisation_id="grimma",
            code=asked.code,
            role=Role.ADMINISTRATOR,
            site_id="rathaus",
            device_id="x",
            now=NOON,
        )


def test_the_database_holds_neither_code_nor_secret(conn: Connection) -> None:
    asked = a_device_asks(conn)
    values = {str(value) for value in conn.execute(sa.select(PAIRING)).mappings().one().values()}
    assert not values & {asked.code, asked.secret}


def test_addresses_are_forgotten_after_ten_minutes(conn: Connection) -> None:
    a_device_asks(conn)
    forget_expired(conn, NOON + ALIVE_FOR)
    assert conn.execute(sa.select(PAIRING)).all() == []


def test_a_browser_that_says_too_much_about_itself_is_cut_short(conn: Connection) -> None:
    open_pairing(conn, organisation_id="grimma", address="x" * 999, user_agent="y" * 9999, now=NOON)
    [device] = list_pairings(conn, "grimma", NOON)
    assert (len(device.address), len(device.user_agent)) == (64, 200)
