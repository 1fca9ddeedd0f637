"""A day to come: counters from the rosters, demand from what was measured or from a number of visitors.

What must not live here: reading logs and books; they are handed in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Final

from queue_server.domain.availability import closed_days, open_starts, work_of
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.local_days import span_of
from queue_server.domain.simulation.demand import Booked, Demand, Rate
from queue_server.domain.simulation.plan import Concern, DayPlan, Desk, Shift
from queue_server.domain.slots import Bits, Span, starts_in, time_of
from queue_server.domain.town import Channel, Site, Town, services_at, skills_of

_QUARTER_MIN: Final = 15
"""Doors open at half past: by whole hours half of the first visitors would come before."""


def desks_on(town: Town, site: Site, on: date, zone: tzinfo) -> tuple[Desk, ...]:
    """Return a counter for each clerk who works that day by the roster; nobody is named."""
    span, closed = span_of(on, on, zone), closed_days(site)
    desks: list[Desk] = []
    for clerk in town.clerks:
        if site.id in clerk.site_ids and (work := work_of(clerk, site, span, zone, closed)):
            skills = skills_of(town, clerk)
            shifts = tuple(Shift(begins, ends, skills) for begins, ends in _stretches(work, span))
            desks.append(Desk(f"counter-{len(desks) + 1}", shifts))
    return tuple(desks)


def doing_all(town: Town, site: Site, on: date, zone: tzinfo) -> tuple[Desk, ...]:
    """Return one counter for all services, open whenever the site is: where no roster says more."""
    skills = frozenset(one.id for one in services_at(town, site.id))
    shifts = tuple(Shift(begins, ends, skills) for begins, ends in open_on(site, on, zone))
    return (Desk("counter-1", shifts),) if shifts else ()


def open_on(site: Site, on: date, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Return when the site is open that day."""
    span = span_of(on, on, zone)
    return list(_stretches(open_starts(site, span, zone), span))


def _stretches(bits: Bits, span: Span) -> Iterator[tuple[datetime, datetime]]:
    begins = last = None
    for cell in starts_in(bits, span):
        if last is not None and cell != last + 1 and begins is not None:
            yield time_of(begins), time_of(last + 1)
            begins = None
        begins, last = cell if begins is None else begins, cell
    if begins is not None and last is not None:
        yield time_of(begins), time_of(last + 1)


def measured(days: Sequence[DayPlan], on: date, zone: tzinfo) -> Demand:
    """Return the demand of past days, on average, by quarter of an hour and concern, for another day."""
    counts: Counter[tuple[bool, time, Concern]] = Counter()
    minutes: defaultdict[Concern, list[int]] = defaultdict(list)
    for day in days:
        for visitor in day.visitors:
            booked = visitor.appointed_at is not None
            at = (visitor.appointed_at or visitor.arrives_at).astimezone(zone)
            quarter = time(at.hour, at.minute // _QUARTER_MIN * _QUARTER_MIN)
            counts[booked, quarter, visitor.concern] += 1
            minutes[visitor.concern].append(visitor.expected_min)
    rates: dict[bool, list[Rate]] = {True: [], False: []}
    for (booked, quarter, concern), count in counts.items():
        begins = datetime.combine(on, quarter, zone).astimezone(UTC)
        ends = begins + timedelta(minutes=_QUARTER_MIN)
        expected = round(median(minutes[concern]))
        rates[booked].append(Rate(begins, ends, concern, expected, count / len(days)))
    return Demand(on, tuple(rates[False]), tuple(rates[True]))


def with_book(demand: Demand, book: Sequence[Booked], no_show: float) -> Demand:
    """Return the demand with what the book holds by now, and of the usual bookings those still to be made.

    Measured bookings are people who came; booked were more of them, by the share who stay away.
    """
    held = Counter(
        (rate.begins_at, rate.ends_at)
        for one in book
        if (rate := next((r for r in demand.bookings if r.begins_at <= one.starts_at < r.ends_at), None))
    )
    usual: defaultdict[tuple[datetime, datetime], float] = defaultdict(float)
    for rate in demand.bookings:
        usual[rate.begins_at, rate.ends_at] += rate.count / (1 - no_show)
    rates = []
    for rate in demand.bookings:
        span = rate.begins_at, rate.ends_at
        left = max(0.0, 1 - held[span] / usual[span])
        rates.append(replace(rate, count=rate.count / (1 - no_show) * left))
    return replace(demand, bookings=tuple(rates), booked=tuple(book))


def scaled(demand: Demand, *, visitors: float, booked: float) -> Demand:
    """Return a measured demand as one of so many visitors, a share of them booked.

    Each kind keeps its own hours and concerns; a kind of which nobody came has those of the other.
    """
    of_walk_ins, of_booked = demand.walk_ins or demand.bookings, demand.bookings or demand.walk_ins
    return replace(
        demand,
        walk_ins=_scaled(of_walk_ins, visitors * (1 - booked)),
        bookings=_scaled(of_booked, visitors * booked),
    )


def _scaled(rates: Sequence[Rate], count: float) -> tuple[Rate, ...]:
    whole = sum(rate.count for rate in rates)
    return tuple(replace(rate, count=rate.count * count / whole) for rate in rates) if whole else ()


def supposed(town: Town, site: Site, on: date, zone: tzinfo, *, visitors: float, booked: float) -> Demand:
    """Return a demand of so many visitors, a share of them booked, evenly over the hours and the services."""
    hours = open_on(site, on, zone)
    whole = sum((ends - begins for begins, ends in hours), timedelta(0))
    services = [
        one for one in services_at(town, site.id) if one.channel is Channel.HERE and not one.named_clerk
    ]
    rates: dict[bool, list[Rate]] = {True: [], False: []}
    for begins, ends in hours:
        for service in services:
            expected = -(-service.minutes // CELL_MIN) * CELL_MIN
            count = visitors * ((ends - begins) / whole) / len(services)
            for is_booked, share in ((True, booked), (False, 1 - booked)):
                rate = Rate(begins, ends, ((service.id, 1),), expected, count * share)
                rates[is_booked].append(rate)
    return Demand(on, tuple(rates[False]), tuple(rates[True]))
