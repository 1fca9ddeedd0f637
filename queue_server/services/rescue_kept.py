"""What is kept of a day rescue: its cause, what it wrote into the set-up, what became of each appointment.

What lives here: the shape of `Rescued.body`, from the press on. What must not: doing any of it. A body grows
with each step, and each step is done once: `begun` (the set-up says it), then `items` (everybody is moved),
then `back` (everybody is back), then `undone_at` (the set-up is as it was). A press that is sent again goes
on from where it stopped.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any, Final

from queue_server.domain.appointment import Appointment
from queue_server.domain.rescue_cause import Cause
from queue_server.services.ports import Answer, Rescued, Unit

CLIENT: Final = "rescue"
"""Whose holds a day rescue makes: they last no longer than its transaction."""


def item_of(site_id: str, one: Appointment, how: str) -> Answer:
    """Return what is kept of one appointment, from where it is now."""
    return {
        "ref": one.reference,
        "how": how,
        "from": [site_id, one.clerk_id, one.first_cell, one.number, one.area_id],
        "to": None,
        "told": [],
        "waited": [],
    }


def begun(
    id_: str,
    cause: Cause,
    entered: Collection[date],
    *,
    by: str,
    at: datetime,
    department_id: str | None = None,
    site_id: str | None = None,
    at_sites: Collection[str] = (),
) -> Rescued:
    """Return what is kept, in the same commit, when the cause enters the set-up: `entered` were missing.

    Only who may change all of `at_sites` takes it back: half a way back would leave the others behind.
    """
    body = {
        "cause": {
            "first": cause.first.isoformat(),
            "last": cause.last.isoformat(),
            "clerk": cause.clerk_id,
            "site": cause.site_id,
            "since": cause.since.isoformat("minutes") if cause.since else "",
        },
        "entered": [day.isoformat() for day in entered],
        "sites": list(at_sites),
    }
    return Rescued(id_, department_id, site_id, at, by, body)


def cause_of(body: Answer) -> tuple[Cause, tuple[date, ...]]:
    """Return what a rescue began with, and the days that it wrote into the set-up."""
    kept: dict[str, Any] = body["cause"]
    first, last = (date.fromisoformat(kept[name]) for name in ("first", "last"))
    entered = tuple(date.fromisoformat(day) for day in body["entered"])
    since = time.fromisoformat(kept["since"]) if kept["since"] else None
    return Cause(first, last, kept["clerk"], kept["site"], since), entered


def next_press(unit: Unit, *about: object) -> str:
    """Return the id of the next rescue `about` the same: the same one until it is over.

    So a page that is fetched anew after a lost connection carries the press that was lost, and of two leads
    who look at the same time one does it, and the other one is shown what was done.
    """
    id_ = _hashed(repr((unit.organisation_id, *about)))
    while (known := unit.rescue(id_)) is not None and is_over(known):
        id_ = _hashed(id_)
    return id_


def _hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def is_over(rescued: Rescued) -> bool:
    """Say whether it has moved everybody, or was taken back: the same press moves nobody any more."""
    return "items" in rescued.body or is_back(rescued)


def is_back(rescued: Rescued) -> bool:
    """Say whether everybody was brought back; the set-up may still say the cause."""
    return "back" in rescued.body or rescued.undone_at is not None


def counted(items: Sequence[Answer]) -> dict[str, int]:
    """Return how many went which way."""
    ways = [f"rescued_{item['how']}" for item in items]
    return {way: ways.count(way) for way in dict.fromkeys(ways)}


def thing_of(cause: Cause) -> tuple[str, str]:
    """Return what dropped out, as the audit log names it."""
    return ("site", cause.site_id) if cause.site_id else ("clerk", cause.clerk_id)
