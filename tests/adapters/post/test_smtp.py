"""Against a real mail server: what arrives, and whose trouble it is when something does not."""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from queue_server.adapters.post.mail_message import Unmailable
from queue_server.adapters.post.mail_server import MailServer, Tls
from queue_server.adapters.post.smtp import AT_ONCE, MailTrouble, Smtp, Why
from tests.mail_house import PASSWORD, MailHouse, mail_house

TO = "erika@muster.example"


def message(number: int = 0) -> bytes:
    return f"Message-ID: <{number}@stadt.example>\r\nSubject: Termin\r\n\r\nGr=C3=BC=C3=9Fe\r\n.\r\n".encode()


@pytest.fixture
async def post() -> AsyncIterator[MailHouse]:
    async with mail_house() as house:
        yield house


async def trouble(server: MailServer) -> MailTrouble:
    with pytest.raises(MailTrouble) as caught:
        await Smtp().send(server, TO, message())
    assert TO not in str(caught.value)
    assert PASSWORD not in repr(caught.value) + caught.value.said
    return caught.value


async def test_a_message_arrives_encrypted_and_signed_in(post: MailHouse, tmp_path: Path) -> None:
    await Smtp().send(post.server(tmp_path), TO, message())
    assert post.taken == [message().removesuffix(b".\r\n") + b".\r\n"], "also the line of a single dot"
    assert post.sign_ins == 1


async def test_a_round_of_letters_shares_a_few_connections(post: MailHouse, tmp_path: Path) -> None:
    server, smtp = post.server(tmp_path), Smtp()
    await asyncio.gather(*(smtp.send(server, TO, message(number)) for number in range(20)))
    assert len(set(post.ids)) == 20
    assert post.connections <= AT_ONCE
    await smtp.send(server, TO, message(20))
    assert post.connections <= AT_ONCE + 1, "between the rounds none is kept"


async def test_a_server_that_ends_kept_connections_gets_new_ones(post: MailHouse, tmp_path: Path) -> None:
    post.drops = "after"
    server, smtp = post.server(tmp_path), Smtp()
    await asyncio.gather(*(smtp.send(server, TO, message(number)) for number in range(8)))
    assert len(set(post.ids)) == 8


async def test_on_this_machine_a_server_needs_no_encryption(tmp_path: Path) -> None:
    async with mail_house(encrypted=False, signed_in=False) as post:
        await Smtp().send(post.server(tmp_path, tls=Tls.NONE, user="", password=""), TO, message())
        assert len(post.taken) == 1


async def test_without_encryption_nothing_is_said(tmp_path: Path) -> None:
    async with mail_house(encrypted=False, signed_in=False) as post:
        assert (await trouble(post.server(tmp_path))).word == Why.NO_ENCRYPTION
        assert post.sign_ins == 0, "the password stays here"


async def test_a_wrong_certificate_is_no_mail_server_of_ours(tmp_path: Path) -> None:
    """Its error stands outside of aiosmtplib's hierarchy."""
    async with mail_house(host="elsewhere.example") as post:
        server = post.server(tmp_path)
        assert (await trouble(server)).word == Why.CERTIFICATE
        unknown = dataclasses.replace(server, ca_file=None)
        assert (await trouble(unknown)).word == Why.CERTIFICATE
        assert post.sign_ins == 0


async def test_a_wrong_password_is_the_towns_trouble_and_tried_once_a_round(
    post: MailHouse, tmp_path: Path
) -> None:
    """Twenty tries at once would lock the account."""
    server, smtp = post.server(tmp_path, password="wrong"), Smtp()
    found = await asyncio.gather(
        *(smtp.send(server, TO, message()) for _ in range(20)), return_exceptions=True
    )
    assert {getattr(one, "word", one) for one in found} == {Why.SIGN_IN}
    assert (post.connections, post.sign_ins) == (1, 2), "PLAIN and LOGIN"
    await smtp.send(post.server(tmp_path), TO, message())
    assert len(post.taken) == 1, "with the right one it goes on at once"


