"""The form of a backup file: a short header anybody may read, and behind it what only the key opens.

    AUFRUF-BACKUP\\n | length of the header, 4 bytes, big endian | header, JSON | chunk | chunk | …

The header says what is needed before anything is opened: the form's version, the shape of the database,
its epoch, the moment, the name of the key. No town and no person stands in it. Each chunk is 64 KiB of the
content and 16 bytes more, sealed with AES-256-GCM; the last one is shorter or as long, never missing. The
file's own key is HMAC-SHA256(backup key, "file\\0" + header), and the header holds 16 random bytes: so a
header that was changed opens nothing. The nonce is the chunk's number (11 bytes) and whether it is the last
one (1 byte): so chunks that were swapped, cut off or added are noticed like a flipped bit.

What must not live here: what the content is.
"""

import hashlib
import hmac
import json
import secrets
import struct
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import RawIOBase
from typing import IO, Any, Final

from queue_server.adapters.server_key import Secrets

FORM: Final = 1
MAGIC: Final = b"AUFRUF-BACKUP\n"
CHUNK: Final = 64 * 1024
TAG: Final = 16
_LENGTH: Final = struct.Struct(">I")
_LONGEST_HEADER: Final = 4096


class BadBackup(Exception):  # noqa: N818 - it is the backup that is bad
    """A backup that cannot be used; the message is a clause for the operator that says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup tells without the key. `shape` is the newest migration of the database in it."""

    shape: str
    epoch: str
    taken_at: str
    key: str
    salt: str
    form: int = FORM

    @classmethod
    def new(cls, key: bytes, shape: str, epoch: str, now: datetime) -> "Header":
        moment = now.astimezone(UTC).isoformat(timespec="seconds")
        return cls(shape, epoch, moment, name_of(key), secrets.token_hex(16))


def backup_key(keys: Secrets) -> bytes:
    """Return the key of all backups of a server."""
    return keys.derive("backup")


def name_of(key: bytes) -> str:
    """Return a name that tells two keys apart and gives none away."""
    return hmac.new(key, b"name", hashlib.sha256).hexdigest()[:12]


class Sealing:
    """Seals what is written and hands it on to `file`. Without `finish` nobody can take it for whole."""

    def __init__(self, file: IO[bytes], key: bytes, header: Header) -> None:
        written = json.dumps(asdict(header)).encode()
        self._file = file
        self._cipher = _cipher(key, written)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + _LENGTH.pack(len(written)) + written)

    def write(self, data: bytes) -> int:
        self._waiting += data
        # One byte more than a chunk: only then is it surely not the last one.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Do nothing: a chunk goes out when it is full."""

    def finish(self) -> None:
        """Write the last chunk."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), chunk, None))
        self._number += 1


class Opening(RawIOBase):
    """Reads the content of a sealed `file`. Raises `BadBackup` as soon as anything is not as it was sealed.

    Nothing that was read counts before `finish` returned: an end that was cut off shows there at the latest.
    """

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        written = _read_header(file)
        self.header = header_of(written)
        if self.header.key != name_of(key):
            raise BadBackup("it was made with another key file")
        self._file = file
        self._cipher = _cipher(key, written)
        self._number = 0
        self._ahead = file.read(CHUNK + TAG)
        self._open = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._open and not self._ended:
            self._next()
        count = min(len(buffer), len(self._open))
        buffer[:count], self._open = self._open[:count], self._open[count:]
        return count

    def finish(self) -> None:
        """Read what is left, so that the whole file was looked at."""
        while not self._ended:
            self._next()

    def _next(self) -> None:
        from cryptography.exceptions import InvalidTag

        sealed, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        self._ended = not self._ahead
        try:
            self._open = self._cipher.decrypt(_nonce(self._number, is_last=self._ended), sealed, None)
        except (InvalidTag, ValueError) as error:
            where = len(MAGIC) + self._number * (CHUNK + TAG)
            raise BadBackup(f"it is damaged or cut off (near byte {where})") from error
        self._number += 1


def read_header(file: IO[bytes]) -> Header:
    """Return what a backup tells without its key; nothing of it is proved. Raises `BadBackup`."""
    return header_of(_read_header(file))


def header_of(written: bytes) -> Header:
    try:
        words = json.loads(written)
        form = int(words["form"])
        if form > FORM:
            raise BadBackup(f"a newer version of Aufruf made it (form {form}); install that one")
        shape, epoch, taken_at, key, salt = (
            str(words[name]) for name in ("shape", "epoch", "taken_at", "key", "salt")
        )
        return Header(shape, epoch, taken_at, key, salt, form)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadBackup("its header is damaged") from error


def _read_header(file: IO[bytes]) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise BadBackup("it is no backup of Aufruf, or its beginning is damaged")
    length = file.read(_LENGTH.size)
    count = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else 0
    if not 0 < count <= _LONGEST_HEADER:
        raise BadBackup("its header is damaged")
    return file.read(count)


def _cipher(key: bytes, header: bytes) -> Any:
    # Here, not above: a server that only reads the age of a backup need not load it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.new(key, b"file\0" + header, hashlib.sha256).digest())


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
