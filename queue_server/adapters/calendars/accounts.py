"""Where a clerk's calendar lies on the network: one table `[calendars.NAME]` of the connections' file.

What must not live here: the file (`adapters.connections`), and what is read (`caldav`, `sources`). Passwords
and the addresses of published calendars, which are secrets as well, are never in a `repr`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from queue_server.adapters.town.table import Table

EVERY_S: Final = 60
EVERY_LEAST_S: Final = 5
STALE_AFTER_MIN: Final = 15
STALE_MOST_MIN: Final = 24 * 60


class AccountCode(StrEnum):
    """What may be wrong with such a table; each has a text `town.problem.<code>`."""

    NOT_AN_ADDRESS = "calendar_not_an_address"
    NOT_ENCRYPTED = "calendar_not_encrypted"
    NOT_A_MAILBOX = "calendar_not_a_mailbox"
    ONE_OF_TWO = "calendar_url_or_ics"
    OUT_OF_BOUNDS = "calendar_out_of_bounds"


@dataclass(frozen=True, slots=True)
class CalendarAccount:
    """A CalDAV collection (`url`) or a published calendar (`ics`); `name` is the clerk's user name or id.

    `mail` is where appointments are sent in place of writing them, with or without `ics`.

    It is read each `every`; when it was not read for `stale_after`, its clerk's times are not offered.
    """

    name: str
    url: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    ics: str = field(default="", repr=False)
    mail: str = ""
    every: timedelta = timedelta(seconds=EVERY_S)
    stale_after: timedelta = timedelta(minutes=STALE_AFTER_MIN)

    @classmethod
    def of(cls, table: Table) -> "CalendarAccount":
        """Read a table; what is wrong is reported to it."""
        url, ics = _address(table, "url"), _address(table, "ics")
        mail = _mailbox(table)
        ways = ("url" in table, "ics" in table or "mail" in table)
        if sum(ways) != 1:
            table.wrong(("url",), AccountCode.ONE_OF_TWO)
        if url and not url.endswith("/"):
            url += "/"  # a collection; else the last part would be lost when an entry's address is made
        return cls(
            name=str(table.path[-1]),
            url=url,
            user=table.text("user", ""),
            password=table.text("password", ""),
            ics=ics,
            mail=mail,
            every=timedelta(seconds=_whole(table, "every", EVERY_S, EVERY_LEAST_S, 3600)),
            stale_after=timedelta(minutes=_whole(table, "stale_after", STALE_AFTER_MIN, 1, STALE_MOST_MIN)),
        )


def is_safe(address: str) -> bool:
    """Say whether what is sent there is encrypted, or does not leave this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def _mailbox(table: Table) -> str:
    text = table.text("mail", "").strip()
    local, _, domain = text.rpartition("@")
    if text and not (local and domain and text.isascii() and text.isprintable() and " " not in text):
        table.wrong(("mail",), AccountCode.NOT_A_MAILBOX)
    return text


def _address(table: Table, key: str) -> str:
    address = table.text(key, "").strip()
    if not address:
        return ""
    # Published calendars are often given as webcal: which is https by another name.
    address = address.replace("webcal://", "https://", 1)
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        is_address = False
    if not is_address or not address.isascii() or any(sign.isspace() for sign in address):
        table.wrong((key,), AccountCode.NOT_AN_ADDRESS)
        return ""
    if not is_safe(address):
        table.wrong((key,), AccountCode.NOT_ENCRYPTED)
        return ""
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _whole(table: Table, key: str, default: int, least: int, most: int) -> int:
    value = table.whole(key, default)
    if least <= value <= most:
        return value
    table.wrong((key,), AccountCode.OUT_OF_BOUNDS, found=str(value), expected=f"{least}–{most}")
    return default
