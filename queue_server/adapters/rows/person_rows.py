"""Rows of `booked_person`: who booked. Erased by `adapters.forgetting` alone.

Displays, kiosks and phones are on no road that imports this module.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import table, upsert
from queue_server.adapters.rows.prepared import PreparedRows, numbered
from queue_server.adapters.tables.visitors import WISHES_INTERPRETER, BookedPerson
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.person import Person, contacts_of

PERSON = table(BookedPerson)
_FIELDS: Final = tuple(f.name for f in fields(Person))
# Since when we know this person: the journal of who was erased tells two of one appointment apart by it.
_PUT = PreparedRows(partial(upsert, PERSON, kept=("created_at",)))


def _count(_dialect: str, rows: int) -> sa.Select[Any]:
    same = (APPOINTMENT.c.site_id == PERSON.c.site_id) & (APPOINTMENT.c.id == PERSON.c.appointment_id)
    wanted = [
        (PERSON.c.organisation_id == numbered(PERSON.c.organisation_id, row))
        & (
            (PERSON.c.contact_hash == numbered(PERSON.c.contact_hash, row))
            | (PERSON.c.second_hash == numbered(PERSON.c.second_hash, row))
        )
        for row in range(rows)
    ]
    query = sa.select(PERSON.c.site_id, PERSON.c.appointment_id, APPOINTMENT.c.state)
    return query.select_from(PERSON.outerjoin(APPOINTMENT, same)).where(sa.or_(*wanted))


_COUNT = PreparedRows(_count)


class PersonRows:
    """Reads and writes who booked."""

    @staticmethod
    def row(person: Person, fingerprint: Callable[[str], str]) -> dict[str, Any]:
        """Return what a row tells of a person; the contacts are also kept as hashes, to be counted."""
        hashes = [fingerprint(contact) for contact in contacts_of(person)]
        first, second = (*hashes, "", "")[:2]
        return {
            **asdict(person),
            "needs": list(person.needs),
            "contact_hash": first,
            "second_hash": second,
        }

    @staticmethod
    def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        _PUT.run(connection, rows)

    @staticmethod
    def of(connection: Connection, site_id: str, ids: Sequence[int]) -> dict[int, Person]:
        """Return who booked these appointments, as far as it is not erased."""
        if not ids:
            return {}
        query = sa.select(PERSON).where(PERSON.c.site_id == site_id, PERSON.c.appointment_id.in_(ids))
        found = connection.execute(query).mappings()
        return {row["appointment_id"]: _person({**row}) for row in found}

    @staticmethod
    def with_interpreter(connection: Connection, site_id: str) -> dict[int, Person]:
        """Return who asked for one, as far as it is not erased: few among those who are known at a time."""
        wished = (PERSON.c.site_id == site_id) & sa.text(WISHES_INTERPRETER)
        found = connection.execute(sa.select(PERSON).where(wished)).mappings()
        return {row["appointment_id"]: _person({**row}) for row in found}

    @staticmethod
    def mark_mail(connection: Connection, site_id: str, appointment_id: int, trouble: str) -> None:
        """Note why no mail arrives at this contact."""
        connection.execute(sa.update(PERSON).where(_is(site_id, appointment_id)).values(mail_trouble=trouble))

    @staticmethod
    def mail_troubles(connection: Connection, site_id: str, ids: Sequence[int]) -> dict[int, str]:
        """Return why no mail arrives, for those of these appointments where that is so."""
        return _troubles(connection, site_id, ids, PERSON.c.mail_trouble)

    @staticmethod
    def phone_troubles(connection: Connection, site_id: str, ids: Sequence[int]) -> dict[int, str]:
        """Return why no text message arrives, for those of these appointments where that is so."""
        return _troubles(connection, site_id, ids, PERSON.c.phone_trouble)

    @staticmethod
    def correct_mail(
        connection: Connection, site_id: str, appointment_id: int, corrected: Mapping[str, Any]
    ) -> None:
        """Put another address in the place of one where nothing arrives; `corrected` is of `row`."""
        changed = {name: corrected[name] for name in ("email", "contact_hash", "second_hash")}
        connection.execute(
            sa.update(PERSON).where(_is(site_id, appointment_id)).values(**changed, mail_trouble="")
        )

    @staticmethod
    def bookings_with(
        connection: Connection, organisation_id: str, hashes: Sequence[str]
    ) -> list[tuple[str, int, AppointmentState | None]]:
        """Return site, appointment and stored state of what these contacts booked."""
        asked = [
            {"organisation_id": organisation_id, "contact_hash": one, "second_hash": one} for one in hashes
        ]
        return list({row[:2]: (row[0], row[1], row[2]) for row in _COUNT.find(connection, asked)}.values())


def _troubles(
    connection: Connection, site_id: str, ids: Sequence[int], trouble: sa.Column[str]
) -> dict[int, str]:
    if not ids:
        return {}
    query = sa.select(PERSON.c.appointment_id, trouble).where(
        PERSON.c.site_id == site_id, PERSON.c.appointment_id.in_(ids), trouble != ""
    )
    return {int(id_): str(word) for id_, word in connection.execute(query)}


def _is(site_id: str, appointment_id: int) -> sa.ColumnElement[bool]:
    return (PERSON.c.site_id == site_id) & (PERSON.c.appointment_id == appointment_id)


def _person(row: Mapping[str, Any]) -> Person:
    known = {name: row[name] for name in _FIELDS}
    return Person(**known | {"needs": tuple(known["needs"])})