async def test_a_server_that_is_not_there_is_told_apart_from_a_name_that_is_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = MailHouse(port=port).server(tmp_path)
    assert (await trouble(nobody)).word == Why.UNREACHABLE
    assert (await trouble(dataclasses.replace(nobody, host="mail.invalid"))).word == Why.NAME_UNKNOWN


async def test_a_program_that_is_no_mail_server_does_not_hold_us_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.adapters.post.smtp.CONNECT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert (await trouble(MailHouse(port=port).server(tmp_path))).word == Why.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 User unknown", Why.NO_MAILBOX),
        ("550 No such user here", Why.NO_MAILBOX),
        ("550 5.1.2 Domain not found", Why.NO_MAILBOX),
        ("556 5.1.10 Domain takes no mail", Why.NO_MAILBOX),
        ("552 5.2.2 Mailbox full", Why.MAILBOX_CLOSED),
        ("550 5.2.1 Mailbox disabled", Why.MAILBOX_CLOSED),
    ],
)
async def test_a_contact_that_never_works_is_told(
    post: MailHouse, tmp_path: Path, answer: str, code: Why
) -> None:
    post.on_recipient = lambda _: answer
    with pytest.raises(Unmailable) as caught:
        await Smtp().send(post.server(tmp_path), TO, message())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("450 4.2.0 Greylisted", Why.BUSY),
        ("452 4.2.2 Mailbox full", Why.BUSY),
        ("550 5.7.1 Relaying denied", Why.LETTER_REFUSED),
        ("554 5.7.1 Relay access denied", Why.LETTER_REFUSED),
        ("554 Blocked", Why.LETTER_REFUSED),
        ("530 5.7.0 Authentication required", Why.SIGN_IN),
        ("553 5.7.1 Sender address rejected: not owned by user", Why.LETTER_REFUSED),
        ("550 5.1.8 Sender address rejected: Domain not found", Why.SENDER_REFUSED),
        ("550 5.1.0 Sender address rejected: User unknown", Why.SENDER_REFUSED),
    ],
)
async def test_a_refusal_that_is_not_the_contacts_waits(
    post: MailHouse, tmp_path: Path, answer: str, word: Why
) -> None:
    post.on_recipient = lambda _: answer
    assert (await trouble(post.server(tmp_path))).word == word


@pytest.mark.parametrize("answer", ["550 no", "553 5.1.7 Bad sender", "550 5.1.1 User unknown"])
async def test_a_refused_sender_marks_no_contact(post: MailHouse, tmp_path: Path, answer: str) -> None:
    post.on_mail = lambda: answer
    assert (await trouble(post.server(tmp_path))).word == Why.SENDER_REFUSED


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("451 4.3.0 Try again", Why.BUSY),
        ("550 5.7.1 Looks like spam", Why.LETTER_REFUSED),
        ("554 no", Why.LETTER_REFUSED),
    ],
)
async def test_a_refused_message_waits(post: MailHouse, tmp_path: Path, answer: str, word: Why) -> None:
    post.on_data = lambda: answer
    assert (await trouble(post.server(tmp_path))).word == word


async def test_a_connection_that_breaks_before_the_answer_leaves_the_letter_waiting(
    post: MailHouse, tmp_path: Path
) -> None:
    """It may have arrived; sent again under the same id it is harmless."""
    post.drops = "before"
    assert (await trouble(post.server(tmp_path))).word == Why.BROKEN_OFF


async def test_a_connection_that_breaks_behind_the_answer_harms_nobody(
    post: MailHouse, tmp_path: Path
) -> None:
    post.drops = "after"
    await Smtp().send(post.server(tmp_path), TO, message())
    assert len(post.taken) == 1


async def test_one_refused_contact_holds_up_no_other(post: MailHouse, tmp_path: Path) -> None:
    post.on_recipient = lambda to: "550 5.1.1 unknown" if to == TO else "250 OK"
    server, smtp = post.server(tmp_path), Smtp()
    sent = [smtp.send(server, to, message()) for to in ("a@b.example", TO, "c@d.example")]
    found = await asyncio.gather(*sent, return_exceptions=True)
    assert [type(one) for one in found] == [type(None), Unmailable, type(None)]
    assert len(post.taken) == 2
