"""`aufruf user`: accounts with one-time passwords."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from queue_server.adapters import accounts, tokens
from queue_server.adapters.accounts import StoredAccount
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Role
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place


def account(place: Place, user: str) -> StoredAccount | None:
    with place.database() as database:
        return database.read(lambda conn: accounts.find_account(conn, user))


def test_a_clerk_gets_a_password_that_works_once(place: Place, aufruf: Aufruf) -> None:
    said = aufruf("user", "create", "--role", "clerk", "Schmidt", *place.words)
    stored = account(place, "schmidt")
    assert stored is not None
    assert accounts.verify_password(stored.password_hash, said.last)
    assert (stored.role, stored.clerk_id, stored.site_id) == (Role.CLERK, "schmidt", "rathaus")
    assert stored.must_change


def test_an_administrator_may_be_nobody_at_a_counter(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "administrator", "anna", *place.words)
    aufruf("user", "create", "--role", "administrator", "bea", "--clerk", "mueller", *place.words)
    stored = [account(place, user) for user in ("anna", "bea")]
    assert [(one.clerk_id, one.site_id) for one in stored if one] == [(None, None), ("mueller", None)]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--role", "clerk", "nobody"], 1, "known: mueller, schmidt"),
        (["--role", "clerk", "petra", "--clerk", "petra"], 1, "known: mueller, schmidt"),
        (["--role", "clerk", "schmidt", "--site", "schloss"], 1, "known: rathaus"),
        (["--role", "clerk", "two words"], 2, "cannot be a user name"),
        (["--role", "kiosk", "mueller"], 2, "invalid choice"),
        (["--role", "lead", "petra"], 2, "name it with --department; known: buergerbuero"),
        (["--role", "lead", "petra", "--department", "zoo"], 1, "known: buergerbuero"),
        (["--role", "clerk", "mueller", "--department", "buergerbuero"], 2, "--department is for leads"),
        (["--role", "auditor", "petra", "--clerk", "mueller"], 2, "has no counter"),
    ],
)
def test_what_does_not_fit_is_told(
    place: Place, aufruf: Aufruf, words: list[str], status: int, told: str
) -> None:
    said = aufruf("user", "create", *words, *place.words)
    assert (said.status, said.out) == (status, "")
    assert told in said.err


def test_a_new_password_replaces_the_old_one(place: Place, aufruf: Aufruf) -> None:
    old = aufruf("user", "create", "--role", "clerk", "schmidt", *place.words).last
    again = aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    assert (again.status, "aufruf user password schmidt" in again.err) == (1, True)
    new = aufruf("user", "password", "schmidt", *place.words).last
    stored = account(place, "schmidt")
    assert stored is not None
    assert stored.must_change
    fits = [accounts.verify_password(stored.password_hash, password) for password in (old, new)]
    assert fits == [False, True]


def test_a_disabled_account_is_gone_but_keeps_its_name(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    assert "schmidt" in aufruf("user", "list", *place.words).last
    assert aufruf("user", "disable", "schmidt", *place.words).status == 0
    assert aufruf("user", "list", *place.words).out == "No accounts.\n"
    assert aufruf("user", "password", "schmidt", *place.words).status == 1
    said = aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    assert (said.status, "disabled account" in said.err) == (1, True)


def test_a_disabled_account_takes_its_clerks_tokens_along(place: Place, aufruf: Aufruf) -> None:
    for user in ("schmidt", "mueller"):
        aufruf("user", "create", "--role", "clerk", user, *place.words)
    at = ("--site", "rathaus", *place.words)
    theirs, others = (
        aufruf("token", "create", "--role", "clerk", "--user", user, *at).last
        for user in ("schmidt", "mueller")
    )
    theirs_id = tokens.token_id(theirs)
    for words in (("password", "schmidt"), ("sessions", "schmidt", "--end")):
        said = aufruf("user", *words, *place.words).out
        assert f"The token {theirs_id} stays valid; to end it: aufruf token revoke {theirs_id}" in said
    assert "Revoked 1 tokens of the clerk schmidt." in aufruf("user", "disable", "schmidt", *place.words).out
    with place.database() as database:
        now = datetime.now(UTC)
        found = database.read(lambda conn: [tokens.find_token(conn, one, now) for one in (theirs, others)])
        noted = database.read(lambda conn: conn.execute(sa.select(AUDIT.c.act, AUDIT.c.ref)).all())
    assert [one is not None for one in found] == [False, True]
    assert ("token_revoked", theirs_id) in [tuple(row) for row in noted]


def test_a_disabled_account_comes_back_with_a_new_one_time_password(place: Place, aufruf: Aufruf) -> None:
    old = aufruf("user", "create", "--role", "clerk", "schmidt", *place.words).last
    assert aufruf("user", "enable", "schmidt", *place.words).status == 1
    aufruf("user", "disable", "schmidt", *place.words)
    new = aufruf("user", "enable", "schmidt", *place.words).last
    stored = account(place, "schmidt")
    assert stored is not None
    fits = [accounts.verify_password(stored.password_hash, password) for password in (old, new)]
    assert (fits, stored.must_change) == ([False, True], True)


def test_sessions_are_listed_and_ended(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    stored = account(place, "schmidt")
    assert stored is not None
    assert aufruf("user", "sessions", "schmidt", *place.words).out == "No open sessions.\n"
    with place.database() as database:
        opened = database.write(
            lambda conn: accounts.open_session(conn, stored, datetime.now(UTC), browser="Firefox, Windows")
        )
    assert "Firefox, Windows" in aufruf("user", "sessions", "schmidt", *place.words).last
    assert "Ended 1 sessions" in aufruf("user", "sessions", "schmidt", "--end", *place.words).last
    with place.database() as database:
        now = datetime.now(UTC)
        assert database.read(lambda conn: accounts.find_session(conn, opened.cookie, now)) is None
        acts = database.read(lambda conn: conn.execute(sa.select(AUDIT.c.act, AUDIT.c.ref)).all())
    assert ("sessions_ended", "schmidt") in [tuple(row) for row in acts]


def test_the_last_administrator_of_the_town_stays(place: Place, aufruf: Aufruf) -> None:
    aufruf("user", "create", "--role", "administrator", "chefin", *place.words)
    others = [one for one in ("admin",) if aufruf("user", "disable", one, *place.words).status == 0]
    said = aufruf("user", "disable", "chefin", *place.words)
    assert (said.status, "last administrator" in said.err) == (1, True), others
    aufruf("user", "create", "--role", "administrator", "chef", *place.words)
    assert aufruf("user", "disable", "chefin", *place.words).status == 0
