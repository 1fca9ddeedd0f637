"""The pictures of a file that is taken in: what they would do, in sight, and kept with the set-up.

What must not live here: the file (`adapters.packed_town`), and what is wrong with a picture.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from queue_server.domain.taken_pictures import Arriving, arriving, named_pictures
from queue_server.domain.town import Town
from queue_server.web.admin.changing import SettingsMoved
from queue_server.web.admin.sent_file import SentFile
from queue_server.web.noting import note
from queue_server.web.pages import PageCall


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a file brings, what it does to the town's pictures, and small sights (WebP) of the new ones."""

    packed: Any = None
    arriving: Arriving = field(default_factory=Arriving)
    sights: Mapping[str, bytes] = field(default_factory=dict)


def looked_at(call: PageCall, own: Town, after: Town, packed: Any) -> tuple[Pictures, Any]:
    """Return what a file's pictures do, and what is wrong with them. Takes up to a second for each."""
    found = arriving(own.pictures, after, packed.names, packed.bodies)
    sights, mistakes = call.house.exchange.look_at(packed, found, len(own.pictures), call.say)
    return Pictures(packed, found, sights), mistakes


def with_pictures(own: Town, after: Town, pictures: Pictures) -> Town:
    """Return `after` with what its pictures show, so that a change of them can be told."""
    coming = pictures.arriving
    return replace(after, pictures={**own.pictures, **coming.new, **coming.renamed})


def keeping(call: PageCall, pictures: Pictures) -> Callable[[Connection, datetime], None] | None:
    """Return what keeps the pictures, in the transaction that keeps the set-up; None for nothing to keep."""
    house, own = call.house, call.actor.organisation_id

    def keep(conn: Connection, now: datetime) -> None:
        done = house.exchange.take_pictures(conn, own, pictures.arriving, pictures.packed.bodies, now)
        if done is None:  # somebody has added others since they were counted
            raise SettingsMoved
        for one in done:
            note(house, conn, call.actor, one.act, "picture", one.id, before=one.before, after=one.after)

    return keep if pictures.arriving else None


async def carried(call: PageCall, file: SentFile, after: Town, pictures: Pictures) -> str:
    """Return the file as a hidden field holds it: of its pictures only those that are new."""
    packed = pictures.packed

    def packing() -> str:
        if packed is None or packed.toml == file.raw:
            return file.carried()
        names = {id_: packed.names[id_] for id_ in named_pictures(after) if id_ in packed.names}
        bodies = {id_: packed.bodies[id_] for id_ in pictures.arriving.new}
        small = replace(packed, names=names, bodies=bodies)
        return replace(file, raw=call.house.exchange.pack(small)).carried()

    return await asyncio.to_thread(packing)


def rows(call: PageCall, before: Town, after: Town, pictures: Pictures) -> list[dict[str, Any]]:
    """Return each picture that comes, is called otherwise or is missing, with where it stands."""
    coming = pictures.arriving
    told = [_row(call, after, id_, "new", name) for id_, name in coming.new.items()]
    for row in told:
        row["src"] = f"data:image/webp;base64,{b64encode(pictures.sights[row['id']]).decode()}"
        if row["id"] == after.look_logo and before.look_logo in before.pictures:
            row |= {"state": "changed", "was_src": f"/pictures/{before.look_logo}"}
            row["was"] = before.pictures[before.look_logo]
    for id_, name in coming.renamed.items():
        row = _row(call, after, id_, "named", name)
        told.append(row | {"src": f"/pictures/{id_}", "was": before.pictures.get(id_, "")})
    return told + [_row(call, after, id_, "missing", "") for id_ in coming.missing]


def _row(call: PageCall, after: Town, id_: str, state: str, name: str) -> dict[str, Any]:
    places = [call.say("look.logo")] if id_ == after.look_logo else []
    places += [one.name for site in after.sites for one in site.displays if id_ in one.quiet_pictures]
    where = ", ".join(places)
    return {"id": id_, "state": state, "name": name, "where": where, "src": "", "was": "", "was_src": ""}
