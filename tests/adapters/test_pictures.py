"""What becomes a picture: drawn anew, upright, without what else was in the file; and what is refused."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from queue_server.adapters import picture_child, pictures
from queue_server.adapters.picture_file import MEDIA_TYPES

GPS, TURNED = 0x8825, 0x0112


def a_file(kind: str = "PNG", size: tuple[int, int] = (320, 180), mode: str = "RGB", **options: Any) -> bytes:
    target = BytesIO()
    Image.new(mode, size, "#a01515").save(target, kind, **options)
    return target.getvalue()


def a_bomb() -> bytes:
    """A head that announces 60,000 × 60,000 dots, and hardly anything behind it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_a_picture_stays_what_it_is(kind: str, mode: str) -> None:
    media_type, kept = picture_child.drawn_anew(a_file(kind, mode=mode))
    assert media_type == MEDIA_TYPES[kind]
    shown = Image.open(BytesIO(kept))
    assert (shown.format, shown.size) == (kind, (320, 180))
    assert picture_child.drawn_anew(a_file(kind, mode=mode)) == (media_type, kept), "one id for one picture"


def test_a_photo_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[TURNED] = 6
    exif.get_ifd(GPS)[1] = "N"
    raw = a_file("JPEG", exif=exif, comment=b"secret")
    assert Image.open(BytesIO(raw)).getexif()[TURNED] == 6
    media_type, kept = picture_child.drawn_anew(raw + b"and a page of something else")
    shown = Image.open(BytesIO(kept))
    assert (media_type, shown.size) == ("image/jpeg", (180, 320))
    assert dict(shown.getexif()) == {}
    assert b"secret" not in kept
    assert b"something" not in kept


def test_more_than_a_screen_shows_is_made_smaller() -> None:
    _, kept = picture_child.drawn_anew(a_file(size=(5120, 1000)))
    assert Image.open(BytesIO(kept)).size == (2560, 500)


def test_the_process_answers_with_the_picture() -> None:
    found = pictures.drawn_anew(a_file())
    assert not isinstance(found, str)
    assert found == picture_child.drawn_anew(a_file())


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (a_file("GIF"), "kind"),
        (a_file("TIFF"), "kind"),
        (a_bomb(), "size"),
        (a_file(size=(320, 20)), "small"),
    ],
)
def test_what_is_no_fit_picture_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        picture_child.drawn_anew(raw)


def test_a_broken_picture_breaks_the_process_alone() -> None:
    whole = a_file("JPEG", size=(900, 900))
    assert pictures.drawn_anew(whole[:700]) == "broken"
