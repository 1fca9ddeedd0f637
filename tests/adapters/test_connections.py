"""The file of connections: read with care, kept when it breaks, and silent about its passwords."""

import logging
from pathlib import Path

import pytest

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.connections import (
    Connections,
    ConnectionsFile,
    ConnectionsProblem,
    load_connections,
)
from queue_server.adapters.post.mail_server import MailServer, Tls
from queue_server.adapters.town.file import TownFileError
from queue_server.settings import Settings

SECRET = "geheim-4711"
MAIL = f"""
[mail]
url = "smtp://aufruf:{SECRET}@mail.stadt.example:587"
sender = "termin@stadt.example"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Settings(data=tmp_path).connections_file


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def problems(path: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(TownFileError) as caught:
        load_connections(written(path, text))
    assert SECRET not in repr(caught.value) + repr(caught.value.problems)
    assert caught.value.__cause__ is None
    return [(one.line, one.code, one.suggestion) for one in caught.value.problems]


def mail(path: Path, text: str) -> MailServer:
    found = load_connections(written(path, text)).mail
    assert found is not None
    return found


def test_without_a_file_nothing_is_connected(path: Path) -> None:
    assert load_connections(path) == Connections()
    assert ConnectionsFile(path).health() == "none"


def test_a_mail_server_is_read(path: Path) -> None:
    found = mail(path, MAIL)
    assert (found.host, found.port, found.implicit, found.tls) == (
        "mail.stadt.example",
        587,
        False,
        Tls.REQUIRED,
    )
    assert (found.user, found.password, found.sender) == ("aufruf", SECRET, "termin@stadt.example")


@pytest.mark.parametrize(
    ("url", "port", "implicit", "tls"),
    [
        ("smtp://mail.example", 587, False, Tls.REQUIRED),
        ("smtps://mail.example", 465, True, Tls.REQUIRED),
        ("smtp://localhost:25", 25, False, Tls.NONE),
        ("smtp://127.0.0.1:25", 25, False, Tls.NONE),
        ("smtp://[::1]:25", 25, False, Tls.NONE),
        ("smtps://localhost", 465, True, Tls.REQUIRED),
    ],
)
def test_letters_leave_the_machine_encrypted(
    path: Path, url: str, port: int, implicit: bool, tls: Tls
) -> None:
    found = mail(path, f'[mail]\nurl = "{url}"\nsender = "a@b.example"')
    assert (found.port, found.implicit, found.tls, found.is_exposed) == (port, implicit, tls, False)


def test_who_wants_no_encryption_must_say_so_and_is_warned(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written(path, MAIL + 'tls = "none"')
    assert ConnectionsFile(path).health() == "ok"
    assert "unencrypted" in caplog.text


def test_a_password_with_any_sign_stands_escaped_in_the_address_or_plainly_beside_it(path: Path) -> None:
    beside = '[mail]\nurl = "smtp://m.example"\nsender = "a@b.example"\nuser = "u@b"\npassword = "p@/%41"'
    within = '[mail]\nurl = "smtp://u%40b:p%40%2F%2541@m.example"\nsender = "a@b.example"'
    assert mail(path, beside) == mail(path, within)


def test_an_authority_of_the_towns_own_lies_beside_the_file(path: Path) -> None:
    path.with_name("ca.pem").write_text("certificate")
    assert mail(path, MAIL + 'ca_file = "ca.pem"').ca_file == path.with_name("ca.pem")
    assert problems(path, MAIL + 'ca_file = "cb.pem"') == [(5, "file_unreadable", "")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (MAIL.replace("sender", "sendr"), [(2, "missing_key", ""), (4, "unknown_key", "sender")]),
        (MAIL.replace("[mail]", "[mial]"), [(2, "unknown_key", "mail")]),
        (MAIL.replace("smtp://", "http://"), [(3, "bad_address", "")]),
        (MAIL.replace(":587", ":hundred"), [(3, "bad_address", "")]),
        (MAIL.replace(":587", ":587/path"), [(3, "bad_address", "")]),
        (MAIL.replace(f":{SECRET}", ""), [(2, "missing_key", "")]),
        (MAIL.replace("termin@stadt", "stadt"), [(4, "bad_email", "")]),
        (MAIL + 'tls = "non"', [(5, "not_a_choice", "none")]),
        (f'mail = "{SECRET}"', [(1, "not_a_table", "")]),
        (f"[mail]\npassword = {SECRET}", [(2, "syntax", "")]),
        (MAIL + f'url = "smtp://u:{SECRET}@h"', [(5, "duplicate_key", "")]),
        (f"[mail]\npassword = ['{SECRET}']\nurl='smtp://h'\nsender='a@b.de'", [(2, "not_a_text", "")]),
    ],
)
def test_mistakes_are_found_with_their_place_and_without_the_password(
    path: Path, text: str, found: list[tuple[int, str, str]]
) -> None:
    assert problems(path, text) == found


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused_in_one_sentence(path: Path, mode: int) -> None:
    with pytest.raises(ConnectionsProblem, match=r"^connections\.toml may be read by others; run: chmod 600"):
        load_connections(written(path, MAIL, mode))


def test_passwords_do_not_show(path: Path) -> None:
    assert SECRET not in repr(load_connections(written(path, MAIL)))


def test_a_change_is_taken_in_without_a_restart(path: Path) -> None:
    file = ConnectionsFile(path)
    written(path, MAIL)
    assert file.look() is True
    assert file.look() is False
    assert file.now.mail is not None
    assert file.health() == "ok"
    written(path, "")
    assert file.look() is True, "deleting the sections disconnects"
    assert (file.now, file.health()) == (Connections(), "ok")


def test_a_file_that_disappears_disconnects_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Failures 19 and 20: clerks' time would be offered, and letters noted as sent would lie in the spool."""
    file = ConnectionsFile(written(path, MAIL))
    good, aside = file.now, path.with_name("aside")
    path.rename(aside)
    assert [file.look(), file.look()] == [False, False]
    assert (file.now, file.health(), file.unusable) == (good, "connections.toml is missing", False)
    assert caplog.text.count("connections.toml is missing") == 1, "told once, not every two seconds"
    aside.rename(path)
    assert file.look() is True
    assert (file.now, file.health()) == (good, "ok")


