"""The audit log's writer: what a row says, what never gets in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import accounts, audit
from queue_server.adapters.audit import BLANK, SecretInLog
from queue_server.adapters.auditing.rows import searched_columns
from queue_server.adapters.schema import metadata
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor, Role
from queue_server.domain.administration import Done
from queue_server.domain.town import CallMode, OpeningHours

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: sa.Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def noted(conn: Connection, **values: Any) -> Any:
    usual: dict[str, Any] = {
        "organisation_id": "town",
        "site_id": None,
        "at": NOON,
        "actor": "it",
        "role": "operator",
        "via": "command",
        "act": Done.SETTING_CHANGED,
        "kind": "site",
        "ref": "rathaus",
    }
    audit.note(conn, **{**usual, **values})
    return conn.execute(sa.select(AUDIT).order_by(AUDIT.c.id.desc())).mappings().first()


def test_a_row_says_who_did_what_when_and_what_differs(conn: Connection) -> None:
    row = noted(conn, before={"phone": "1", "area": "a"}, after={"phone": "2", "area": "a"})
    assert (row["actor"], row["act"], row["at"]) == ("it", "setting_changed", NOON)
    assert (row["before"], row["after"]) == ({"phone": "1"}, {"phone": "2"})


def test_what_comes_and_goes_stands_on_one_side_alone(conn: Connection) -> None:
    row = noted(conn, before={"old": 1}, after={"new": 2})
    assert (row["before"], row["after"]) == ({"old": 1}, {"new": 2})
    row = noted(conn, before={"same": 1}, after={"same": 1})
    assert (row["before"], row["after"]) == (None, None)


@pytest.mark.parametrize(
    "name", ["password", "new_password", "token", "password_hash", "Secret", "cookie", "api_key", "code"]
)
def test_a_field_that_is_secret_by_name_is_refused(conn: Connection, name: str) -> None:
    with pytest.raises(SecretInLog):
        noted(conn, after={name: "x"})
    with pytest.raises(SecretInLog):
        noted(conn, before={"outer": {name: "x"}})


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://mueller:geheim@cloud.example/dav", "geheim"),
        ("postgresql://aufruf:pw@db/aufruf", "pw@"),
        ("$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", "argon2"),
        ("aufruf_kiosk_Zk3oW-x", "Zk3oW"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("https://gateway.example/send?user=a&api_key=abc123", "abc123"),
        ("password = Sommer2026", "Sommer2026"),
        ("https://town.example/calendar/kM3vX9-aB7cQ2rT5yU8iO1pL4kJ6hG3fD0sA9zX2wE.ics", "kM3vX9"),
    ],
)
def test_a_value_that_is_a_secret_is_blanked(conn: Connection, text: str, secret: str) -> None:
    """The act goes through: somebody may have pasted a secret into a free text."""
    row = noted(conn, ref=text, after={"words": text, "list": [text], "inner": {"words": text}})
    told = str(dict(row))
    assert secret not in told
    assert BLANK in told


def test_ordinary_words_stay_as_they_are(conn: Connection) -> None:
    words = ["Bürgerbüro am Donauschifffahrtsplatz", "https://stadt.example/termin", "buergerbuero-kiosk-12"]
    assert noted(conn, after={"words": words})["after"] == {"words": words}


def test_values_are_readable_and_bounded(conn: Connection) -> None:
    after = {
        "mode": CallMode.FETCH,
        "day": date(2026, 3, 2),
        "hours": OpeningHours(0, time(8), time(12)),
        "many": list(range(100)),
        "long": "x y " * 1000,
    }
    told = noted(conn, after=after)["after"]
    assert told["mode"] == "fetch"
    assert told["day"] == "2026-03-02"
    assert told["hours"]["opens"] == "08:00:00"
    assert told["many"][-1] == "… (+70)"
    assert len(told["long"]) == audit.LONGEST_TEXT
    assert len(noted(conn, after={f"f{n}": n for n in range(500)})["after"]) == audit.MOST_VALUES + 1


def test_a_session_is_named_by_its_user(conn: Connection) -> None:
    accounts.create_account(
        conn, organisation_id="town", user="mueller", role=Role.ADMINISTRATOR, password_hash="", now=NOON
    )
    account = accounts.find_account(conn, "mueller")
    assert account is not None
    session_id = accounts.open_session(conn, account, NOON).session_id
    actor = Actor(Role.ADMINISTRATOR, "town", session_id=session_id)
    audit.note_by(conn, actor, via="web", at=NOON, act=Done.ISSUING_SWITCHED, kind="site", ref="rathaus")
    row = conn.execute(sa.select(AUDIT)).mappings().one()
    assert (row["actor"], row["role"], row["via"]) == ("mueller", "administrator", "web")


def test_a_token_is_named_by_its_id_and_a_device_by_its_own(conn: Connection) -> None:
    program = Actor(Role.INTEGRATION, "town", token_id="3f2a")
    assert audit.doer_of(conn, program, "api").actor == "token 3f2a"
    kiosk = Actor(Role.KIOSK, "town", "rathaus", device_id="rathaus-kiosk", token_id="3f2b")
    assert audit.doer_of(conn, kiosk, "api").actor == "rathaus-kiosk"


def test_the_privacy_audit_searches_what_is_written_down() -> None:
    """Were a visitor's name written down after all, the nightly search finds it."""
    assert {column.name for column in searched_columns()[AUDIT]} >= {"ref", "before", "after"}
