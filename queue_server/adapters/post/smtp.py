"""Hands messages to the town's mail server, and tells whose trouble it is when that does not work.

A refusal is the contact's (`Unmailable`: no further try helps, staff must ask for another address) or the
town's (`MailTrouble`: it waits; a wrong password must not mark every contact as wrong). What must not live
here: how long to wait, and what a message says. Nothing of a server's answer goes further than
`MailTrouble.said`, which only the person who tries it reads: answers quote addresses.
"""

import asyncio
import re
import socket
import ssl
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from queue_server.adapters.post.mail_message import Unmailable
from queue_server.adapters.post.mail_server import MailServer, Tls

if TYPE_CHECKING:  # loaded when the first letter leaves: most of a start's time is imports
    from aiosmtplib import SMTP, SMTPResponseException

AT_ONCE: Final = 4
"""Connections for one round of letters: more than one, as some servers answer each letter after seconds."""
CONNECT_S: Final = 15.0
ANSWER_S: Final = 20.0
TAKEN_S: Final = 75.0
"""For the answer to the message itself, which some servers search for viruses first. Who gives up earlier
sends it again, and again, although it arrived."""
_ENHANCED: Final = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
_OF_SENDER: Final = frozenset({("1", "0"), ("1", "7"), ("1", "8")})
"""Enhanced codes (RFC 3463) on the sender's address. Postfix tells them in answer to the recipient; its 5.1.0
is "Sender address rejected: User unknown"."""
_OF_CONTACT: Final = frozenset({550, 551, 552, 553})


class Why(StrEnum):
    """Why a letter waits, or will never arrive; stable, with a text for staff in each language."""

    NAME_UNKNOWN = "mail_name_unknown"
    UNREACHABLE = "mail_unreachable"
    CERTIFICATE = "mail_certificate"
    NO_ENCRYPTION = "mail_no_encryption"
    SIGN_IN = "mail_sign_in"
    SENDER_REFUSED = "mail_sender_refused"
    LETTER_REFUSED = "mail_letter_refused"
    BUSY = "mail_busy"
    BROKEN_OFF = "mail_broken_off"
    UNUSABLE = "mail_connections_unusable"
    NO_MAILBOX = "mailbox_unknown"
    MAILBOX_CLOSED = "mailbox_closed"


class MailTrouble(Exception):  # noqa: N818 - what staff read, not a fault of ours
    """It did not work now and may work later. `word` is for staff and the log, `said` may hold an address."""

    def __init__(self, word: Why, said: str = "") -> None:
        super().__init__(word.value)
        self.word = word.value
        self.said = said


class Smtp:
    """Sends messages; while some wait, a connection is kept for the next one."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._connecting = asyncio.Lock()
        self._wanted = 0
        self._idle: list[tuple[MailServer, SMTP]] = []
        self._down: tuple[MailServer, MailTrouble] | None = None

    async def send(self, server: MailServer, to: str, content: bytes) -> None:
        """Send one message. Raises `Unmailable`, `MailTrouble`, or OSError for "later"."""
        self._wanted += 1
        try:
            async with self._turns:
                await self._send(server, to, content)
        finally:
            self._wanted -= 1
            if not self._wanted:
                # The next round tries anew.
                self._down = None
                await self._close_idle()

    async def _send(self, server: MailServer, to: str, content: bytes) -> None:
        smtp = await self._connected(server)
        try:
            await _hand_over(smtp, server, to, content)
        except BaseException:
            smtp.close()  # in the middle of a message nothing else can follow
            raise
        self._idle.append((server, smtp))

    async def _connected(self, server: MailServer) -> "SMTP":
        while self._idle:
            known, smtp = self._idle.pop()
            if known == server and await _is_ready(smtp):
                return smtp
            smtp.close()
        async with self._connecting:  # one finds out for all whether it works:
            if self._down is not None and self._down[0] == server:
                # Twenty letters of a round with a wrong password would lock the account.
                raise MailTrouble(Why(self._down[1].word))
            try:
                return await connect(server)
            except MailTrouble as trouble:
                self._down = server, trouble
                raise

    async def _close_idle(self) -> None:
        idle, self._idle = self._idle, []
        for _, smtp in idle:
            try:
                async with asyncio.timeout(1):
                    await smtp.quit()
            except Exception:  # noqa: S110 - all is sent; how the server takes its leave does not matter
                pass
            finally:
                smtp.close()


async def connect(server: MailServer) -> "SMTP":
    """Open a connection, encrypted and signed in as the server's section says. Raises `MailTrouble`."""
    from aiosmtplib import SMTP

    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.implicit,
        start_tls=server.tls is Tls.REQUIRED and not server.implicit,
        tls_context=await asyncio.to_thread(_context, server),
        # Not the machine's own name, which aiosmtplib would ask the name service for.
        local_hostname=server.sender.rpartition("@")[2],
        timeout=CONNECT_S,
    )
    try:
        await smtp.connect()
        if server.user:
            await smtp.login(server.user, server.password)
    except BaseException as error:
        smtp.close()
        trouble = _of_connecting(error)
        if trouble is None:
            raise
        raise trouble from None  # its text may name the user
    return smtp


