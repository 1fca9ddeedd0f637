"""The certificate that the server shows: read at start, and again when its file has changed.

What lives here: the TLS settings and the reading. What must not: making certificates (`local_authority`).
"""

import logging
import os
import ssl
from pathlib import Path
from typing import Final

CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
"""For TLS 1.2: forward secrecy and authenticated encryption only (BSI TR-02102-2). TLS 1.3 brings its own."""
log = logging.getLogger(__name__)


class CertificateProblem(Exception):  # noqa: N818 - read by the operator as "certificate problem: …"
    """The certificate or its key cannot be used. The message is for the operator."""


class ServedCertificate:
    """One certificate chain with its key; `key` None: it stands in the same file."""

    def __init__(self, certificate: Path, key: Path | None = None) -> None:
        """Raises CertificateProblem when the files are no pair, or others may read the key."""
        self.certificate = certificate
        self.key = key
        self._seen = self._stamp()
        self._complained: object = None
        _require_pair(certificate, key)
        self.context = new_context()
        self.context.load_cert_chain(certificate, key)

    def look(self) -> bool:
        """Take changed files; tell whether they are in use now. Half-written ones are tried again.

        Connections that are open keep what they began with; each new one gets the new certificate.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        try:
            _require_pair(self.certificate, self.key)
        except CertificateProblem as problem:
            if stamp != self._complained:
                log.warning("the changed certificate is not used yet: %s", problem)
            self._complained = stamp
            return False
        self.context.load_cert_chain(self.certificate, self.key)
        self._seen = stamp
        log.info("the certificate was read again")
        return True

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        files = (file for file in (self.certificate, self.key) if file is not None)
        return tuple((found.st_mtime_ns, found.st_size) for file in files if (found := _stat(file)))


def new_context() -> ssl.SSLContext:
    """Return a server's context: TLS 1.2 and newer, no renegotiation, no compression."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _require_pair(certificate: Path, key: Path | None) -> None:
    for file in (certificate, key):
        if file is not None and _stat(file) is None:
            raise CertificateProblem(f"{file} cannot be read")
    holder = key or certificate
    if holder.stat().st_mode & 0o007:
        raise CertificateProblem(f"everybody may read the key in {holder}; chmod 640 or 600")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise CertificateProblem(f"{certificate} and {holder} are no pair: {error}") from error


def _no_password() -> str:
    # OpenSSL would ask on the terminal otherwise, and a service has none.
    raise ValueError("the key has a password; a server that starts by itself cannot be told it")


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
