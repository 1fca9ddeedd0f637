"""A change of a running town's set-up, on the same road that a town file takes.

What lives here: reading what holds, checking what is wanted, keeping it as new versions, in one transaction.
What must not: who may change what, and writing it into the audit log (the caller names who did it).
"""

import zoneinfo
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.engine import Connection

from queue_server.adapters.post.admission import post_admission
from queue_server.adapters.town.public_holidays import STATES
from queue_server.adapters.town.store import config_version, load_towns, lock_settings, save_town
from queue_server.adapters.town_bookings import LostBooking, lost_bookings
from queue_server.adapters.town_use import lock_sites, uses_lost
from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.town import Town
from queue_server.domain.town_check import check
from queue_server.domain.town_problem import Problem

Plan: TypeAlias = Callable[[Town], Town]


class TownUnfit(Refusal):
    """The set-up would have a mistake (`problem`), or take away what is in use (`what`)."""

    code = "town_unfit"


def change_town(connection: Connection, organisation_id: str, plan: Plan, now: datetime) -> tuple[Town, Town]:
    """Keep what `plan` makes of the set-up that holds now; return both. Raises NotFound, TownUnfit.

    Whatever changed since the question was asked is kept: `plan` is done to the newest version.
    """
    lock_settings(connection)
    before = read_town(connection, organisation_id)
    after = plan(before)
    if after == before:
        return before, after
    refuse_mistakes(before, after)
    lock_sites(connection, before)
    blocking = next((use for use in uses_lost(connection, before, after, now) if use.blocks), None)
    if blocking is not None:
        raise TownUnfit(what=blocking.id)
    save_town(connection, after, now)
    post_admission(connection, before, after, config_version(connection), now)
    return before, after


def would_lose(connection: Connection, organisation_id: str, plan: Plan, now: datetime) -> list[LostBooking]:
    """Return the appointments that `plan` would leave without their clerk, service, site or day."""
    before = read_town(connection, organisation_id)
    return lost_bookings(connection, before, plan(before), now)


def problems(town: Town) -> list[Problem]:
    """Return every mistake of a set-up."""
    return check(town, zoneinfo.available_timezones(), STATES)


def read_town(connection: Connection, organisation_id: str) -> Town:
    """Return the set-up that holds now. Raises NotFound."""
    found = load_towns(connection).get(organisation_id)
    if found is None:
        raise NotFound(what="town")
    return found


def refuse_mistakes(before: Town, after: Town) -> None:
    """Raise `TownUnfit` for a mistake that was not there before.

    One that a newer version knows is nobody's fault here.
    """
    found = new_mistakes(before, after)
    if found:
        raise TownUnfit(problem=found[0].code.value)


def new_mistakes(before: Town, after: Town) -> list[Problem]:
    """Return the mistakes of `after` that were not there `before`."""
    known = problems(before)
    return [one for one in problems(after) if one not in known]