def test_a_file_that_was_never_good_and_disappears_lets_everything_wait_on(path: Path) -> None:
    file = ConnectionsFile(written(path, "[calendars.anna]\nics = "))
    path.unlink()
    assert file.look() is False
    assert file.unusable
    assert set(file.now.calendars) == {"anna"}, "nothing is known of this clerk's time"


def test_a_broken_version_keeps_the_last_good_one_and_is_told(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = ConnectionsFile(written(path, MAIL))
    good = file.now
    written(path, MAIL.replace("sender", "sendr"))
    file.look()
    assert file.now is good
    assert file.health() == "connections.toml:2:1 missing_key mail.sender"
    assert not file.unusable, "there is a version to go on with"
    assert "connections.toml:4:1 unknown_key mail.sendr" in caplog.text
    assert SECRET not in caplog.text
    written(path, MAIL)
    file.look()
    assert (file.health(), file.now) == ("ok", good)


def test_a_file_that_was_never_good_lets_everything_wait(path: Path) -> None:
    file = ConnectionsFile(written(path, MAIL, 0o644))
    assert file.unusable
    assert file.now == Connections()
    path.chmod(0o600)
    file.look()
    assert file.health() == "ok", "the same bytes, but nobody else may read them now"
    assert file.now.mail is not None


def test_what_did_not_change_is_not_read_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = ConnectionsFile(written(path, "nonsense"))
    said = len(caplog.records)
    file.look()
    assert len(caplog.records) == said, "one complaint for each version, not one every two seconds"
    assert caplog.records[-1].levelno == logging.ERROR


def test_each_clerk_has_a_calendar_of_its_own(path: Path) -> None:
    text = f"""{MAIL}
[calendars.anna]
url = "https://cloud.example/dav/anna"
user = "anna"
password = "{SECRET}"
[calendars.bernd]
ics = "https://out.example/{SECRET}/calendar.ics"
"""
    found = load_connections(written(path, text))
    assert {name: one.url for name, one in found.calendars.items()} == {
        "anna": "https://cloud.example/dav/anna/",
        "bernd": "",
    }
    assert SECRET not in repr(found)


def test_mistake_in_a_calendar_is_told_without_its_address(path: Path) -> None:
    text = f'[calendars.anna]\nics = "http://out.example/{SECRET}"'
    assert problems(path, text) == [(2, "calendar_not_encrypted", "")]


def test_a_file_that_was_never_good_still_tells_whose_time_is_unknown(path: Path) -> None:
    """Failure 19: after a restart with a mistake anywhere, times of these clerks are not offered."""
    text = f'{MAIL.replace("sender", "sendr")}\n[calendars.anna]\nics = "https://out.example/{SECRET}"\n'
    file = ConnectionsFile(written(path, f'{text}[calendars."4711"]\nurl = '))
    assert file.now == Connections(calendars={one: CalendarAccount(one) for one in ("anna", "4711")})
    written(path, MAIL)
    file.look()
    assert file.now.calendars == {}


def test_who_runs_the_house_is_read_and_when_a_password_ends(path: Path) -> None:
    text = f'{MAIL}secret_expires = 2027-01-31\n[operations]\nmail = ["it@stadt.example"]\n'
    found = load_connections(written(path, text))
    assert found.operations.mail == ("it@stadt.example",)
    assert {name: end.isoformat() for name, end in found.ends.items()} == {"mail": "2027-01-31"}
    assert problems(path, '[operations]\nmail = ["nobody"]\n') == [(2, "bad_email", "")]
    assert problems(path, f"{MAIL}secret_expires = 'soon'\n") == [(5, "not_a_date", "")]
