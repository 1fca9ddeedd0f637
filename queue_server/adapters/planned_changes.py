"""Changes of a set-up that begin on a later day: kept, withdrawn, put off, done when the day comes.

What lives here: the rows of `planned_change`. What must not: what a change does to a set-up
(`domain.planned`), and when somebody looks whether a day has come (`web.planning`).
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import audit
from queue_server.adapters.changing_town import (
    Plan,
    TownUnfit,
    change_town,
    new_mistakes,
    read_town,
    refuse_mistakes,
)
from queue_server.adapters.tables.setting_up import PLANNED
from queue_server.adapters.town.plain import plain_change, read_change
from queue_server.adapters.town.store import load_towns, lock_settings, raise_version
from queue_server.adapters.town_bookings import LostBooking, lost_bookings
from queue_server.domain import setup_words
from queue_server.domain.administration import THE_SERVER_ITSELF
from queue_server.domain.business_day import begins_at
from queue_server.domain.errors import NotFound
from queue_server.domain.planned import Course, Planned, course, site_of, with_changes
from queue_server.domain.town import Town
from queue_server.domain.town_diff import Change, diff

_WAITING: Final = PLANNED.c.applied_at.is_(None) & PLANNED.c.withdrawn_at.is_(None)


# -- what is planned -----------------------------------------------------------------------------------


def load_courses(connection: Connection) -> dict[str, Course]:
    """Return for each organisation how its set-up goes on."""
    waiting = _waiting(connection)
    return {id_: course(town, waiting.get(id_, ()), _fits) for id_, town in load_towns(connection).items()}


def _waiting(connection: Connection) -> dict[str, list[Planned]]:
    waiting: dict[str, list[Planned]] = {}
    for organisation_id, one in _rows(connection, _WAITING):
        waiting.setdefault(organisation_id, []).append(one)
    return waiting


def planned_of(connection: Connection, organisation_id: str) -> list[Planned]:
    """Return what is planned in a town and has not begun, the next first."""
    found = [one for _, one in _rows(connection, _WAITING & (PLANNED.c.organisation_id == organisation_id))]
    return sorted(found, key=lambda one: (one.starts, one.made_at, one.id))


def course_of(connection: Connection, organisation_id: str) -> Course:
    """Return how a town's set-up goes on. Raises NotFound."""
    return course(read_town(connection, organisation_id), planned_of(connection, organisation_id), _fits)


def _fits(before: Town, after: Town) -> bool:
    return not new_mistakes(before, after)


def _rows(connection: Connection, wanted: Any) -> Iterable[tuple[str, Planned]]:
    for row in connection.execute(sa.select(PLANNED).where(wanted)).mappings():
        changes = tuple(map(read_change, row["changes"]))
        in_use = next(
            (str(one["what"]) for one in row["left"] or () if "kind" not in one and "what" in one), ""
        )
        yield (
            row["organisation_id"],
            Planned(row["id"], row["starts"], row["made_at"], changes, row["made_by"], in_use),
        )


# -- planning ------------------------------------------------------------------------------------------


def plan_change(
    connection: Connection, organisation_id: str, plan: Plan, starts: date, actor: str, now: datetime
) -> Planned | None:
    """Keep what `plan` makes of the set-up of the day `starts`, to begin then; None when it changes nothing.

    Checked against the set-up of that day, and what is planned for later days must still fit behind it.
    Raises NotFound, TownUnfit.
    """
    lock_settings(connection)
    before = course_of(connection, organisation_id)
    changes = _changes(before, plan, starts)
    if not changes:
        return None
    town, others = before.stages[0].town, planned_of(connection, organisation_id)
    made = Planned(secrets.token_hex(8), starts, now, tuple(changes), actor)
    _refuse_past(town, made, now)
    _refuse_in_the_way(before, course(town, [*others, made], _fits))
    connection.execute(
        sa.insert(PLANNED).values(
            id=made.id,
            organisation_id=organisation_id,
            starts=starts,
            changes=[plain_change(one) for one in changes],
            made_at=now,
            made_by=actor,
        )
    )
    raise_version(connection)
    return made


def would_lose_from(
    connection: Connection, organisation_id: str, plan: Plan, starts: date, now: datetime
) -> list[LostBooking]:
    """Return the appointments from `starts` on that `plan` would leave in the air, beginning then."""
    before = course_of(connection, organisation_id)
    changes = tuple(_changes(before, plan, starts))
    made = Planned("", starts, now, changes)
    after = course(before.stages[0].town, [*planned_of(connection, organisation_id), made], _fits)
    later = {one.begins_on for one in after.stages if one.begins_on is not None and one.begins_on > starts}
    edges = [starts, *sorted(later), date.max]
    return [
        lost
        for first, until in pairwise(edges)
        for lost in lost_bookings(
            connection, before.on(first), after.on(first), now, first=first, before=until
        )
    ]


def withdraw(connection: Connection, organisation_id: str, id_: str, now: datetime) -> Planned:
    """Give up what was planned; what is planned behind it must still fit. Raises NotFound, TownUnfit."""
    lock_settings(connection)
    town, others, gone = _apart(connection, organisation_id, id_)
    _refuse_in_the_way(course(town, [*others, gone], _fits), course(town, others, _fits))
    connection.execute(sa.update(PLANNED).where(PLANNED.c.id == id_).values(withdrawn_at=now))
    raise_version(connection)
    return gone


