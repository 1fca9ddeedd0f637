"""Every subcommand that changes something leaves a line in the audit log: the list is the parser's own.

A new subcommand without a line in `NOTED` or `CHANGES_NOTHING` fails `test_every_subcommand_is_judged`.
"""

import argparse
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
import sqlalchemy as sa

from queue_server.adapters import accounts, pairing
from queue_server.adapters.tables.operations import AUDIT
from queue_server.cli import build_parser
from queue_server.commands.common import now
from queue_server.commands.noting import at_the_keyboard
from queue_server.domain.administration import Done
from tests.commands.conftest import Aufruf
from tests.commands.operating import EXAMPLE, Place, written
from tests.commands.test_migrate import later_release

SQLITE_ALONE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
__all__ = ["later_release"]

NOTED: Final[Mapping[str, frozenset[Done]]] = {
    "init": frozenset(
        {Done.TOWN_MADE, Done.SETTING_ADDED, Done.SETTING_CHANGED, Done.SETTING_REMOVED},
    ),
    "import-services": frozenset({Done.SETTING_ADDED, Done.SETTING_CHANGED}),
    "user create": frozenset({Done.ACCOUNT_MADE}),
    "user password": frozenset({Done.PASSWORD_RESET}),
    "user disable": frozenset({Done.ACCOUNT_DISABLED}),
    "user enable": frozenset({Done.ACCOUNT_CHANGED}),
    "user lead": frozenset({Done.LEAD_NAMED}),
    "user deputy": frozenset({Done.LEAD_NAMED}),
    "user relieve": frozenset({Done.LEAD_ENDED}),
    "user sessions": frozenset({Done.SESSIONS_ENDED}),
    "token create": frozenset({Done.TOKEN_MADE}),
    "token revoke": frozenset({Done.TOKEN_REVOKED}),
    "pair": frozenset({Done.DEVICE_PAIRED}),
    "helper create": frozenset({Done.HELPER_MADE}),
    "helper revoke": frozenset({Done.HELPER_REVOKED}),
    "calendar feed": frozenset({Done.CALENDAR_OPENED, Done.CALENDAR_CLOSED}),
    "migrate": frozenset({Done.MIGRATED}),
    "rebuild": frozenset({Done.REBUILT}),
    "privacy blank": frozenset({Done.WORDS_BLANKED}),
    "backup": frozenset({Done.BACKED_UP}),
    "restore": frozenset({Done.RESTORED}),
}
CHANGES_NOTHING: Final[Mapping[str, str]] = {
    "serve": "what happens in it is noted act by act",
    "demo": "a town that is nobody's",
    **dict.fromkeys(
        ("user list", "token list", "helper list", "overrules", "log", "check", "doctor", "simulate"), "reads"
    ),
    "privacy audit": "reads",
    "update": "changes programs, not what they keep; the migration in it leaves its line",
    **dict.fromkeys(
        ("certificate local", "certificate renew", "certificate show"), "files beside, of no town"
    ),
    "systemd": "prints",
    "export": "writes what stands in the database already",
    "publiccode": "prints",
    "daysheet": "writes a file beside; with names it is who runs it that may read it",
    "mail test": "sends one message to whoever types it",
    "sms test": "sends one message to whoever types it",
    **dict.fromkeys(
        ("kiosk-agent", "display-browser", "counter"), "runs beside a device, without a database"
    ),
}


def subcommands(parser: argparse.ArgumentParser, words: str = "") -> Iterator[str]:
    """Yield each subcommand with its verb, as the parser knows them."""
    inner = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield words
    for action in inner:
        for name, below in action.choices.items():
            yield from subcommands(below, f"{words} {name}".strip())


def test_every_subcommand_is_judged() -> None:
    known = {*NOTED, *CHANGES_NOTHING}
    assert set(subcommands(build_parser())) - known == set()
    assert known - set(subcommands(build_parser())) == set()


def noted(place: Place) -> list[sa.RowMapping]:
    with place.database() as database:
        return list(database.read(lambda c: c.execute(sa.select(AUDIT)).mappings().all()))


