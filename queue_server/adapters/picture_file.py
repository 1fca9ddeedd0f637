"""The file of a picture: its id, its kind, and whether it holds the picture and nothing else.

What lives here: the parts that our own drawing writes, of PNG (ISO/IEC 15948), JPEG (ITU-T T.81) and WebP
(RFC 9649). What must not: decoding. Standard library only: `picture_child` runs it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

MEDIA_TYPES: Final[Mapping[str, str]] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
"""What the bytes may be, whatever the file is called."""
_ID_LETTERS: Final = 32

_PNG: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_WEBP: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
_JPEG: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD})
"""Frames, tables, scans, restarts. Of the application's own parts only JFIF's head, of a length of 16."""
_JFIF: Final = b"\xff\xe0\x00\x10JFIF\x00"
_END: Final = 0xD9


def id_of(raw: bytes) -> str:
    """Return the id of a picture: the same bytes are the same picture, in every town."""
    return hashlib.sha256(raw).hexdigest()[:_ID_LETTERS]


def kind_of(raw: bytes) -> str:
    """Return which of `MEDIA_TYPES` the bytes begin as; empty for none."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    return "WEBP" if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP" else ""


def is_bare(kind: str, raw: bytes) -> bool:
    """Say whether a file that a decoder took for `kind` holds no place, no camera, no page behind its end."""
    try:
        return _IS_BARE[kind](raw)
    except (IndexError, ValueError):
        return False


def _png(raw: bytes) -> bool:
    at, names = 8, []
    while at < len(raw):
        names.append(raw[at + 4 : at + 8])
        at += 12 + int.from_bytes(raw[at : at + 4])
    return at == len(raw) and _PNG.issuperset(names) and names.index(b"IEND") == len(names) - 1


def _webp(raw: bytes) -> bool:
    at, names = 12, []
    while at < len(raw):
        length = int.from_bytes(raw[at + 4 : at + 8], "little")
        names.append(raw[at : at + 4])
        at += 8 + length + length % 2
    length = int.from_bytes(raw[4:8], "little")
    return at == len(raw) == 8 + length and _WEBP.issuperset(names) and len(set(names)) == len(names)


def _jpeg(raw: bytes) -> bool:
    markers = list(_jpeg_markers(raw))
    return bool(markers) and markers[-1] == _END and _JPEG.issuperset(markers[:-1])


def _jpeg_markers(raw: bytes) -> Iterator[int]:
    """Yield the markers behind the start, without JFIF's head; nothing more behind one out of place."""
    at = 2
    if raw.startswith(_JFIF, at):
        at += 18
    while at < len(raw):
        marker = raw[at + 1] if raw[at] == 0xFF else 0
        if marker == _END:
            yield marker if at + 2 == len(raw) else 0
            return
        yield marker
        if marker not in _JPEG:
            return
        at += 2 + int.from_bytes(raw[at + 2 : at + 4])
        if marker == 0xDA:
            at = _behind_scan(raw, at)


def _behind_scan(raw: bytes, at: int) -> int:
    """Return where the next marker stands: in a scan 0xFF is followed by 0x00 or by a restart."""
    while True:
        at = raw.index(b"\xff", at)
        if raw[at + 1] != 0 and not 0xD0 <= raw[at + 1] <= 0xD7:
            return at
        at += 2


_IS_BARE: Final = {"PNG": _png, "WEBP": _webp, "JPEG": _jpeg}
