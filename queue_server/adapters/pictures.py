"""Pictures for displays, and the logo: rows of `picture`, and what is made of a file before it is one.

What must not live here: who may send one, and which display shows it (the set-up).
"""

import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.picture_child import AS_IT_IS, LOGO, REFUSALS
from queue_server.adapters.picture_file import MEDIA_TYPES, id_of, kind_of
from queue_server.adapters.planned_changes import course_of
from queue_server.adapters.tables.setting_up import PICTURE
from queue_server.adapters.town.store import lock_settings, raise_version
from queue_server.domain.administration import Done
from queue_server.domain.taken_pictures import Arriving

MOST: Final = 20
"""So many a town has at most: they are in every backup."""
_WITHIN_S: Final = 20


class PictureDone(NamedTuple):
    """What was done to one picture, as the audit log takes it."""

    act: Done
    id: str
    before: dict[str, str] | None
    after: dict[str, str] | None


def drawn_anew(raw: bytes, *, is_logo: bool = False) -> tuple[str, bytes] | str:
    """Return media type and bytes of a picture, drawn anew from a sent one, or why there is none.

    What is in the file beside the picture (the place where a photo was taken, its camera, anything hidden in
    it) is gone. It happens in a process of its own: what a broken file does to a decoder stays there.
    """
    return _child(LOGO if is_logo else b"", raw)


def seen_as_it_is(raw: bytes) -> tuple[str, bytes] | str:
    """Return media type and a small sight (WebP) of a picture to be kept as it is, or why it is not."""
    return _child(AS_IT_IS, raw)


def _child(what: bytes, raw: bytes) -> tuple[str, bytes] | str:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "queue_server.adapters.picture_child"],
            input=what + b"\n" + raw,
            capture_output=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "broken"
    word, _, body = child.stdout.partition(b"\n")
    found = word.decode("ascii", "replace")
    if child.returncode == 0 and found in MEDIA_TYPES.values() and body:
        return found, body
    return found if found in REFUSALS else "broken"


def add(
    connection: Connection, organisation_id: str, picture: tuple[str, bytes], name: str, now: datetime
) -> str | None:
    """Keep a picture; return its id, None when there are too many. The same one is kept once."""
    lock_settings(connection)
    media_type, body = picture
    id_ = id_of(body)
    own = PICTURE.c.organisation_id == organisation_id
    known = set(connection.execute(sa.select(PICTURE.c.id).where(own)).scalars())
    if id_ in known:
        rename(connection, organisation_id, id_, name)
        return id_
    if len(known) >= MOST:
        return None
    row = {"organisation_id": organisation_id, "id": id_, "media_type": media_type, "name": name}
    connection.execute(sa.insert(PICTURE).values(**row, body=body, added_at=now))
    raise_version(connection)
    return id_


def take_in(
    connection: Connection,
    organisation_id: str,
    arriving: Arriving,
    bodies: Mapping[str, bytes],
    now: datetime,
) -> list[PictureDone] | None:
    """Keep what a file brings and say anew what it calls otherwise; return what was done, to be written down.

    None, and the caller rolls back, when the town would have too many. The bytes have been seen by
    `seen_as_it_is`, and an id is the hash of its own.
    """
    done: list[PictureDone] = []
    for id_, name in arriving.new.items():
        picture = MEDIA_TYPES[kind_of(bodies[id_])], bodies[id_]
        if add(connection, organisation_id, picture, name, now) is None:
            return None
        done.append(PictureDone(Done.PICTURE_ADDED, id_, None, {"name": name}))
    for id_, name in arriving.renamed.items():
        before = rename(connection, organisation_id, id_, name)
        if before is not None:
            done.append(PictureDone(Done.PICTURE_CHANGED, id_, {"name": before}, {"name": name}))
    return done


def bodies_of(connection: Connection, organisation_id: str, ids: Collection[str]) -> dict[str, bytes]:
    """Return id → bytes of those pictures that the town has."""
    own = (PICTURE.c.organisation_id == organisation_id) & PICTURE.c.id.in_(ids)
    return {
        row.id: bytes(row.body)
        for row in connection.execute(sa.select(PICTURE.c.id, PICTURE.c.body).where(own))
    }


def rename(connection: Connection, organisation_id: str, id_: str, name: str) -> str | None:
    """Say anew what a picture shows; return what was said, None when there is none such."""
    lock_settings(connection)
    own = (PICTURE.c.organisation_id == organisation_id) & (PICTURE.c.id == id_)
    before = connection.execute(sa.select(PICTURE.c.name).where(own)).scalar()
    if before is not None and before != name:
        connection.execute(sa.update(PICTURE).where(own).values(name=name))
        raise_version(connection)
    return before


def remove(connection: Connection, organisation_id: str, id_: str) -> Sequence[str] | None:
    """Take a picture away, unless it is used or is to be; return by what, None for no picture.

    By what: the names of displays, and the empty name for the logo.
    """
    lock_settings(connection)
    towns = [stage.town for stage in course_of(connection, organisation_id).stages]
    used = {
        display.name: None
        for town in towns
        for site in town.sites
        for display in site.displays
        if id_ in display.quiet_pictures
    }
    if any(id_ == town.look_logo for town in towns):
        used[""] = None
    if used:
        return list(used)
    own = (PICTURE.c.organisation_id == organisation_id) & (PICTURE.c.id == id_)
    if not connection.execute(sa.delete(PICTURE).where(own)).rowcount:
        return None
    raise_version(connection)
    return []


def body(connection: Connection, id_: str) -> tuple[str, bytes] | None:
    """Return media type and bytes of a picture of any town: the same id is the same picture."""
    asked = sa.select(PICTURE.c.media_type, PICTURE.c.body).where(PICTURE.c.id == id_).limit(1)
    found = connection.execute(asked).first()
    return (found.media_type, bytes(found.body)) if found else None
