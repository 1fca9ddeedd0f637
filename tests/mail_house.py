"""A real mail server on this machine, whose answers a test may choose; certificates as a town would have."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from queue_server.adapters.post.mail_server import MailServer, Tls

USER, PASSWORD = "aufruf", "geheim-4711"
SENDER = "termin@stadt.example"


@cache
def authority() -> trustme.CA:
    """Return a town's own certificate authority."""
    return trustme.CA()


@dataclass
class MailHouse:
    """What came in, and how the next commands are answered. `taken` holds what was answered with 250."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    sign_ins: int = 0
    connections: int = 0
    on_mail: Callable[[], str] = lambda: "250 OK"
    on_recipient: Callable[[str], str] = lambda _: "250 OK"
    on_data: Callable[[], str] = lambda: "250 OK"
    drops: str = ""
    """"before": the connection breaks between taking a message and answering; "after": behind the answer."""

    @property
    def ids(self) -> list[str]:
        return [str(email.message_from_bytes(content)["Message-ID"]) for content in self.taken]

    def server(self, folder: Path, **changes: Any) -> MailServer:
        """Return the section `[mail]` that leads here."""
        ca_file = folder / "ca.pem"
        authority().cert_pem.write_to_path(str(ca_file))
        usual: dict[str, Any] = {
            "host": "localhost",
            "port": self.port,
            "implicit": False,
            "tls": Tls.REQUIRED,
            "user": USER,
            "password": PASSWORD,
            "sender": SENDER,
            "ca_file": ca_file,
        }
        return MailServer(**usual | changes)

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _how: str, said: Any) -> AuthResult:
        self.sign_ins += 1
        good = isinstance(said, LoginPassword) and said.login == USER.encode()
        return AuthResult(success=good and said.password == PASSWORD.encode(), handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.on_mail()
        if answer.startswith("250"):
            envelope.mail_from, envelope.mail_options = address, options
        return answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        answer = self.on_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        answer = self.on_data()
        if answer.startswith("250"):
            self.taken.append(envelope.content)
        if self.drops == "before":
            server.transport.abort()
        elif self.drops == "after":
            asyncio.get_running_loop().call_soon(server.transport.close)
        return answer


@asynccontextmanager
async def mail_house(
    *, encrypted: bool = True, signed_in: bool = True, host: str = "localhost", port: int = 0
) -> AsyncIterator[MailHouse]:
    """Run a mail server that wants STARTTLS and a sign-in, unless told otherwise."""
    house, loop = MailHouse(), asyncio.get_running_loop()
    context = None
    if encrypted:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority().issue_cert(host).configure_cert(context)

    open_ones: list[Any] = []

    def protocol() -> SMTP:
        house.connections += 1
        smtp = SMTP(
            house,
            hostname="mail.example",
            tls_context=context,
            require_starttls=encrypted,
            auth_required=signed_in,
            auth_require_tls=encrypted,
            authenticator=house.authenticate,
            loop=loop,
        )
        open_ones.append(smtp)
        return smtp

    server = await loop.create_server(protocol, "127.0.0.1", port)
    house.port = server.sockets[0].getsockname()[1]
    try:
        yield house
    finally:
        server.close()
        for one in open_ones:
            if one.transport is not None:
                one.transport.abort()
        await asyncio.sleep(0.01)
