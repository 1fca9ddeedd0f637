"""A set-up with its pictures: a zip of the town file, the pictures that it names, and what each shows.

What lives here: the shape of the zip, and every bound on what is unpacked. What must not: what stands in a
town file (`adapters.town.file`), whether a picture is one (`adapters.picture_child`), keeping anything.
"""

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from queue_server.adapters.picture_file import id_of, kind_of
from queue_server.adapters.town.file import load, load_file
from queue_server.adapters.town.source import FileProblem, ShapeCode, TownFileError, decode, parse
from queue_server.domain.town import Town
from queue_server.domain.town_problem import Code
from queue_server.domain.town_values import PICTURE

TOWN_FILE: Final = "town.toml"
NAMES_FILE: Final = "pictures.toml"
MOST_FILES: Final = 32
"""A town has twenty pictures at most; beside them lie two texts and perhaps a folder."""
LONGEST_TEXT: Final = 1024 * 1024
LONGEST_PICTURE: Final = 4 * 1024 * 1024
"""What is uploaded has 2 MB at most; drawn anew it may become a little more."""
LONGEST_TOGETHER: Final = 64 * 1024 * 1024
_PICTURE: Final = re.compile(r"pictures/([0-9a-f]{32})\.(png|jpg|webp)")
_FOLDER: Final = "pictures/"
_ENDINGS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_BEGINS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_IN_DIRECTORY: Final = b"PK\x01\x02"
_LONGEST_NAME: Final = 160
_LONGEST_QUOTE: Final = 60
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The same set-up gives the same bytes: no file in it bears the day on which it was packed."""
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""All that `zipfile` is known to raise of a broken file, of a locked one, of one packed in another way."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a file of a set-up holds: the town file, id → what a picture shows, id → its bytes."""

    toml: bytes
    names: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, bytes] = field(default_factory=dict)


def is_packed(raw: bytes) -> bool:
    return raw.startswith(_BEGINS)


def pack(packed: Packed) -> bytes:
    """Return the zip. The same set-up gives the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        _add(file, TOWN_FILE, packed.toml, zipfile.ZIP_DEFLATED)
        _add(file, NAMES_FILE, _names(packed.names), zipfile.ZIP_DEFLATED)
        for id_, body in sorted(packed.bodies.items()):
            _add(file, f"{_FOLDER}{id_}.{_ENDINGS[kind_of(body)]}", body, zipfile.ZIP_STORED)
    return target.getvalue()


def unpack(raw: bytes, name: str) -> Packed:
    """Return what a zip holds; a plain town file holds itself alone. `name`: the file's, in messages.

    Raises TownFileError. Never unpacks more than the bounds above, whatever the zip says of itself.
    """
    if not is_packed(raw):
        if len(raw) > LONGEST_TEXT:
            raise _problem(name, ShapeCode.FILE_TOO_LONG)
        return Packed(raw)
    if raw.count(_IN_DIRECTORY) > MOST_FILES:  # before zipfile makes an object of each
        raise _problem(name, ShapeCode.PACKED_TOO_MUCH)
    try:
        with zipfile.ZipFile(BytesIO(raw)) as file:
            found = _contents(file, name)
    except _BROKEN:
        raise _problem(name, ShapeCode.PACKED_BROKEN) from None
    if TOWN_FILE not in found:
        raise _problem(name, ShapeCode.PACKED_WITHOUT_TOWN, expected=TOWN_FILE)
    bodies = {}
    for inner, body in found.items():
        if (picture := _PICTURE.fullmatch(inner)) is not None:
            if (id_of(body), _ENDINGS.get(kind_of(body))) != picture.groups():
                raise _problem(name, ShapeCode.PICTURE_DIFFERS, found=inner)
            bodies[picture[1]] = body
    names = _read_names(found.get(NAMES_FILE, b""), f"{name}/{NAMES_FILE}")
    nameless = next((id_ for id_ in bodies if id_ not in names), None)
    if nameless is not None:
        raise _problem(f"{name}/{NAMES_FILE}", ShapeCode.PICTURE_UNNAMED, found=nameless)
    return Packed(found[TOWN_FILE], names, bodies)


def read_packed(raw: bytes, name: str) -> tuple[Town, Packed]:
    """Return the town of a file that came alone, with what else is in it. Raises TownFileError."""
    packed = unpack(raw, name)
    inner = inner_name(raw, name)
    return load(decode(packed.toml, inner), inner), packed


def load_packed(path: Path) -> tuple[Town, Packed]:
    """Return the town of the file at `path`, with what else is in it. Raises TownFileError, OSError."""
    raw = path.read_bytes()
    if is_packed(raw):
        return read_packed(raw, str(path))
    return load_file(path), Packed(raw)


def inner_name(raw: bytes, name: str) -> str:
    """Return what messages call the town file in a file of that name."""
    return f"{name}/{TOWN_FILE}" if is_packed(raw) else name


def _add(file: zipfile.ZipFile, name: str, body: bytes, packing: int) -> None:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type, info.create_system, info.external_attr = packing, 3, 0o644 << 16
    file.writestr(info, body)


def _names(names: Mapping[str, str]) -> bytes:
    lines = (f"{id_} = {_quoted(text)}" for id_, text in sorted(names.items()))
    return "\n".join(["[pictures]", *lines, ""]).encode()


def _quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _contents(file: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Return what lies in a zip by name. Raises TownFileError for a name that nobody expects there."""
    found: dict[str, bytes] = {}
    together = 0
    for info in file.infolist():
        inner = info.filename
        if inner == _FOLDER and not info.file_size:
            continue
        if inner in found or not (inner in {TOWN_FILE, NAMES_FILE} or _PICTURE.fullmatch(inner)):
            raise _problem(name, ShapeCode.PACKED_OTHER_FILE, found=_printable(inner))
        if info.compress_type not in _PACKINGS:
            raise NotImplementedError
        most = LONGEST_PICTURE if inner.startswith(_FOLDER) else LONGEST_TEXT
        with file.open(info) as part:
            body = part.read(most + 1)
        together += len(body)
        if len(body) > most or together > LONGEST_TOGETHER:
            raise _problem(name, ShapeCode.PACKED_TOO_MUCH, found=inner)
        found[inner] = body
    return found


def _read_names(raw: bytes, name: str) -> dict[str, str]:
    source = parse(decode(raw, name), name)
    names = source.data.get("pictures", {})
    if not isinstance(names, dict):
        raise _problem(name, ShapeCode.NOT_A_TABLE)
    found: dict[str, str] = {}
    for id_, text in names.items():
        if not PICTURE.fullmatch(id_):
            raise _problem(name, Code.BAD_PICTURE, found=_printable(id_))
        found[id_] = " ".join(text.split())[:_LONGEST_NAME] if isinstance(text, str) else ""
        if not found[id_]:
            raise _problem(name, ShapeCode.PICTURE_UNNAMED, found=id_)
    return found


def _printable(text: str) -> str:
    return "".join(sign for sign in text[:_LONGEST_QUOTE] if sign.isprintable())


def _problem(file: str, code: Code | ShapeCode, *, found: str = "", expected: str = "") -> TownFileError:
    return TownFileError([FileProblem(file, 0, 0, code.value, found=found, expected=expected)])
