"""How long one waits, as it is told: from the forecast, and where there is none yet, from the plain estimate.

The forecast is made beside the road (`live.forecasts`) and lies with the site's memory; here it is only
read, so that no press and no picture waits for it. What must not live here: deciding who is next. No wait
that was told is an input to the order.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.estimate import Estimate, estimate, estimate_all
from queue_server.domain.forecast.ranges import Forecast, Outlook, told
from queue_server.domain.forecast.scene import Scene, Surroundings, take
from queue_server.domain.hall import CounterState
from queue_server.domain.order import LATE_WAIT, walk_in_due, with_priority
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Channel, services_at
from queue_server.services.closing_time import minutes_until_closing
from queue_server.services.planned_hours import planned
from queue_server.services.ports import PublicUnit

FRESH: Final = timedelta(minutes=2)
"""Older forecasts are not told any more: a plain estimate of now is better."""
PATIENCES_MOST: Final = 5
_MINUTE: Final = timedelta(minutes=1)


def skills(unit: PublicUnit) -> dict[str, frozenset[str]]:
    """Return counter id → services, of the counters that somebody holds and attends to.

    A counter that nobody has attended to for long serves nobody: counting it makes the wait look short.
    """
    return {
        counter_id: binding.skills
        for counter_id, binding in unit.desk.items()
        if counter_id not in unit.unattended
    }


def quote(
    unit: PublicUnit, services: frozenset[str], due_at: datetime, counters: Collection[str] | None = None
) -> Estimate | None:
    """Return the wait of somebody who comes now and is due then; None without an open counter."""
    able = skills(unit)
    place = (due_at, unit.now, unit.hall.seq + 1)
    plain = estimate(unit.hall, services, place, able, unit.now, counters)
    known = _fresh(unit, able)
    if plain is None or known is None:
        return plain
    return _better(plain, known.of_newcomer(services, due_at, counters), known, unit.now)


def of_walk_in(
    unit: PublicUnit,
    services: Collection[str],
    expected_min: int,
    counters: Collection[str] | None = None,
    *,
    priority: bool = False,
) -> Estimate | None:
    """Return the wait of who takes a number now for what takes so long; None without an open counter."""
    due = walk_in_due(unit.now, expected_min, unit.site.patience_factor)
    if priority:
        due = with_priority(due, unit.now)
    return quote(unit, frozenset(services), due.at, counters)


def forecast_now(unit: PublicUnit) -> Forecast | None:
    """Return the forecast while it holds."""
    return _fresh(unit, skills(unit))


def of_all(unit: PublicUnit) -> list[tuple[Ticket, Estimate | None]]:
    """Return all who wait in order of calling, each with the wait; once for all who look."""
    able = skills(unit)
    plain = estimate_all(unit.hall, able, unit.now)
    known = _fresh(unit, able)
    if known is None:
        return plain
    return [(ticket, _of_one(ticket, guess, known, unit.now)) for ticket, guess in plain]


def look(unit: PublicUnit) -> Scene:
    """Return what a forecast begins with."""
    site = unit.site
    left = minutes_until_closing(site, unit.now)
    around = Surroundings(
        skills(unit),
        [frozenset({one.id}) for one in services_at(unit.town, site.id) if one.channel is Channel.HERE],
        _patiences(unit),
        list(unit.book.expected_on(unit.hall.business_day)),
        None if site.always_open else float(left or 0),
        # Not whether it gives them at this moment: that depends on what is foretold, and would sway with it.
        giving=unit.hall.day.issuing and left is not None,
        planned=planned(unit),
    )
    return take(unit.hall, around, unit.now)


def _patiences(unit: PublicUnit) -> list[float]:
    """Return after how many minutes walk-ins are due here, and late holders: some of them, ends included."""
    here, factor = services_at(unit.town, unit.site.id), unit.site.patience_factor
    found = sorted({(walk_in_due(unit.now, one.minutes, factor).at - unit.now) / _MINUTE for one in here})
    last = len(found) - 1
    some = {found[n * last // (PATIENCES_MOST - 1)] for n in range(PATIENCES_MOST)} if found else set()
    return sorted(some | {LATE_WAIT / _MINUTE})


def _fresh(unit: PublicUnit, able: dict[str, frozenset[str]]) -> Forecast | None:
    """Return the forecast while it holds: soon after it was made, and over the counters that are open."""
    known = unit.forecast
    if known is None or unit.now - known.at > FRESH:
        return None
    hall = unit.hall
    now_open = {id_: can for id_, can in able.items() if hall.counter(id_).state is CounterState.OPEN}
    return known if now_open == known.skills else None


def _of_one(ticket: Ticket, plain: Estimate | None, known: Forecast, now: datetime) -> Estimate | None:
    if plain is None:
        return None
    found = known.tickets.get(ticket.id)
    if found is None and ticket.bound_counter_id is None:
        found = known.of_newcomer(ticket.services, ticket.due_at, ticket.counters)
    return _better(plain, found, known, now)


def _better(plain: Estimate, found: Outlook | None, known: Forecast, now: datetime) -> Estimate:
    if found is None:
        return plain
    gone_min = max(timedelta(0), now - known.at) / _MINUTE
    return Estimate(plain.ahead, *told(found, gone_min, known.widened), known.widened, found.before_closing)
