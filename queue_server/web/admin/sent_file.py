"""A file that came with a form: uploaded, or carried along unseen from the page that showed what it would do.

What must not live here: what stands in it. Nothing is written to a disk: a file lives as long as its request.
"""

import asyncio
import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from queue_server.domain.errors import BadInput
from queue_server.web.admin.frame import sent
from queue_server.web.pages import PageCall
from queue_server.web.security import LONGEST_CARRIED, LONGEST_PICTURE, LONGEST_SET_UP

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file's bytes, and its name as its owner knows it."""

    name: str
    raw: bytes

    def carried(self) -> str:
        """Return the bytes as a hidden field holds them, so that nobody has to choose the file twice.

        Of a long one it takes a second: not in the loop by which clerks call.
        """
        return urlsafe_b64encode(zlib.compress(self.raw)).decode("ascii")


async def sent_file(form: FormData) -> SentFile | None:
    """Return the file of a form; None when none was chosen, or what is carried was not packed by a page."""
    uploaded = form.get("file")
    if isinstance(uploaded, UploadFile):
        raw = await uploaded.read()
        await uploaded.close()
        return SentFile(_named(uploaded.filename), raw) if raw or uploaded.filename else None
    raw_or_none = await asyncio.to_thread(_unpacked, str(form.get("carried") or ""))
    return SentFile(_named(str(form.get("name") or "")), raw_or_none) if raw_or_none is not None else None


async def sent_with_picture(call: PageCall) -> FormData:
    """Return the form, held in memory: what is longer than a spool would go to a disk, and need one."""
    return await _held(call, LONGEST_PICTURE * 2)


async def sent_with_set_up(call: PageCall) -> FormData:
    """Return the form with a whole set-up in it, as a file or carried along, held in memory."""
    return await _held(call, LONGEST_CARRIED)


async def _held(call: PageCall, longest: int) -> FormData:
    request = call.request
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await sent(call)
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=1, max_fields=20, max_part_size=longest
    )
    parser.spool_max_size = longest
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise BadInput(field="file") from None
    call.house.csrf.check(request.scope, form.get("csrf"))
    return form


def _named(name: str | None) -> str:
    return "".join(sign for sign in (name or "") if sign.isprintable())[-LONGEST_NAME:] or "-"


def _unpacked(carried: str) -> bytes | None:
    """Return the bytes, never more than could have been uploaded: a few bytes may unpack to gigabytes."""
    if not carried:
        return None
    try:
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(urlsafe_b64decode(carried.encode()), LONGEST_SET_UP)
    except (zlib.error, binascii.Error, ValueError):
        return None
    return raw if unpacking.eof else None
