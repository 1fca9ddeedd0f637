"""The section `[mail]` of the connections: which server takes our letters, and how it is spoken to.

What lives here: reading and checking the section. What must not: speaking to the server.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from queue_server.adapters.post.mail_message import UnusableAddress, address
from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table
from queue_server.domain.town_problem import Code

LIKE_THIS: Final = "smtp://user:password@mail.example:587"
_PORTS: Final = {"smtp": 587, "smtps": 465}


class Tls(StrEnum):
    """Whether letters may travel unencrypted."""

    REQUIRED = "required"
    NONE = "none"


@dataclass(frozen=True, slots=True, repr=False)
class MailServer:
    """How letters leave. `implicit`: encrypted from the first byte (`smtps`), else by STARTTLS.

    `ca_file` is a certificate authority of the town's own, None for those that the machine trusts.
    """

    host: str
    port: int
    implicit: bool
    tls: Tls
    user: str
    password: str
    sender: str
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"  # the password must not stand in an error's text

    @property
    def is_exposed(self) -> bool:
        """Tell whether letters go over a network for everybody on it to read."""
        return self.tls is Tls.NONE and not is_this_machine(self.host)

    @classmethod
    def of(cls, table: Table) -> "MailServer":
        """Read the section; what is wrong with it is noted in the table's report."""
        url = _url(table)
        host = url.hostname or ""
        implicit = url.scheme == "smtps"
        plain = not implicit and is_this_machine(host)
        server = cls(
            host=host,
            port=url.port or _PORTS.get(url.scheme, 0),
            implicit=implicit,
            tls=table.choice("tls", Tls.NONE if plain else Tls.REQUIRED),
            # Beside the address too: there a password's @ or / must be written as %40, %2F.
            user=table.text("user", unquote(url.username or "")),
            password=table.text("password", unquote(url.password or "")),
            sender=_sender(table),
            ca_file=_ca_file(table),
        )
        if server.user and not server.password:
            table.wrong(("password",), ShapeCode.MISSING_KEY, expected="password")
        table.finish()
        return server


def _url(table: Table) -> SplitResult:
    written = table.text("url")
    try:
        url = urlsplit(written)
        good = bool(url.scheme in _PORTS and url.hostname and url.port != 0) and url.path in ("", "/")
    except ValueError:  # no number for a port, half a bracket
        good = False
    if good:
        return url
    if written:
        table.wrong(("url",), ShapeCode.BAD_ADDRESS, expected=LIKE_THIS)
    return urlsplit("")


def _sender(table: Table) -> str:
    written = table.text("sender")
    try:
        return address(written).addr_spec
    except UnusableAddress:
        if written:
            table.wrong(("sender",), Code.BAD_EMAIL, found=written)
        return ""


def _ca_file(table: Table) -> Path | None:
    name = table.text("ca_file", "")
    if not name:
        return None
    file = Path(table.source.name).parent / name
    try:
        file.read_bytes()
    except OSError:
        table.wrong(("ca_file",), ShapeCode.FILE_UNREADABLE, found=name)
    return file


def is_this_machine(host: str) -> bool:
    """Tell whether what is sent to a host stays here."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
