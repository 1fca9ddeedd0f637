"""Sends one text message through the town's gateway, and knows what its answer means.

What must not live here: when, to whom and what (`web.texting`), and trying again (`live.postman`). Errors
name a status or a kind of trouble: never a number, a text, or anything of the gateway's answer.
"""

import asyncio
import json
import logging
from enum import StrEnum
from typing import Any, Final

from queue_server.adapters.post.sms_gateway import SmsGateway

AT_ONCE: Final = 4
"""Gateways count how many requests come at a time."""
LARGEST_ANSWER: Final = 64 * 1024
LONGEST_SAID: Final = 300
log = logging.getLogger(__name__)


class Why(StrEnum):
    """Why a message waits; stable, with a text for staff in each language."""

    UNREACHABLE = "sms_unreachable"
    TIMEOUT = "sms_timeout"
    SIGN_IN = "sms_sign_in"
    BUSY = "sms_busy"
    NOT_TAKEN = "sms_not_taken"
    UNCLEAR = "sms_unclear"
    UNUSABLE = "sms_connections_unusable"
    LIMIT = "sms_limit"
    NIGHT = "sms_night"
    MAYBE_SENT = "sms_maybe_sent"


_MAYBE_SENT: Final = frozenset({Why.TIMEOUT, Why.UNCLEAR})


class Untextable(Exception):  # noqa: N818 - it says what is so
    """No message can go to this number; `code` says why, in a word for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SmsTrouble(Exception):  # noqa: N818 - read by staff
    """The gateway did not take the message over now. `word` names the trouble without anybody's data.

    `said` is how its answer begins, and may repeat number and text: for who tries it by hand, not for a log.
    `is_free`: it surely was not sent, so it costs nothing.
    """

    def __init__(self, why: Why, said: str = "") -> None:
        super().__init__(why.value)
        self.word = why.value
        self.said = said[:LONGEST_SAID]
        self.is_free = why not in _MAYBE_SENT


class SmsSender:
    """One for a process."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def send(self, gateway: SmsGateway, to: str, text: str, id_: str) -> None:
        """Send one message; return when the gateway has taken it over.

        Raises `Untextable` when the number is to blame, `SmsTrouble` for "later". After a time-out or an
        answer that says nothing the gateway may have sent it: the next try has the same `id_`.
        """
        async with self._room:
            status, body = await self._ask(gateway, to, text, id_)
        judge(gateway, status, body)

    async def _ask(self, gateway: SmsGateway, to: str, text: str, id_: str) -> tuple[int, str]:
        from httpx2 import AsyncClient, ConnectError, ConnectTimeout, HTTPError

        body, form = gateway.filled(to, text, id_)
        headers = {"User-Agent": "Aufruf", "Accept-Encoding": "identity", **gateway.headers}
        try:
            async with (
                asyncio.timeout(gateway.timeout_s),  # for all of it: a drip of bytes has none of its own
                AsyncClient(timeout=gateway.timeout_s, headers=headers, follow_redirects=False) as client,
                client.stream(gateway.method.value, gateway.url, json=body, data=form) as answer,
            ):
                found = bytearray()
                async for piece in answer.aiter_raw():
                    found += piece
                    if len(found) > LARGEST_ANSWER:
                        raise SmsTrouble(Why.UNCLEAR)
                return answer.status_code, found.decode(errors="replace")
        # Not "from": their texts hold the address, which may hold a password.
        except (ConnectError, ConnectTimeout):
            raise SmsTrouble(Why.UNREACHABLE) from None
        except (TimeoutError, HTTPError):
            raise SmsTrouble(Why.TIMEOUT) from None


def judge(gateway: SmsGateway, status: int, body: str) -> None:
    """Return when this answer says that the message was taken over; raises as `SmsSender.send`."""
    if _is_refusal(gateway, status, body):  # first: many gateways say 200 to everything
        raise Untextable("number_refused")
    wanted = status in gateway.success_status if gateway.success_status else 200 <= status < 300
    if not wanted:
        log.warning("the gateway for text messages answered %d", status)
        raise SmsTrouble(_kind_of(status), f"{status} {body}")
    if gateway.success_text not in body or not _has(body, gateway.success_path):
        raise SmsTrouble(Why.UNCLEAR, f"{status} {body}")


def _kind_of(status: int) -> Why:
    if status in {401, 402, 403, 407}:
        return Why.SIGN_IN
    if status == 504:  # a proxy waited in vain, and the gateway behind it may have sent it
        return Why.TIMEOUT
    if status in {408, 425, 429} or status >= 500:
        return Why.BUSY
    return Why.NOT_TAKEN if status >= 300 else Why.UNCLEAR


def _is_refusal(gateway: SmsGateway, status: int, body: str) -> bool:
    if not gateway.refused_status and not gateway.refused_text:
        return False
    named = not gateway.refused_status or status in gateway.refused_status
    return named and gateway.refused_text in body


def _has(body: str, path: str) -> bool:
    """Tell whether something stands at a dotted path of a JSON text: `messages.0.id`."""
    if not path:
        return True
    try:
        found: Any = json.loads(body)
        for part in path.split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
    return found not in (None, "", False, [], {})
