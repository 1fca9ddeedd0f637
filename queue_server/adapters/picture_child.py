"""A process that draws a picture anew: `python -m queue_server.adapters.picture_child < sent > kept`.

Reads a line (`LOGO`, `AS_IT_IS`, or nothing) and the file; writes the media type, a line feed and the
picture, or one of `REFUSALS`. The decoders are the largest door that a file of strangers finds: they run
here, with little memory and little time, and end with the picture. What must not live here: anything of the
server; the library is loaded when the process runs only.
"""

import sys
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from queue_server.adapters.picture_file import MEDIA_TYPES, is_bare

if TYPE_CHECKING:
    from PIL.Image import Image

REFUSALS: Final = frozenset({"kind", "size", "small", "broken"})
MOST_DOTS: Final = 40_000_000
"""A few bytes can unpack to gigabytes; a phone's photo has 12 or 24 million dots."""
LEAST_SIDE: Final = 100
LONGEST_SIDE: Final = 2560
"""More than a hall's screen shows."""
LOGO: Final = b"logo"
LEAST_LOGO: Final = 40
LONGEST_LOGO: Final = 800
"""It is loaded with every page of every visitor."""
AS_IT_IS: Final = b"as it is"
SIGHT_SIDE: Final = 400
_MOST_BYTES: Final = 2 * 1024 * 1024
_MEMORY: Final = 1024**3
_SECONDS: Final = 15
_QUALITY: Final = 88


def drawn_anew(raw: bytes, *, is_logo: bool = False) -> tuple[str, bytes]:
    """Return a picture's media type and bytes. Raises ValueError with one of `REFUSALS`."""
    picture, kind = _opened(raw)
    if min(picture.size) < (LEAST_LOGO if is_logo else LEAST_SIDE):
        raise ValueError("small")
    return _encoded(_upright(picture, LONGEST_LOGO if is_logo else LONGEST_SIDE), kind)


def seen_as_it_is(raw: bytes) -> tuple[str, bytes]:
    """Return a picture's media type and a small sight of it (WebP); the picture itself is kept as it is.

    For what another town's program has drawn: drawn once more, it would be another picture, and worse. So
    nothing else may be in the file, and every dot of it is decoded here first. Raises as `drawn_anew` does.
    """
    picture, kind = _opened(raw)
    if max(picture.size) > LONGEST_SIDE:
        raise ValueError("size")
    if not is_bare(kind, raw):
        raise ValueError("broken")
    return MEDIA_TYPES[kind], _written(_upright(picture, SIGHT_SIDE), "WEBP", {"quality": _QUALITY})


def _opened(raw: bytes) -> tuple["Image", str]:
    """Return a picture of which the head alone was read, and its kind."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(BytesIO(raw), formats=tuple(MEDIA_TYPES))
    except UnidentifiedImageError:
        raise ValueError("kind") from None
    except Image.DecompressionBombError:
        raise ValueError("size") from None
    if picture.width * picture.height > MOST_DOTS:
        raise ValueError("size")
    return picture, str(picture.format)


def _upright(picture: "Image", longest: int) -> "Image":
    """Return the first picture of the file the right way up, in a screen's colours and size."""
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(picture)
    has_holes = turned.has_transparency_data
    plain = turned.convert("RGBA" if has_holes else "RGB")
    plain.thumbnail((longest, longest))
    plain.info.clear()
    return plain


def _encoded(picture: "Image", kind: str) -> tuple[str, bytes]:
    options: dict[str, Any] = {"PNG": {"optimize": True}}.get(kind, {"quality": _QUALITY})
    kept = _written(picture, kind, options)
    if len(kept) > _MOST_BYTES:
        # A photo that was sent as PNG.
        kind, kept = "WEBP", _written(picture, "WEBP", {"quality": _QUALITY})
    return MEDIA_TYPES[kind], kept


def _written(picture: "Image", kind: str, options: dict[str, Any]) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def _bounded() -> None:
    """Take little of the machine, where the machine knows such bounds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def main() -> None:
    _bounded()
    warnings.simplefilter("ignore")
    what, _, raw = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(_answer(raw, what))


def _answer(raw: bytes, what: bytes = b"") -> bytes:
    try:
        media_type, kept = seen_as_it_is(raw) if what == AS_IT_IS else drawn_anew(raw, is_logo=what == LOGO)
    except ValueError as error:
        return (str(error) if str(error) in REFUSALS else "broken").encode()
    except Exception:  # whatever else a decoder says of a broken file
        return b"broken"
    return media_type.encode() + b"\n" + kept


if __name__ == "__main__":
    main()
