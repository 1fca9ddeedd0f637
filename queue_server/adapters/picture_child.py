"""A process that draws a picture anew: `python -m queue_server.adapters.picture_child < sent > kept`.

Reads a line (`LOGO`, or nothing) and the file; writes the media type, a line feed and the picture, or one of
`REFUSALS`. The decoders are the largest door that a file of strangers finds: they run here, with little
memory and little time, and end with the picture. What must not live here: anything of the server; the
library is loaded when the process runs only.
"""

import sys
import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPES: Final[Mapping[str, str]] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
"""What the bytes may be, whatever the file is called."""
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
_MOST_BYTES: Final = 2 * 1024 * 1024
_MEMORY: Final = 1024**3
_SECONDS: Final = 15
_QUALITY: Final = 88


def drawn_anew(raw: bytes, *, is_logo: bool = False) -> tuple[str, bytes]:
    """Return a picture's media type and bytes. Raises ValueError with one of `REFUSALS`."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(BytesIO(raw), formats=tuple(MEDIA_TYPES))
    except UnidentifiedImageError:
        raise ValueError("kind") from None
    except Image.DecompressionBombError:
        raise ValueError("size") from None
    kind = str(picture.format)
    # So far only the head was read.
    if picture.width * picture.height > MOST_DOTS:
        raise ValueError("size")
    if min(picture.size) < (LEAST_LOGO if is_logo else LEAST_SIDE):
        raise ValueError("small")
    return _encoded(_upright(picture, LONGEST_LOGO if is_logo else LONGEST_SIDE), kind)


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
    sys.stdout.buffer.write(_answer(raw, is_logo=what == LOGO))


def _answer(raw: bytes, *, is_logo: bool = False) -> bytes:
    try:
        media_type, kept = drawn_anew(raw, is_logo=is_logo)
    except ValueError as error:
        return (str(error) if str(error) in REFUSALS else "broken").encode()
    except Exception:  # whatever else a decoder says of a broken file
        return b"broken"
    return media_type.encode() + b"\n" + kept


if __name__ == "__main__":
    main()
