"""A town's set-up in the database: dated versions of each thing, the newest of which holds."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.tables.hall import Meta, SiteStream
from queue_server.adapters.tables.setting_up import PICTURE
from queue_server.adapters.tables.settings import SettingVersion
from queue_server.adapters.town.plain import keeping, plain, read_value
from queue_server.domain.town import Category, Clerk, Department, Service, Site, Town

SETTING, STREAM, META = table(SettingVersion), table(SiteStream), table(Meta)
CONFIG_VERSION = "config_version"

_PARTS: Mapping[str, type] = {
    "site": Site,
    "department": Department,
    "category": Category,
    "service": Service,
    "clerk": Clerk,
}
TEXT = "text"
"""The kind of what administrators wrote into letters (`adapters.town.letter_texts`): beside the set-up."""
_FIELD = {
    "site": "sites",
    "department": "departments",
    "category": "categories",
    "service": "services",
    "clerk": "clerks",
}


def save_town(connection: Connection, town: Town, now: datetime) -> int:
    """Store what differs from the newest versions; return how many things changed.

    Sites that are new begin their log at 0. What is gone is marked as removed; its history stays. What a
    newer version of the program has stored beside it stays too: after going back it rests, and is not lost.
    """
    newest = (row for row in _newest(connection, town.id) if row["kind"] != TEXT)
    kept = {(row["kind"], row["id"]): row for row in newest}
    wanted = {
        (kind, body["id"]): (position, _beside(kind, body, kept.get((kind, body["id"]))))
        for kind, position, body in _parts(town)
    }
    changes = [
        _version(town.id, kind, id_, kept.get((kind, id_)), position, body, now)
        for (kind, id_), (position, body) in wanted.items()
        if not _same(kept.get((kind, id_)), position, body)
    ]
    changes += [
        _version(town.id, row["kind"], row["id"], row, row["position"], None, now)
        for key, row in kept.items()
        if key not in wanted and row["body"] is not None
    ]
    if changes:
        connection.execute(sa.insert(SETTING), changes)
        _begin_streams(connection, town)
        raise_version(connection)
    return len(changes)


def load_towns(connection: Connection) -> dict[str, Town]:
    """Return organisation id → its set-up."""
    return {id_: _town(connection, id_) for id_ in organisations(connection)}


def zone_of(connection: Connection, site_id: str) -> tzinfo:
    """Return the time zone of a site; that of none in the set-up is UTC."""
    sites = {site.id: site for town in load_towns(connection).values() for site in town.sites}
    return ZoneInfo(sites[site_id].time_zone) if site_id in sites else UTC


def organisations(connection: Connection) -> list[str]:
    """Return the ids of the towns that have a set-up here."""
    return list(connection.execute(sa.select(SETTING.c.organisation_id).distinct()).scalars())


def config_version(connection: Connection) -> int:
    """Return a number that rises with every change of any town's set-up."""
    value = connection.execute(sa.select(META.c.value).where(META.c.name == CONFIG_VERSION)).scalar()
    return int(value or 0)


def lock_settings(connection: Connection) -> None:
    """Let nobody else change a set-up until this transaction ends: for who reads, adds and saves.

    On SQLite a writing transaction holds this lock anyway. Before the first town the row is made here:
    an update of no row locks nothing, and two towns would be made at the same moment.
    """
    first = insert_into(META, connection.dialect.name).values(name=CONFIG_VERSION, value="0")
    connection.execute(first.on_conflict_do_nothing())
    connection.execute(sa.update(META).where(META.c.name == CONFIG_VERSION).values(value=META.c.value))


def town_until(connection: Connection, organisation_id: str, until: sa.ColumnElement[bool]) -> Town | None:
    """Return the set-up of those versions alone for which `until` holds; None when there was none."""
    rows = _newest(connection, organisation_id, until)
    return _whole(rows) if any(row["kind"] == "town" and row["body"] is not None for row in rows) else None


def _town(connection: Connection, organisation_id: str) -> Town:
    known = sa.select(PICTURE.c.id, PICTURE.c.name).where(PICTURE.c.organisation_id == organisation_id)
    rows = connection.execute(known.order_by(PICTURE.c.added_at, PICTURE.c.id))
    pictures = {row.id: row.name for row in rows}
    return dataclasses.replace(_whole(_newest(connection, organisation_id)), pictures=pictures)


def _whole(newest: list[dict[str, Any]]) -> Town:
    rows = [row for row in newest if row["body"] is not None]
    rows.sort(key=lambda row: row["position"])
    head = next(row["body"] for row in rows if row["kind"] == "town")
    parts: dict[str, Any] = {
        _FIELD[kind]: tuple(read_value(of_kind, row["body"]) for row in rows if row["kind"] == kind)
        for kind, of_kind in _PARTS.items()
    }
    parts["letter_texts"] = {row["id"]: row["body"] for row in rows if row["kind"] == TEXT}
    town: Town = dataclasses.replace(read_value(Town, head), **parts)
    return town


def _parts(town: Town) -> Iterator[tuple[str, int, dict[str, Any]]]:
    none: dict[str, Any] = dict.fromkeys(_FIELD.values(), ())
    head = dataclasses.replace(town, **none)
    yield "town", 0, plain(head)
    for kind, name in _FIELD.items():
        for position, part in enumerate(getattr(town, name)):
            yield kind, position, plain(part)


def _newest(
    connection: Connection, organisation_id: str, until: sa.ColumnElement[bool] | None = None
) -> list[dict[str, Any]]:
    newest = (
        sa.select(SETTING.c.kind, SETTING.c.id, sa.func.max(SETTING.c.version).label("version"))
        .where(SETTING.c.organisation_id == organisation_id, sa.true() if until is None else until)
        .group_by(SETTING.c.kind, SETTING.c.id)
        .subquery()
    )
    query = sa.select(SETTING).join(
        newest,
        (SETTING.c.kind == newest.c.kind)
        & (SETTING.c.id == newest.c.id)
        & (SETTING.c.version == newest.c.version)
        & (SETTING.c.organisation_id == organisation_id),
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _beside(kind: str, body: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
    """Return `body` with what is stored beside it and not known here."""
    if row is None or row["body"] is None or row["body"] == body:
        return body
    found: dict[str, Any] = keeping(_PARTS.get(kind, Town), body, row["body"])
    return found


def _same(row: dict[str, Any] | None, position: int, body: dict[str, Any]) -> bool:
    return row is not None and row["body"] == body and row["position"] == position


def _version(
    organisation_id: str,
    kind: str,
    id_: str,
    before: dict[str, Any] | None,
    position: int,
    body: dict[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "kind": kind,
        "id": id_,
        "version": 1 if before is None else before["version"] + 1,
        "position": position,
        "valid_from": now,
        "body": body,
    }


def _begin_streams(connection: Connection, town: Town) -> None:
    known = set(connection.execute(sa.select(STREAM.c.site_id)).scalars())
    for site in town.sites:
        if site.id not in known:
            connection.execute(sa.insert(STREAM).values(site_id=site.id, organisation_id=town.id, seq=0))


def raise_version(connection: Connection) -> None:
    """Let every server see that something of a set-up is new."""
    lock_settings(connection)
    version = str(config_version(connection) + 1)
    connection.execute(sa.update(META).where(META.c.name == CONFIG_VERSION).values(value=version))
