"""A push service and a browser on this machine: a real TLS server, read by RFC 8291."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from queue_server.domain.push import Subscription

CURVE = ec.SECP256R1()


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(word: str) -> bytes:
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


@dataclass
class Browser:
    """What stays in a visitor's browser: the private key, and what it tells everybody it trusts."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = b"sixteen bytes ok"

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, endpoint: str, language: str = "de") -> Subscription:
        return Subscription(endpoint, self.point, self.auth, language)

    def read(self, body: bytes) -> bytes:
        """Decrypt one message; raises when it was not written for this browser."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        info = b"WebPush: info\0" + self.point + sender
        start = HKDF(hashes.SHA256(), 32, self.auth, info).derive(self.key.exchange(ec.ECDH(), theirs))
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(start)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(start)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\2"), "the last record ends with 2"
        return plain[:-1]


def proven(authorization: str) -> dict[str, Any]:
    """Return the claims of a VAPID header; raises when its signature is not by its key."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    signed, _, mark = parts["t"].rpartition(".")
    raw = decode(mark)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(parts["k"]))
    public.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
    head, claims = (json.loads(decode(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return {**claims, "key": parts["k"]}


@dataclass
class Service:
    """`answers` are given in turn, the last one for ever."""

    host: str = ""
    answers: list[int] = field(default_factory=lambda: [201])
    got: "asyncio.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=asyncio.Queue)

    @property
    def endpoint(self) -> str:
        return f"https://{self.host}/push/phone-1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n")[1:])}
            body = await reader.readexactly(int(lines["content-length"]))
            self.got.put_nowait((lines, body))
            status = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        finally:
            writer.close()

    async def next(self) -> tuple[dict[str, str], bytes]:
        async with asyncio.timeout(10):
            return await self.got.get()


@asynccontextmanager
async def a_push_service(folder: Path) -> AsyncIterator[Service]:
    """Serve pushes; the certificate authority of it lies in `folder` as `push-ca.pem`."""
    authority, service = trustme.CA(), Service()
    authority.cert_pem.write_to_path(folder / "push-ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=context)
    service.host = f"localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()
