"""A push that only one browser can read (RFC 8291), and the proof of who sends it (RFC 8292, VAPID).

What must not live here: sending, and the words of a message. The heavy library is loaded with the first push.
"""

import base64
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from queue_server.domain.push import Subscription

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD: Final = 4096
PADDED: Final = 512
"""Every message has this length, so that it says nothing of what stands in it."""
GOOD_FOR_S: Final = 12 * 3600
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: keys are the numbers below it."""


@dataclass(frozen=True)
class VapidKey:
    """The town's key for pushes, computed from the server's: nothing more to keep, nor to lose."""

    secret: bytes

    def __repr__(self) -> str:
        return "VapidKey(…)"

    @cached_property
    def _key(self) -> "EllipticCurvePrivateKey":
        from cryptography.hazmat.primitives.asymmetric import ec

        number = int.from_bytes(self.secret, "big") % (_ORDER - 1) + 1
        return ec.derive_private_key(number, ec.SECP256R1())

    @cached_property
    def point(self) -> bytes:
        """The public half."""
        return _point(self._key)

    @cached_property
    def public(self) -> str:
        """The public half as browsers take it."""
        return encode(self.point)

    def authorization(self, endpoint: str, contact: str, now_s: int) -> str:
        """Return the header that proves who sends to this address."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        service = urlsplit(endpoint)
        claims = {
            "aud": f"{service.scheme}://{service.netloc}",
            "exp": now_s + GOOD_FOR_S,
            "sub": f"mailto:{contact}",
        }
        signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        mark = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{mark}, k={self.public}"


def encrypt(
    message: bytes,
    to: Subscription,
    *,
    salt: bytes | None = None,
    own: "EllipticCurvePrivateKey | None" = None,
    padded: int = PADDED,
) -> bytes:
    """Return the body of a push, `aes128gcm` in one record. Raises ValueError for a key that is none.

    `salt` and `own` are new for each message; a test gives those of the RFC's example.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = salt or os.urandom(16)
    own = own or ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.p256dh)
    mine = _point(own)
    start = _expand(own.exchange(ec.ECDH(), theirs), to.auth, b"WebPush: info\0" + to.p256dh + mine, 32)
    key = _expand(start, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(start, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine
    # The 2 ends the last record; zeros behind it are padding (RFC 8188).
    whole = (message + b"\2").ljust(padded, b"\0")
    return head + AESGCM(key).encrypt(nonce, whole, None)


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _expand(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _json(value: object) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())
