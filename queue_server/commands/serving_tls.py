"""TLS of the server's own: its arguments, and what keeps the certificate fresh while the server runs."""

import argparse
import asyncio
import contextlib
import logging
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from queue_server.adapters.tls import local_authority
from queue_server.adapters.tls.served import ServedCertificate
from queue_server.live.redirecting import Redirecting
from queue_server.live.repeating import Repeating
from queue_server.settings import Settings

LOOK_S: Final = 10.0
RENEW_S: Final = 12 * 3600.0
log = logging.getLogger(__name__)


def add_tls_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="speak TLS with this certificate chain (PEM)"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="its private key (default: in the certificate's file)"
    )
    parser.add_argument(
        "--redirect-from", type=int, metavar="PORT", help="lead who comes to this port by http to https"
    )


class Tls:
    """What a server with a certificate does besides serving. Ends with `stop`."""

    def __init__(self, settings: Settings) -> None:
        """Raises CertificateProblem."""
        certificate = settings.certificate
        assert certificate is not None  # noqa: S101 - the caller asked
        self._folder = certificate.parent
        self._renew_at = 0.0
        self._renew()  # an old one is renewed before anybody sees it
        self.served = ServedCertificate(certificate, settings.certificate_key)
        self._looking = Repeating("looking at the certificate", self._look, LOOK_S)
        self._redirect: asyncio.Server | None = None

    async def start(self, redirect: socket.socket | None, port: int) -> None:
        self._looking.start()
        if redirect is not None:
            loop = asyncio.get_running_loop()
            self._redirect = await loop.create_server(lambda: Redirecting(port), sock=redirect)

    async def stop(self) -> None:
        if self._redirect is not None:
            self._redirect.close()
        await self._looking.stop()

    async def _look(self) -> None:
        if time.monotonic() >= self._renew_at:
            await asyncio.to_thread(self._renew)
        self.served.look()

    def _renew(self) -> None:
        """Renew a certificate of a local authority that lies beside it; others are somebody else's."""
        self._renew_at = time.monotonic() + RENEW_S
        with contextlib.suppress(local_authority.AuthorityProblem, OSError):
            if local_authority.renew_if_due(self._folder, datetime.now(UTC)):
                log.info("the certificate of the local authority was renewed")
