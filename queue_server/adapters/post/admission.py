"""How to be let in has changed: whoever had booked before is written to, in the commit of the new set-up.

What must not live here: the words, and who books afterwards: their confirmation says it.
"""

from collections.abc import Container, Iterator
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.post.outbox_rows import OUTBOX, OutboxRows
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.town import Site, Town

KIND: Final = "admission"


def post_admission(
    connection: Connection, before: Town | None, after: Town, version: int, now: datetime
) -> int:
    """Post a letter to each visitor who is booked ahead where the admission notice is new; return how many.

    `version` is the set-up's: each change is told once. What still waits of an older notice is taken back.
    The caller's duty: the sites' locks.
    """
    holding = set(connection.execute(sa.select(STREAM.c.site_id).where(STREAM.c.holds_post)).scalars())
    told_before = {site.id: site.admission_notice for site in before.sites} if before else {}
    changed = [site for site in after.sites if site.admission_notice != told_before.get(site.id, {})]
    letters: list[dict[str, Any]] = []
    for site in changed:
        _take_back(connection, site)
        if site.admission_notice:
            letters += _letters(connection, after.id, site, version, now, holding)
    if letters:
        OutboxRows.add(connection, letters)
    return len(letters)


def _take_back(connection: Connection, site: Site) -> None:
    waiting = OUTBOX.c.state.in_(("waiting", "held"))
    of_site = sa.and_(OUTBOX.c.site_id == site.id, OUTBOX.c.kind == KIND, waiting)
    connection.execute(sa.update(OUTBOX).where(of_site).values(state="cancelled"))


def _letters(
    connection: Connection,
    organisation_id: str,
    site: Site,
    version: int,
    now: datetime,
    holding: Container[str],
) -> Iterator[dict[str, Any]]:
    for first, *rest in _visits(connection, site, now):
        yield {
            "organisation_id": organisation_id,
            "site_id": site.id,
            "channel": "mail",
            "kind": KIND,
            "appointment_id": first,
            "payload": {"sequence": 0} | ({"also": rest} if rest else {}),
            "dedupe_key": f"{site.id}/{first}/{KIND}/{version}",
            "state": "held" if site.id in holding else "waiting",
            "created_at": now,
            "first_due_at": now,
            "due_at": now,
            "tries": 0,
            "claimed_by": "",
            "lease_until": None,
            "last_error": "",
        }


def _visits(connection: Connection, site: Site, now: datetime) -> list[list[int]]:
    """Return the next visit of everybody who left a mail address: one appointment, or two in a row."""
    same = sa.and_(PERSON.c.site_id == APPOINTMENT.c.site_id, PERSON.c.appointment_id == APPOINTMENT.c.id)
    query = (
        sa.select(APPOINTMENT.c.id, APPOINTMENT.c.follows, PERSON.c.contact_hash)
        .select_from(APPOINTMENT.join(PERSON, same))
        .where(
            APPOINTMENT.c.site_id == site.id,
            APPOINTMENT.c.state == AppointmentState.BOOKED,
            APPOINTMENT.c.starts_at > now,
            PERSON.c.email != "",
        )
        .order_by(APPOINTMENT.c.starts_at, APPOINTMENT.c.id)
    )
    found: dict[str, list[int]] = {}
    for id_, follows, contact in connection.execute(query):
        visit = found.setdefault(contact, [id_])
        if follows == visit[0]:
            visit.append(id_)
    return list(found.values())
