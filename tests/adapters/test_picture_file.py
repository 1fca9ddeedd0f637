"""A picture that is kept as it is holds nothing but the picture."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from queue_server.adapters import picture_child, pictures
from queue_server.adapters.picture_file import MEDIA_TYPES, id_of, is_bare, kind_of
from tests.adapters.test_pictures import a_bomb, a_file

KINDS = [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")]


def drawn(kind: str, mode: str) -> bytes:
    return picture_child.drawn_anew(a_file(kind, mode=mode))[1]


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_what_we_have_drawn_is_bare_and_is_kept_as_it_is(kind: str, mode: str) -> None:
    raw = drawn(kind, mode)
    assert (kind_of(raw), is_bare(kind, raw)) == (kind, True)
    media_type, sight = picture_child.seen_as_it_is(raw)
    assert media_type == MEDIA_TYPES[kind]
    assert Image.open(BytesIO(sight)).size == (320, 180)
    assert id_of(raw) == id_of(bytes(raw))


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_whatever_stands_beside_the_picture_is_refused(kind: str, mode: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera"
    behind = drawn(kind, mode) + b"<script>"
    for raw in (a_file(kind, mode=mode, exif=exif), behind, drawn(kind, mode)[:-3]):
        assert not is_bare(kind, raw)
        with pytest.raises((ValueError, OSError)):
            picture_child.seen_as_it_is(raw)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {"dpi": (300, 300)}),
        ("JPEG", {"comment": b"secret"}),
        ("JPEG", {"icc_profile": b"x" * 64}),
        ("WEBP", {"xmp": b"<x/>"}),
    ],
)
def test_a_comment_a_profile_a_scale_is_something_beside_it(kind: str, options: Any) -> None:
    assert not is_bare(kind, a_file(kind, **options))


def test_a_moving_picture_is_refused() -> None:
    two, target = [Image.new("RGB", (120, 120), colour) for colour in ("red", "blue")], BytesIO()
    two[0].save(target, "WEBP", save_all=True, append_images=two[1:])
    assert not is_bare("WEBP", target.getvalue())


def test_a_photo_of_many_scans_is_bare_too() -> None:
    assert is_bare("JPEG", a_file("JPEG", progressive=True))


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\xff\xd8\xff", b"RIFF", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_less_than_a_head_is_no_picture(raw: bytes) -> None:
    assert not any(is_bare(kind, raw) for kind in MEDIA_TYPES)


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_head() -> None:
    with pytest.raises(ValueError, match="size"):
        picture_child.seen_as_it_is(a_bomb())


def test_more_than_a_screen_shows_is_not_kept_as_it_is() -> None:
    with pytest.raises(ValueError, match="size"):
        picture_child.seen_as_it_is(a_file(size=(2561, 200)))


def test_the_process_answers_with_the_sight_and_with_why_not() -> None:
    raw = drawn("PNG", "RGB")
    assert pictures.seen_as_it_is(raw) == picture_child.seen_as_it_is(raw)
    assert pictures.seen_as_it_is(raw + b"x") == "broken"
    assert pictures.seen_as_it_is(b"nothing") == "kind"
