"""The server's key file, and the secrets that are computed from it and never stored.

What lives here: reading and making the key, sealing a reference into an unguessable token, opening it
again, one-time passwords and pairing codes. What must not: anything in the database. Because a secret
is computed, a reprint or a reminder can show it again; because its version goes into it, raising the
version kept beside the ticket revokes every copy.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32
MAC_BYTES: Final = 16
"""128 bits: what a guesser has to hit (ASVS 5.0: secrets of at least 128 bit)."""
LONGEST_TOKEN: Final = 256
MOST_VERSIONS: Final = 2**16

LETTERS: Final = "ACDEFHJKNPRTWXY34679"
"""None is mistaken for another in print or by hand: no 0/O, 1/I/L, 2/Z, 5/S, 6/b, 8/B, 9/g/q, U/V, rn/m."""


class KeyFileProblem(Exception):  # noqa: N818 - read by the operator as "key file problem: …"
    """The key file is missing, too open, or damaged. The message is for the operator's log."""


class Secrets:
    """Seals and opens with one key. Holds the key in memory; never prints it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyFileProblem(f"the key must have {KEY_BYTES} bytes, it has {len(key)}")
        self._key = key

    def __repr__(self) -> str:
        return "Secrets(…)"

    def derive(self, purpose: str) -> bytes:
        """Return a key of its own for another use, such as "csrf"."""
        return hmac.digest(self._key, b"derive\0" + purpose.encode(), hashlib.sha256)

    def seal(self, kind: str, ref: str, version: int) -> str:
        """Return the URL-safe secret of the thing `ref`. The same arguments give the same secret.

        `kind` ("ticket", "appointment") parts the uses, so that one's secret never opens another.
        """
        if not 0 <= version < MOST_VERSIONS:
            raise ValueError(f"version out of range: {version}")
        body = version.to_bytes(2, "big") + ref.encode()
        token = _encode(self._mac(kind, body) + body)
        if len(token) > LONGEST_TOKEN:
            raise ValueError(f"reference too long: {len(ref)} characters")
        return token

    def open_seal(self, kind: str, token: str) -> tuple[str, int] | None:
        """Return `(ref, version)`, or None when the token was not sealed here for this kind.

        The caller compares the version with the one kept beside the thing: an older one is revoked.
        """
        raw = _decode(token)
        if raw is None or len(raw) <= MAC_BYTES + 2:
            return None
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(kind, body)):
            return None
        return body[2:].decode(), int.from_bytes(body[:2], "big")

    def _mac(self, kind: str, body: bytes) -> bytes:
        # The kind's length goes first, so that no two (kind, body) are the same string of bytes.
        name = kind.encode()
        message = b"seal\0" + len(name).to_bytes(2, "big") + name + body
        # Not `hmac.digest`: it lets the interpreter go, and beside a busy writer it comes back late.
        return hmac.new(self._key, message, hashlib.sha256).digest()[:MAC_BYTES]


def keyed_hash(key: bytes, text: str) -> str:
    """Return a hash that tells two texts apart and gives neither away to who does not have the key."""
    # Not `hmac.digest`: it lets the interpreter go, and beside a busy writer it comes back late.
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def create_key_file(path: Path) -> Secrets:
    """Write a new key, readable by its owner alone. Raises FileExistsError rather than replace one.

    Losing the key makes every printed QR code and every link in a mail worthless, so a key is never
    overwritten; it appears whole or not at all, so a crash leaves no half key behind.
    """
    key = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_synced(draft, key)
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return Secrets(key)


def load_key_file(path: Path) -> Secrets:
    """Read the key. Raises KeyFileProblem when it is missing, damaged, or others may read it."""
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except OSError as problem:
        raise KeyFileProblem(f"cannot read {path}: {problem.strerror}") from problem
    if mode & 0o077:
        raise KeyFileProblem(f"{path} may be read by others; run: chmod 600 {path}")
    return Secrets(key)


def ensure_key_file(path: Path) -> Secrets:
    """Load the key, or make one when there is none; two processes that start at once agree on one."""
    if not path.exists():
        try:
            return create_key_file(path)
        except FileExistsError:
            pass
    return load_key_file(path)


def one_time_password() -> str:
    """Return 16 lower-case characters (69 bits) that can be read out and typed without doubt."""
    return "".join(secrets.choice(LETTERS) for _ in range(16)).lower()


def pairing_code() -> str:
    """Return 8 characters (34 bits; alive for ten minutes, and only an administrator can use them)."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


def _write_synced(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes | None:
    """Decode strictly: Python's decoder skips foreign characters, and many spellings would open one thing."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    return raw if _encode(raw) == token else None  # no secret: both are what the asker sent