def put_off(connection: Connection, organisation_id: str, id_: str, starts: date, now: datetime) -> Planned:
    """Let what was planned begin on another day, where it must fit as well. Raises NotFound, TownUnfit."""
    lock_settings(connection)
    town, others, old = _apart(connection, organisation_id, id_)
    moved = replace(old, starts=starts)
    _refuse_past(town, moved, now)
    after = course(town, [*others, moved], _fits)
    if moved in after.unfit:
        raise TownUnfit(planned=starts.isoformat())
    _refuse_in_the_way(course(town, [*others, old], _fits), after)
    connection.execute(sa.update(PLANNED).where(PLANNED.c.id == id_).values(starts=starts, left=None))
    raise_version(connection)
    return moved


def _changes(before: Course, plan: Plan, starts: date) -> list[Change]:
    base = before.on(starts)
    after = plan(base)
    refuse_mistakes(base, after)
    zones = {site.id: site.time_zone for site in base.sites}
    if any(site.time_zone != zones.get(site.id, site.time_zone) for site in after.sites):
        raise TownUnfit(problem="time_zone_planned")  # until which moment would the old days last?
    return diff(base, after, exact=True)


def _apart(connection: Connection, organisation_id: str, id_: str) -> tuple[Town, list[Planned], Planned]:
    found = planned_of(connection, organisation_id)
    meant = next((one for one in found if one.id == id_), None)
    if meant is None:
        raise NotFound(what="planned_change")
    return read_town(connection, organisation_id), [one for one in found if one is not meant], meant


def _refuse_past(town: Town, one: Planned, now: datetime) -> None:
    if one.starts <= now.astimezone(_zone(town, one)).date():
        raise TownUnfit(problem="starts_not_later")


def _refuse_in_the_way(before: Course, after: Course) -> None:
    """Refuse what would leave something that is planned without its ground."""
    known = {one.id for one in before.unfit}
    broken = next((one for one in after.unfit if one.id not in known), None)
    if broken is not None:
        raise TownUnfit(planned=broken.starts.isoformat())


def _zone(town: Town, one: Planned) -> ZoneInfo:
    """Return by whose clock the day of a change begins: its site's, else that of the town's first."""
    site_id = site_of(one.changes)
    site = next((site for site in town.sites if site.id == site_id), town.sites[0])
    return ZoneInfo(site.time_zone)


# -- its day has come ----------------------------------------------------------------------------------


def due_moments(connection: Connection) -> list[datetime]:
    """Return when what is planned and fits begins, the next first; past ones are still to be done.

    They hold as long as the version of the settings does: it is raised when a change is planned, withdrawn
    or put off, and with every change of a site, so of its time zone, too.
    """
    waiting = _waiting(connection)
    towns = load_towns(connection) if waiting else {}
    return sorted(
        moment for id_, plans in waiting.items() if id_ in towns for moment in _moments(towns[id_], plans)
    )


def _moments(town: Town, plans: Sequence[Planned]) -> Iterable[datetime]:
    unfit = {one.id for one in course(town, plans, _fits).unfit}
    return (begins_at(one.starts, _zone(town, one)) for one in plans if one.id not in unfit)


def apply_due(connection: Connection, now: datetime) -> list[Planned]:
    """Do what is planned for the days that have come, by the road of every change; return what was done.

    Each as a whole or not at all; what could not be done is noted with why, and waits. Under the lock of the
    settings, so that of several servers one does it, and once.
    """
    lock_settings(connection)
    done = []
    for organisation_id, one in sorted(
        _due(connection, now), key=lambda due: (due[1].starts, due[1].made_at)
    ):
        why = _apply(connection, organisation_id, one, now)
        if why:
            connection.execute(sa.update(PLANNED).where(PLANNED.c.id == one.id).values(left=why))
        else:
            connection.execute(sa.update(PLANNED).where(PLANNED.c.id == one.id).values(applied_at=now))
            done.append(one)
    return done


def _due(connection: Connection, now: datetime) -> list[tuple[str, Planned]]:
    # No clock on earth is further ahead than fourteen hours.
    found = list(_rows(connection, _WAITING & (PLANNED.c.starts <= (now + timedelta(hours=14)).date())))
    towns = load_towns(connection) if found else {}
    return [
        (organisation_id, one)
        for organisation_id, one in sorted(found, key=lambda due: (due[1].starts, due[1].made_at))
        if organisation_id in towns
        and one.starts <= now.astimezone(_zone(towns[organisation_id], one)).date()
    ]


def _apply(
    connection: Connection, organisation_id: str, one: Planned, now: datetime
) -> Sequence[Mapping[str, Any]]:
    """Do it; return what is in the way, empty when it is done."""
    town = read_town(connection, organisation_id)
    after = with_changes(town, one.changes)
    if after is None:
        return [plain_change(change) for change in one.changes]
    wanted = after
    try:
        change_town(connection, organisation_id, lambda _: wanted, now)
    except TownUnfit as unfit:
        return [{name: str(value) for name, value in unfit.params.items()}]
    for change in one.changes:
        _note(connection, town, after, change, now)
    return []


def _note(connection: Connection, before: Town, after: Town, change: Change, now: datetime) -> None:
    server = THE_SERVER_ITSELF
    old, new = setup_words.sides(change)
    audit.note(
        connection,
        organisation_id=before.id,
        site_id=setup_words.site_of(change, before, after),
        at=now,
        actor=server.actor,
        role=server.role,
        via=server.via,
        act=setup_words.ACTS[change.kind],
        kind=change.what,
        ref=change.id,
        before=old,
        after=new,
    )