def _context(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


async def _is_ready(smtp: "SMTP") -> bool:
    """Tell whether a kept connection can take one more message; some servers end it after a few."""
    from aiosmtplib import SMTPException

    try:
        await smtp.rset(timeout=ANSWER_S)
    except (SMTPException, OSError):
        return False
    return True


async def _hand_over(smtp: "SMTP", server: MailServer, to: str, content: bytes) -> None:
    from aiosmtplib import SMTPException, SMTPResponseException

    stage = Why.SENDER_REFUSED
    try:
        await smtp.mail(server.sender, timeout=ANSWER_S)
        stage = Why.NO_MAILBOX
        await smtp.rcpt(to, timeout=ANSWER_S)
        stage = Why.LETTER_REFUSED
        await smtp.data(content, timeout=TAKEN_S)
    except SMTPResponseException as answer:
        raise _of_answer(answer, stage) from None
    except (SMTPException, OSError) as error:
        raise MailTrouble(Why.BROKEN_OFF, str(error)) from None


def _of_connecting(error: BaseException) -> MailTrouble | None:
    """Name what hindered a connection; None for what is none of the mail server's."""
    from aiosmtplib import (
        SMTPAuthenticationError,
        SMTPException,
        SMTPNotSupported,
        SMTPResponseException,
    )

    causes = _causes(error)
    said = str(error)
    # Not of aiosmtplib's hierarchy, or wrapped in one of it, as the case may be.
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return MailTrouble(Why.CERTIFICATE, said)
    if any(isinstance(one, socket.gaierror) for one in causes):
        return MailTrouble(Why.NAME_UNKNOWN, said)
    if isinstance(error, SMTPResponseException):
        if 400 <= error.code < 500:
            return MailTrouble(Why.BUSY, said)
        return MailTrouble(
            Why.SIGN_IN if isinstance(error, SMTPAuthenticationError) else Why.UNREACHABLE, said
        )
    if isinstance(error, SMTPNotSupported):
        return MailTrouble(Why.SIGN_IN, said)
    if isinstance(error, SMTPException) and "STARTTLS" in said:
        return MailTrouble(Why.NO_ENCRYPTION, said)
    return MailTrouble(Why.UNREACHABLE, said) if isinstance(error, SMTPException | OSError) else None


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found


def _of_answer(answer: "SMTPResponseException", stage: Why) -> MailTrouble | Unmailable:
    """Tell whose trouble a refusal is: in doubt the town's, which waits and marks nobody."""
    said = f"{answer.code} {answer.message}"
    if not 500 <= answer.code < 600:
        return MailTrouble(Why.BUSY if 400 <= answer.code < 500 else Why.BROKEN_OFF, said)
    if answer.code in (530, 534, 535):
        return MailTrouble(Why.SIGN_IN, said)
    enhanced = _ENHANCED.search(answer.message)
    subject = enhanced.groups() if enhanced else ("", "")
    if stage is Why.SENDER_REFUSED or subject in _OF_SENDER:
        return MailTrouble(Why.SENDER_REFUSED, said)
    if subject[0] == "2":
        return Unmailable(Why.MAILBOX_CLOSED)
    if subject[0] == "1":
        return Unmailable(Why.NO_MAILBOX)
    if stage is Why.NO_MAILBOX and not enhanced and answer.code in _OF_CONTACT:
        return Unmailable(Why.NO_MAILBOX)
    # 5.7 among them: relaying denied, a policy, taken for spam.
    return MailTrouble(Why.LETTER_REFUSED, said)