@SQLITE_ALONE
def test_every_act_of_the_command_line_leaves_a_line(
    place: Place, aufruf: Aufruf, request: pytest.FixtureRequest
) -> None:
    def run(*words: object) -> str:
        said = aufruf(*(str(word) for word in words), *place.words)
        assert said.status == 0, said
        return said.last

    file = written(place.settings.data.parent / "changed.toml", EXAMPLE.replace("23125-0", "23125-7"))
    run("init", "--from", file, "--yes")
    run("user", "create", "--role", "administrator", "chief")
    run("user", "password", "chief")
    _sign_in(place, "chief")
    run("user", "sessions", "chief", "--end")
    run("user", "create", "--role", "administrator", "second")
    run("user", "disable", "chief")
    run("user", "enable", "chief")
    run("user", "create", "--role", "reception", "front")
    run("user", "deputy", "front", "--department", "buergerbuero", "--until", "2030-01-31")
    run("user", "relieve", "front", "--department", "buergerbuero")
    run("token", "create", "--role", "integration", "--label", "words")
    token = next(row["ref"] for row in noted(place) if row["act"] == "token_made")
    run("privacy", "blank", "token.label", token)
    run("token", "revoke", token)
    run("helper", "create", "Stadtbibliothek")
    run("helper", "revoke", next(row["ref"] for row in noted(place) if row["act"] == "helper_made"))
    run("calendar", "feed", "mueller")
    run("calendar", "feed", "mueller", "--off")
    run("pair", _asking(place), "--display", "rathaus-display")
    run("rebuild")
    run("backup")
    before = noted(place)
    run("restore", max(place.settings.backup_folder.glob("*.backup")), "--yes")
    request.getfixturevalue("later_release")
    run("migrate")
    rows = [*before, *noted(place)]  # what was done since a backup is not in what it brings back
    acts = {Done(row["act"]) for row in rows}
    assert [name for name, wanted in NOTED.items() if not wanted & acts] == []
    assert {row["actor"] for row in rows} == {at_the_keyboard()}
    assert {row["organisation_id"] for row in rows} == {"beispielstadt"}


def _sign_in(place: Place, user: str) -> None:
    def work(conn: sa.Connection) -> None:
        account = accounts.find_account(conn, user)
        assert account is not None
        accounts.open_session(conn, account, now())

    with place.database() as database:
        database.write(work)


def _asking(place: Place) -> str:
    with place.database() as database:
        opened = database.write(
            lambda conn: pairing.open_pairing(
                conn, organisation_id="beispielstadt", address="10.0.0.7", user_agent="TV", now=now()
            )
        )
    return opened.code


@SQLITE_ALONE
def test_a_changed_set_up_says_what_it_was_and_what_it_is(place: Place, aufruf: Aufruf) -> None:
    file = written(place.settings.data.parent / "changed.toml", EXAMPLE.replace("23125-0", "23125-7"))
    assert aufruf("init", "--from", file, "--yes", *place.words).status == 0
    made, changed = noted(place)
    assert (made["act"], made["after"]["services"]) == ("town_made", 11)
    assert (changed["act"], changed["kind"], changed["site_id"]) == ("setting_changed", "site", "rathaus")
    assert (changed["before"], changed["after"]) == (
        {"phone": "030 23125-0"},
        {"phone": "030 23125-7"},
    )


@SQLITE_ALONE
def test_a_refused_act_leaves_no_line(place: Place, aufruf: Aufruf) -> None:
    before = len(noted(place))
    assert aufruf("token", "revoke", "nothing", *place.words).status == 1
    assert aufruf("helper", "revoke", "nothing", *place.words).status == 1
    assert aufruf("calendar", "feed", "mueller", "--off", *place.words).status == 1
    assert aufruf("privacy", "blank", "token.label", "nothing", *place.words).status == 1
    assert len(noted(place)) == before


@SQLITE_ALONE
def test_no_secret_that_a_command_prints_is_in_the_log(place: Place, aufruf: Aufruf) -> None:
    words = place.words
    secrets = [
        aufruf("user", "create", "--role", "administrator", "chief", *words).last,
        aufruf("token", "create", "--role", "integration", *words).last,
        aufruf("helper", "create", "Stadtbibliothek", *words).last,
        aufruf("calendar", "feed", "mueller", *words).last.removeprefix("/calendar/"),
    ]
    told = str([dict(row) for row in noted(place)])
    assert [secret for secret in secrets if secret in told] == []
