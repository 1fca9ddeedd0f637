"""An appointment as a mail to a clerk's mailbox, whose program enters it into the calendar (RFC 6047).

What lives here: the bytes. What must not: what it says, and how it travels.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from queue_server.adapters.calendars.calendar_file import write_calendar
from queue_server.adapters.post.mail_message import address, set_boundaries
from queue_server.domain.calendar_entry import CalendarEntry

REQUEST, CANCEL = "REQUEST", "CANCEL"


def compose(
    entry: CalendarEntry, subject: str, *, sender_name: str, message_id: str, language: str, at: datetime
) -> bytes:
    """Return the message from the entry's organizer to its attendee. Raises `UnusableAddress`."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(sender_name, addr_spec=entry.organizer)
    message["To"] = address(entry.attendee)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    spoken = [f"Content-Language: {language}"]
    message.set_content(f"{subject}\n\n{entry.description}\n", cte="quoted-printable", headers=spoken)
    method = CANCEL if entry.cancelled else REQUEST
    content = write_calendar([entry], method=method).decode()
    # The method in the header and in the file are the same (RFC 6047 section 2.4), or programs show text.
    message.add_alternative(content, subtype="calendar", cte="base64", params={"method": method})
    set_boundaries(message, message_id)
    return message.as_bytes()
