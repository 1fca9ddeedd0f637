"""A letter as a mail message (RFC 5322): text and HTML, and the calendar file twice.

What lives here: the bytes. What must not: how they travel (`adapters.post.spool`), what they say
(`services.letters`). Errors never name an address: they go to the log.
"""

import hashlib
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, Protocol

LONGEST_ADDRESS: Final = 254
"""RFC 5321 section 4.5.3.1.3, without the brackets."""


class Unmailable(ValueError):  # noqa: N818 - it says what is so
    """No mail can go to this contact; trying again does not help. `code` says why, in a word for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = str(code)


class UnusableAddress(Unmailable):
    """What was given is no mail address."""

    def __init__(self) -> None:
        super().__init__("unusable_address")


class Letter(Protocol):
    """What is sent; `services.letters.Letter` is one."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def calendar(self) -> bytes: ...
    @property
    def calendar_name(self) -> str: ...


def message_id(dedupe_key: str, domain: str) -> str:
    """Return the Message-ID of what is sent for this key: sent twice, it is still one message."""
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@{domain}>"


def compose(
    letter: Letter,
    *,
    to: str,
    sender: str,
    sender_name: str,
    message_id: str,
    language: str,
    at: datetime,
    pdf: tuple[str, bytes] | None = None,
) -> bytes:
    """Return the whole message; `pdf` is a file with its name. Raises `UnusableAddress`."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(sender_name, addr_spec=sender)
    # The address alone: a name that somebody typed has no place in a header.
    message["To"] = address(to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # Absence notes and read receipts would come back to a mailbox that nobody reads (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    spoken = [f"Content-Language: {language}"]
    message.set_content(letter.text, cte="quoted-printable", headers=spoken)
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable", headers=spoken)
    if letter.calendar:
        _add_calendar(message, letter)
    if pdf is not None:
        message.add_attachment(pdf[1], maintype="application", subtype="pdf", filename=pdf[0])
    set_boundaries(message, message_id)
    return message.as_bytes()


def address(text: str) -> Address:
    """Return a mail address that a header can hold; its domain in the ASCII spelling."""
    try:
        local, at, domain = text.strip().rpartition("@")
        found = Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (MessageError, ValueError, IndexError, AttributeError) as wrong:
        raise UnusableAddress from wrong
    whole = found.addr_spec
    if not at or not found.username or not found.domain or len(whole) > LONGEST_ADDRESS:
        raise UnusableAddress
    if not (whole.isascii() and whole.isprintable()):
        raise UnusableAddress
    return found


def _add_calendar(message: EmailMessage, letter: Letter) -> None:
    """Add the file as a part that mail programs understand, and as an attachment for all others."""
    message.add_alternative(
        letter.calendar.decode(), subtype="calendar", cte="base64", params={"method": "PUBLISH"}
    )
    message.add_attachment(
        letter.calendar, maintype="application", subtype="ics", filename=letter.calendar_name
    )


def set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Part the message in the same way each time: sent twice, it has the same bytes."""
    name = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        # "=_" stands in no quoted-printable and in no base64 line (RFC 2045 section 6.7).
        part.set_boundary(f"=_{name}_{place}")
