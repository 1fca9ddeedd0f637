"""Try the mail server that connections.toml names: send one message, or say what is wrong."""

import argparse
import asyncio
import secrets
from typing import Final

from queue_server.adapters.post.mail_message import Unmailable, UnusableAddress, address, compose, message_id
from queue_server.adapters.post.mail_server import MailServer, Tls
from queue_server.adapters.post.smtp import MailTrouble, Smtp, Why
from queue_server.commands.common import Problem, add_place_arguments, now, plainly
from queue_server.commands.connected import section_of

PLAINLY: Final = {
    Why.NAME_UNKNOWN: "the name {host} is not known; is it spelled right?",
    Why.UNREACHABLE: "{host} does not answer as a mail server on port {port}; is the port right?",
    Why.CERTIFICATE: "the certificate of {host} is not valid for that name, or comes from an authority "
    "that is not known here; one of your own is named with ca_file",
    Why.NO_ENCRYPTION: "{host} offers no encryption (STARTTLS) on port {port}, or wants it and tls is none; "
    "is it smtps:// instead?",
    Why.SIGN_IN: "{host} does not accept user and password, or wants some",
    Why.SENDER_REFUSED: "{host} does not accept the sender {sender}; it must belong to the user",
    Why.LETTER_REFUSED: "{host} refuses the message itself, or does not send to strangers for this user",
    Why.BUSY: "{host} says: not now; letters would wait and be tried again",
    Why.BROKEN_OFF: "{host} broke the connection off; letters would wait and be tried again",
    Why.UNUSABLE: "connections.toml cannot be used",
    Why.NO_MAILBOX: "{host} says that this mailbox does not exist; otherwise all is well",
    Why.MAILBOX_CLOSED: "{host} says that this mailbox is full or closed; otherwise all is well",
}


class _Test:
    """What the message says."""

    subject = "Aufruf: test"
    text = "This message was sent with `aufruf mail test`. Letters to visitors arrive the same way.\n"
    html = "<p>This message was sent with <code>aufruf mail test</code>.</p>"
    calendar = b""
    calendar_name = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="test")
    test = verbs.add_parser("test", help="send one message, and say in plain words what went wrong")
    test.add_argument("address", metavar="ADDRESS", help="who gets it")
    add_place_arguments(test)


@plainly
def run(args: argparse.Namespace) -> int:
    server = section_of(args, "mail", lambda found: found.mail)
    try:
        to = address(args.address).addr_spec
    except UnusableAddress:
        raise Problem("that is no mail address", 2) from None
    try:
        asyncio.run(_send(server, to))
    except Unmailable as never:
        raise Problem(_said(server, never.code, "")) from None
    except MailTrouble as trouble:
        raise Problem(_said(server, trouble.word, trouble.said)) from None
    how = "unencrypted" if server.tls is Tls.NONE and not server.implicit else "encrypted"
    print(f"{server.host} took the message, {how}. Whether it arrives is seen in the mailbox.")
    return 0


async def _send(server: MailServer, to: str) -> None:
    try:
        await Smtp().send(server, to, _message(server, to))
    finally:
        await asyncio.sleep(0.05)  # what a refused certificate broke off closes some turns later


def _message(server: MailServer, to: str) -> bytes:
    id_ = message_id(f"test/{secrets.token_hex(8)}", server.sender.rpartition("@")[2])
    return compose(
        _Test(), to=to, sender=server.sender, sender_name="Aufruf", message_id=id_, language="en", at=now()
    )


def _said(server: MailServer, word: str, answer: str) -> str:
    sentence = PLAINLY[Why(word)].format(host=server.host, port=server.port, sender=server.sender)
    return f"{sentence} (it said: {' '.join(answer.split())})" if answer else sentence
