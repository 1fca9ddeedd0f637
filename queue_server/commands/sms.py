"""Try the gateway for text messages that connections.toml names: send one, or say what is wrong."""

import argparse
import asyncio
import secrets
from typing import Final
from urllib.parse import urlsplit

from queue_server.adapters.post.phone_numbers import mobile_number
from queue_server.adapters.post.sms_gateway import SmsGateway
from queue_server.adapters.post.sms_sender import SmsSender, SmsTrouble, Untextable, Why
from queue_server.commands.common import Problem, add_place_arguments, plainly
from queue_server.commands.connected import section_of

TEXT: Final = "This message was sent with `aufruf sms test`."
PLAINLY: Final = {
    Why.UNREACHABLE: "{host} cannot be reached; is the address right, and its certificate valid?",
    Why.TIMEOUT: "{host} does not answer within {timeout} s; the message may have been sent",
    Why.SIGN_IN: "{host} does not accept the key, or the account is empty",
    Why.BUSY: "{host} says: not now; messages would wait and be tried again",
    Why.NOT_TAKEN: "{host} does not take the message; is the template what it expects?",
    Why.UNCLEAR: "{host} answers kindly, but without what success_text and success_path ask for",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="test")
    test = verbs.add_parser("test", help="send one text message, and say in plain words what went wrong")
    test.add_argument("number", metavar="NUMBER", help="the mobile number that gets it")
    add_place_arguments(test)


@plainly
def run(args: argparse.Namespace) -> int:
    gateway = section_of(args, "sms", lambda found: found.sms)
    to = mobile_number(args.number, gateway.country)
    if to is None:
        raise Problem("that is no mobile number", 2)
    host = urlsplit(gateway.url).hostname
    try:
        asyncio.run(SmsSender().send(gateway, to, TEXT, f"test-{secrets.token_hex(8)}"))
    except Untextable:
        raise Problem(f"{host} blames the number, by your rule; otherwise all is well") from None
    except SmsTrouble as trouble:
        raise Problem(_said(gateway, trouble)) from None
    print(f"{host} took the message. Whether it arrives is seen on the phone.")
    return 0


def _said(gateway: SmsGateway, trouble: SmsTrouble) -> str:
    host = urlsplit(gateway.url).hostname
    sentence = PLAINLY[Why(trouble.word)].format(host=host, timeout=gateway.timeout_s)
    return f"{sentence} (it said: {' '.join(trouble.said.split())})" if trouble.said else sentence
