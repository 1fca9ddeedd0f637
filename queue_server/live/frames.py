"""What goes out on a socket, as bytes: WebSocket text frames and the pictures inside them.

Pure bytes: no socket, no clock, no knowledge of what a board holds. Who receives a frame, and when,
is the business of `mailboxes`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pydantic_core import to_json

_TEXT_AND_FINAL = b"\x81"  # RFC 6455 section 5.2: FIN, opcode 1, no extension bits


def encode_text_frame(payload: bytes) -> bytes:
    """Wrap UTF-8 bytes in one unmasked text frame, as a server sends it (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return _TEXT_AND_FINAL + size.to_bytes(1, "big") + payload
    if size < 65536:
        return _TEXT_AND_FINAL + b"\x7e" + size.to_bytes(2, "big") + payload
    return _TEXT_AND_FINAL + b"\x7f" + size.to_bytes(8, "big") + payload


def payload_of(frame: bytes) -> bytes:
    """Return what `encode_text_frame` wrapped."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def encode_json(value: object) -> bytes:
    """Encode a message of `queue_server.protocol`, compact and in UTF-8."""
    return to_json(value)


@dataclass(frozen=True)
class Picture:
    """A whole picture of the hall, to be encoded once for all who see the same.

    Its body replaces every older body. What is kept (announcements, print jobs) must not be lost
    when a newer picture replaces this one. `body` and `kept` are JSON already, so that two pictures
    are merged without parsing.
    """

    epoch: str
    seq: int
    name: str
    body: bytes
    kept_name: str | None = None
    kept: tuple[bytes, ...] = ()

    @classmethod
    def of(
        cls,
        epoch: str,
        seq: int,
        name: str,
        body: object,
        *,
        kept_name: str | None = None,
        kept: Iterable[object] = (),
    ) -> Self:
        """Encode body and kept things; `of("e", 7, "board", {}, kept_name="announce", kept=[…])`."""
        return cls(epoch, seq, name, encode_json(body), kept_name, tuple(map(encode_json, kept)))

    def replacing(self, older: "Picture") -> "Picture":
        """Return this picture with all that the older one had to keep in front of its own."""
        if not older.kept:
            return self
        name = self.kept_name or older.kept_name
        return Picture(self.epoch, self.seq, self.name, self.body, name, older.kept + self.kept)

    def encoded(self) -> Self:
        """Encode the frame now rather than when it is sent."""
        _ = self.ready
        return self

    @property
    def size(self) -> int:
        """Bytes that this picture holds in memory while it waits, header apart."""
        return len(self.body) + sum(map(len, self.kept))

    @cached_property
    def payload(self) -> bytes:
        """The message: `{"epoch": …, "seq": …, <name>: <body>, <kept_name>: […]}`."""
        head = b'{"epoch":%b,"seq":%d,%b:%b' % (
            encode_json(self.epoch),
            self.seq,
            encode_json(self.name),
            self.body,
        )
        if self.kept_name is None:
            return head + b"}"
        return head + b",%b:[%b]}" % (encode_json(self.kept_name), b",".join(self.kept))

    @cached_property
    def ready(self) -> bytes:
        """The frame to write. Encoded at the first use, then shared by all sockets."""
        return encode_text_frame(self.payload)
