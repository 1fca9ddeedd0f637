"""The demo's mailbox: what the postman has put into the spool, as a mail program would show it. Demo only.

Here the messages are only read. Whatever a visitor typed into one is untrusted: the HTML is shown in a
sandboxed frame under a policy of its own, everything else as text.
"""

import asyncio
import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from starlette.responses import Response

from queue_server.domain.errors import NotFound
from queue_server.services.locales import locale_of
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.security import CONTENT_SECURITY_POLICY

NEWEST: Final = 50
_NAME: Final = re.compile(r"[0-9a-f]{32}")
WITH_FRAME: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
FRAMED: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
}
"""For the letter itself: its own style, no script, no picture, no address of its own."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message of the spool. A text message has only a number and its text."""

    name: str
    at: datetime
    subject: str
    sender: str
    to: str
    text: str
    html: str
    calendar: bytes
    calendar_name: str
    is_sms: bool = False


async def mails_page(call: PageCall) -> Response:
    """Show the newest messages, newest first."""
    found = await asyncio.to_thread(newest, call.house.settings.spool_folder)
    return call.page("mails.html", mails=[_shown(call, mail) for mail in found])


async def mail_page(call: PageCall) -> Response:
    """Show one message: as a mail program draws it, as text, and its calendar file."""
    mail = await _asked_for(call)
    response = call.page(
        "mail.html", mail=_shown(call, mail), text=mail.text, calendar=mail.calendar.decode(errors="replace")
    )
    response.headers.update(WITH_FRAME)
    return response


async def mail_html(call: PageCall) -> Response:
    """Give the message's HTML to the frame. Its links open beside the mailbox, as in a mail program."""
    mail = await _asked_for(call)
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    return Response(html, media_type="text/html", headers=FRAMED)


async def mail_calendar(call: PageCall) -> Response:
    """Give the message's calendar file."""
    mail = await _asked_for(call)
    if not mail.calendar:
        raise NotFound(what="mail")
    headers = {"Content-Disposition": f'attachment; filename="{call.say("post.calendar_name")}"'}
    return Response(mail.calendar, media_type="text/calendar", headers=headers)


def newest(folder: Path, most: int = NEWEST) -> list[Mail]:
    """Return the newest messages of a spool, newest first; none when there is no folder yet."""
    times: dict[Path, int] = {}
    for path in (*folder.glob("*.eml"), *folder.glob("*.txt")):
        try:
            times[path] = path.stat().st_mtime_ns
        except OSError:
            continue  # the postman drops the oldest ones while we look
    ordered = sorted(times, key=lambda path: (times[path], path.name), reverse=True)
    return [mail for path in ordered[:most] if (mail := read_mail(path)) is not None]


def read_mail(path: Path) -> Mail | None:
    """Return the message of a file; None when it is gone."""
    try:
        content, at = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
    if path.suffix == ".txt":
        to, _, text = content.decode().partition("\n")
        return Mail(path.stem, at, "", "", to, text, "", b"", "", is_sms=True)
    message = email.message_from_bytes(content, policy=default)
    attached = next(iter(message.iter_attachments()), None)
    return Mail(
        name=path.stem,
        at=at,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        calendar=_bytes(attached),
        calendar_name=str(attached.get_filename() or "") if attached else "",
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _bytes(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True)) if part is not None else b""


async def _asked_for(call: PageCall) -> Mail:
    name = call.request.path_params["mail"]
    if not _NAME.fullmatch(name):
        raise NotFound(what="mail")
    for kind in (".eml", ".txt"):
        path = call.house.settings.spool_folder / f"{name}{kind}"
        if (mail := await asyncio.to_thread(read_mail, path)) is not None:
            return mail
    raise NotFound(what="mail")


def _shown(call: PageCall, mail: Mail) -> dict[str, Any]:
    local = mail.at.astimezone(_zone(call))
    lines = [line for line in mail.text.splitlines() if line.strip()]
    opening = lines if mail.is_sms else lines[1:2]
    return {
        "name": mail.name,
        "subject": call.say("post.page_sms") if mail.is_sms else mail.subject,
        "sender": mail.sender,
        "to": mail.to,
        "day": format_date(local.date(), "medium", locale=locale_of(call.language)),
        "time": format_time(local, "short", locale=locale_of(call.language)),
        "opening": "".join(opening),
        "calendar_name": mail.calendar_name,
        "is_sms": mail.is_sms,
    }


def _zone(call: PageCall) -> ZoneInfo:
    """Return the time zone of the demo's town."""
    return next(
        (ZoneInfo(site.time_zone) for _, site in call.house.directory.sites.values()), ZoneInfo("UTC")
    )


ROUTES = [
    PageRoute("/demo/mails", mails_page, demo_only=True),
    PageRoute("/demo/mails/{mail}", mail_page, demo_only=True),
    PageRoute("/demo/mails/{mail}/letter", mail_html, demo_only=True),
    PageRoute("/demo/mails/{mail}/calendar", mail_calendar, demo_only=True),
]
