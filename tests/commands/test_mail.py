"""`aufruf mail test`: one message, or one sentence that says what to look at."""

from pathlib import Path

import pytest

from queue_server.adapters.post.smtp import Why
from queue_server.commands.mail import PLAINLY
from tests.commands.conftest import Aufruf
from tests.in_a_thread import in_a_thread
from tests.mail_house import PASSWORD, SENDER, USER, authority, mail_house

TO = "it@stadt.example"


def connections(folder: Path, port: int, **changes: str) -> Path:
    authority().cert_pem.write_to_path(str(folder / "ca.pem"))
    values = {"user": USER, "password": PASSWORD, "sender": SENDER, "ca_file": "ca.pem", "tls": "required"}
    lines = [f'{key} = "{value}"' for key, value in (values | changes).items() if value]
    path = folder / "connections.toml"
    path.touch(mode=0o600)
    path.write_text("\n".join(["[mail]", f'url = "smtp://localhost:{port}"', *lines]))
    return path


def test_one_message_is_sent(tmp_path: Path, aufruf: Aufruf) -> None:
    with in_a_thread(mail_house()) as post:
        connections(tmp_path, post.port)
        said = aufruf("mail", "test", TO, "--data", tmp_path)
    assert (said.status, len(post.taken)) == (0, 1)
    assert said.out.startswith("localhost took the message, encrypted.")
    assert f"To: {TO}".encode() in post.taken[0]


def test_what_went_wrong_is_said_in_plain_words(tmp_path: Path, aufruf: Aufruf) -> None:
    def said() -> str:
        found = aufruf("mail", "test", TO, "--data", tmp_path)
        assert found.status == 1
        assert PASSWORD not in found.err
        return found.err

    assert "there is no section [mail]" in said()
    with in_a_thread(mail_house()) as post:
        connections(tmp_path, post.port, password="wrong")
        assert "does not accept user and password" in said()
        connections(tmp_path, post.port, ca_file="")
        assert "certificate of localhost is not valid" in said()
        connections(tmp_path, post.port)
        post.on_recipient = lambda _: "550 5.1.1 unknown"
        assert "this mailbox does not exist" in said()
        post.on_recipient = lambda _: "554 5.7.1 Relay access denied"
        assert "(it said: 554 5.7.1 Relay access denied)" in said()
    assert "localhost does not answer as a mail server" in said()
    path = connections(tmp_path, post.port, sendr=SENDER, sender="")
    found = said()
    assert "connections.toml, line 1, column 1 (mail.sender): “sender” is missing here." in found
    assert "Did you mean “sender”?" in found
    path.chmod(0o644)
    assert "may be read by others; run: chmod 600" in said()


def test_an_address_that_is_none_is_wrong_use(tmp_path: Path, aufruf: Aufruf) -> None:
    connections(tmp_path, 25)
    assert aufruf("mail", "test", "nobody", "--data", tmp_path).status == 2


@pytest.mark.parametrize("why", Why)
def test_every_trouble_has_a_sentence(why: Why) -> None:
    assert PLAINLY[why]
