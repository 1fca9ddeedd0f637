"""Facts about what lies outside: the mail server, the gateway for text messages, certificates.

Nothing is sent: one connects, signs in, and leaves. Nothing of a server's answer is kept but a word.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from queue_server.adapters.connections import Connections
from queue_server.adapters.post.mail_server import MailServer, Tls
from queue_server.domain.doctor.reaching import Certificate, Sms

if TYPE_CHECKING:
    from cryptography import x509

PATIENCE_S: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}


def mail_trouble(server: MailServer) -> str:
    """Sign in to the mail server and leave; return a word of `smtp.Why`, empty when all is well."""
    from queue_server.adapters.post.smtp import MailTrouble, Why, connect

    async def try_it() -> str:
        try:
            async with asyncio.timeout(2 * PATIENCE_S):
                smtp = await connect(server)
                await smtp.noop()
                await smtp.quit()
                smtp.close()
        except MailTrouble as trouble:
            return trouble.word
        except TimeoutError:
            return Why.UNREACHABLE.value
        except Exception:  # it signed in; how it takes its leave is told by the next letter
            return Why.BROKEN_OFF.value
        finally:
            await asyncio.sleep(0.05)  # what a refused certificate broke off closes some turns later
        return ""

    return asyncio.run(try_it())


def sms(url: str) -> Sms:
    """Open a connection to the gateway, with its certificate checked where there is one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 443)
    try:
        with socket.create_connection((host, port), PATIENCE_S) as plain:
            if parts.scheme == "https":
                with ssl.create_default_context().wrap_socket(plain, server_hostname=host):
                    pass
    except (OSError, ValueError) as error:
        return Sms(host, type(error).__name__)
    return Sms(host)


def certificates(connections: Connections, public_url: str) -> tuple[Certificate, ...]:
    """Look at the certificates of everything that speaks TLS with us or for us."""
    found = [_shown(host, port) for host, port in dict.fromkeys(_https(connections, public_url))]
    mail = connections.mail
    if mail is not None and (mail.implicit or mail.tls is Tls.REQUIRED):
        found.append(_shown(mail.host, mail.port, is_smtp=not mail.implicit))
    return tuple(found)


def certificate_file(path: Path, *, is_authority: bool = False) -> Certificate:
    """Return until when a certificate of our own is valid, as it lies in its file."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError) as error:
        return Certificate(path.name, None, type(error).__name__)
    return _certificate(path.name, found, is_authority=is_authority)


def _certificate(name: str, found: "x509.Certificate", *, is_authority: bool = False) -> Certificate:
    since = found.not_valid_before_utc
    return Certificate(name, found.not_valid_after_utc, since=since, is_authority=is_authority)


def _https(connections: Connections, public_url: str) -> Iterable[tuple[str, int]]:
    urls = [public_url, connections.sms.url if connections.sms else ""]
    for parts in map(urlsplit, urls):
        if parts.scheme == "https" and parts.hostname:
            yield parts.hostname, parts.port or 443


def _shown(host: str, port: int, *, is_smtp: bool = False) -> Certificate:
    """Return until when the certificate that a host shows is valid, whoever signed it."""
    from cryptography import x509

    name = f"{host}:{port}"
    context = ssl.create_default_context()
    # One that is over, or of nobody we know, is what we want to see, not what to fail at.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        raw = _by_smtp(host, port, context) if is_smtp else _by_tls(host, port, context)
        found = x509.load_der_x509_certificate(raw)
    except (OSError, ValueError) as error:
        return Certificate(name, None, type(error).__name__)
    return _certificate(name, found)


def _by_tls(host: str, port: int, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((host, port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        return wrapped.getpeercert(binary_form=True) or b""


def _by_smtp(host: str, port: int, context: ssl.SSLContext) -> bytes:
    import smtplib

    try:
        with smtplib.SMTP(host, port, local_hostname="localhost", timeout=PATIENCE_S) as smtp:
            smtp.starttls(context=context)
            wrapped = smtp.sock
            return wrapped.getpeercert(binary_form=True) or b"" if isinstance(wrapped, ssl.SSLSocket) else b""
    except smtplib.SMTPException as error:
        raise OSError(str(error)) from error
