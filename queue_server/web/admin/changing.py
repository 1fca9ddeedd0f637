"""The one road of a change: plan, problems at their fields, what would break, kept with its line in the log.

What lives here: from a plan to an outcome that a page shows, and keeping it. What must not: forms, and any
one kind of things. A change that begins later and one that is taken back go the same road.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_time
from sqlalchemy.engine import Connection

from queue_server.domain.access import Act, Kind, Thing, may
from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.setup_words import ACTS, sides, site_of
from queue_server.domain.town import Town, in_language
from queue_server.domain.town_diff import Change, diff
from queue_server.domain.town_edit import IN_SITE, IN_TOWN, find, put, remove, reorder, things
from queue_server.domain.town_problem import Problem
from queue_server.services.locales import locale_of, short_day
from queue_server.web.admin.frame import town_of
from queue_server.web.noting import note
from queue_server.web.pages import PageCall

Plan: TypeAlias = Callable[[Town], Town]
Also: TypeAlias = Callable[[Connection, datetime], None]
_STAMP = "%Y%m%dT%H%M%S%f"


class SettingsMoved(Refusal):
    """Somebody else has changed the same thing since the form was opened."""

    code = "settings_moved"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan would do: the town after it, what differs, new mistakes, appointments in the air."""

    before: Town
    after: Town
    changes: Sequence[Change]
    problems: Sequence[Problem]
    lost: Sequence[Any]


def editing(what: str, id_: str, parts: Sequence[tuple[Mapping[str, Any], str]]) -> Plan:
    """Return the plan that sets fields of a thing, part by part, each with the mark of what was shown.

    A part that is sent as it was shown leaves alone what holds now: two people may work on two parts. One
    that was typed into is set only while it still is as it was shown.
    """

    def plan(town: Town) -> Town:
        thing = find(town, what, id_)
        if thing is None:
            raise NotFound(what=what)
        new: dict[str, Any] = {}
        for values, seen in parts:
            if seen and seen == mark(values):
                continue
            if seen and seen != mark({name: getattr(thing, name) for name in values}):
                raise SettingsMoved
            new |= values
        return put(town, what, replace(thing, **new))

    return plan


def adding(what: str, thing: Any, site_id: str) -> Plan:
    """Return the plan that adds a thing; once, however often it is sent."""

    def plan(town: Town) -> Town:
        if find(town, what, thing.id) is not None:
            raise SettingsMoved
        return put(town, what, thing, site_id)

    return plan


def removing(what: str, id_: str) -> Plan:
    """Return the plan that takes a thing out; a service is taken out of its clerks' skills, too."""
    return lambda town: remove(_unlearned(town, what, id_), what, id_) if find(town, what, id_) else town


def _unlearned(town: Town, what: str, id_: str) -> Town:
    if what != "service":
        return town
    clerks = [replace(one, service_ids=tuple(i for i in one.service_ids if i != id_)) for one in town.clerks]
    return replace(town, clerks=tuple(clerks))


def moving(what: str, id_: str, site_id: str, steps: int) -> Plan:
    """Return the plan that moves a thing by so many places among its kind, in its site where it has one."""

    def plan(town: Town) -> Any:
        ids = [one.id for one in things(town, what, site_id)]
        if id_ not in ids:
            raise NotFound(what=what)
        at = ids.index(id_)
        ids.insert(min(max(at + steps, 0), len(ids) - 1), ids.pop(at))
        ordered = reorder(things(town, what, site_id), ids)
        holder: Any = town if what in IN_TOWN else find(town, "site", site_id)
        moved = replace(holder, **{{**IN_TOWN, **IN_SITE}[what]: ordered})
        return moved if what in IN_TOWN else put(town, "site", moved)

    return plan


def mark(values: Mapping[str, Any]) -> str:
    """Return a short mark of these values; a form carries that of what it showed."""
    held = repr([(name, _unordered(values[name])) for name in sorted(values)])
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def _unordered(value: Any) -> Any:
    """Return a value with its texts in one order: a form has them in the order of the languages."""
    if isinstance(value, Mapping):
        return sorted((key, _unordered(one)) for key, one in value.items())
    if isinstance(value, tuple):
        return [_unordered(one) for one in value]
    if is_dataclass(value):
        return [_unordered(getattr(value, one.name)) for one in fields(value)]
    return value


async def foresee(call: PageCall, plan: Plan) -> Outcome:
    """Return what a plan would do now. Changes nothing. Raises NotFound, SettingsMoved."""
    house, before = call.house, town_of(call)
    after = plan(before)
    known = house.settlement.problems(before)
    problems = [one for one in house.settlement.problems(after) if one not in known]
    lost: Sequence[Any] = ()
    if not problems and after != before:
        lost = await house.read(lambda c: house.settlement.would_lose(c, before.id, plan, house.clock()))
    return Outcome(before, after, diff(before, after), problems, lost)


async def keep(call: PageCall, plan: Plan, also: Also | None = None) -> datetime | None:
    """Do a plan and write down who did it; return when, None when it changed nothing.

    `also` is done in the same transaction, before it. Raises what `Settlement.change_town` and the plan
    raise.
    """
    house = call.house

    def work(conn: Connection) -> datetime | None:
        now = house.clock()
        if also is not None:
            also(conn, now)
        before, after = keep_in(call, conn, plan, now)
        return None if before == after else now

    at = await house.write(work)
    if at is not None or also is not None:
        await house.renew_settings()
    return at


def keep_in(call: PageCall, conn: Connection, plan: Plan, now: datetime) -> tuple[Town, Town]:
    """Do a plan in a transaction that does more; return the town before and after. The caller renews."""
    house = call.house
    before, after = house.settlement.change_town(conn, call.actor.organisation_id, plan, now)
    for change in diff(before, after):
        old, new = sides(change)
        place = site_of(change, before, after)
        note(
            house,
            conn,
            call.actor,
            ACTS[change.kind],
            change.what,
            change.id,
            site_id=place,
            before=old,
            after=new,
        )
    return before, after


def stamp(at: datetime | None) -> str:
    """Return the moment of a change as addresses hold it; empty for none."""
    return at.strftime(_STAMP) if at is not None else ""


def moment_of(text: str) -> datetime | None:
    """Return the moment that `stamp` wrote, None for anything else."""
    try:
        return datetime.strptime(f"{text}+0000", f"{_STAMP}%z")
    except ValueError:
        return None


def lost_words(call: PageCall, one: Any) -> dict[str, str]:
    """Tell when an appointment is, and lead to it who works at its desk; whose it is stands there alone."""
    site = call.house.site(one.site_id)
    local, locale = one.starts_at.astimezone(ZoneInfo(site.time_zone)), locale_of(call.language)
    day = short_day(local.date(), call.language)
    desk = Thing(Kind.SITE, call.actor.organisation_id, site.id, site.id)
    is_theirs = may(call.actor, Act.SEE_APPOINTMENTS, desk)
    return {
        "at": f"{day}, {format_time(local, 'short', locale=locale)}",
        "site": in_language(site.name, call.language),
        "path": f"/desk/{site.id}/appointments/{one.reference}" if is_theirs else "",
    }
