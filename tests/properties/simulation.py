"""A day in the hall by a seeded dice: who arrives when, who is called when, and who overtook whom."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from queue_server.domain.order import (
    Due,
    after_return,
    appointment_due,
    order_key,
    walk_in_due,
    with_priority,
)
from queue_server.domain.ticket import Ticket
from queue_server.domain.waiting_line import WaitingLine
from tests.domain.builders import CAR, CARD, PASS, a_ticket, at

CONCERNS = ((5, 0.45), (10, 0.25), (15, 0.2), (30, 0.1))


@dataclass(frozen=True)
class Town:
    """What kind of day it is; all rates are for the whole hall."""

    counters: int = 4
    load: float = 0.95
    hours: int = 8
    booked: float = 0.5
    grace_min: int = 15
    patience_factor: float = 3
    priority: float = 0.0
    missed: float = 0.0
    """Share of the called who do not come, and return after ten minutes."""
    concerns: tuple[tuple[str, ...], ...] = ((PASS,),)


@dataclass
class Overtaken:
    """`by` was called while `ticket` waited that had arrived before, and was due at `due_at` then."""

    ticket: Ticket
    due_at: datetime
    by: Ticket


@dataclass
class Outcome:
    called: list[tuple[Ticket, datetime]] = field(default_factory=list)
    overtaken: list[Overtaken] = field(default_factory=list)
    waiting: list[Ticket] = field(default_factory=list)


def arrivals(town: Town, rng: random.Random) -> list[Ticket]:
    """Return the tickets of a day, in order of arrival."""
    minutes, weights = [m for m, _ in CONCERNS], [w for _, w in CONCERNS]
    mean = sum(m * w for m, w in CONCERNS)
    tickets: list[Ticket] = []
    now = 0.0
    while now < town.hours * 60:
        now += rng.expovariate(town.counters * town.load / mean)
        arrived = at("08:00") + timedelta(minutes=now)
        expected = rng.choices(minutes, weights)[0]
        appointed = None
        if rng.random() < town.booked:
            appointed = arrived - timedelta(minutes=rng.triangular(-30, 40, -10))
            due = appointment_due(appointed, arrived, timedelta(minutes=town.grace_min))
        else:
            due = walk_in_due(arrived, expected, town.patience_factor)
        if rng.random() < town.priority:
            due = with_priority(due, arrived)
        tickets.append(
            _ticket(len(tickets) + 1, rng.choice(town.concerns), arrived, expected, due, appointed)
        )
    return tickets


def _ticket(
    ticket_id: int,
    services: tuple[str, ...],
    arrived: datetime,
    expected: int,
    due: Due,
    appointed: datetime | None,
) -> Ticket:
    ticket = a_ticket(ticket_id, services=services, expected_min=expected)
    ticket.arrived_at, ticket.due_at, ticket.due_reason = arrived, due.at, due.reason
    ticket.adjustment, ticket.appointed_at = due.adjustment, appointed
    return ticket


def live_through(town: Town, seed: int, skills: tuple[frozenset[str], ...] | None = None) -> Outcome:
    """Let the day happen at `town.counters` counters, all with the same skills unless `skills` tells them."""
    rng = random.Random(seed)
    all_skills = skills or (frozenset({PASS, CARD, CAR}),) * town.counters
    line, outcome = WaitingLine(), Outcome()
    begins: list[tuple[datetime, int, Ticket]] = [(t.arrived_at, t.id, t) for t in arrivals(town, rng)]
    free_at: list[tuple[datetime, int]] = [(at("08:00"), n) for n in range(len(all_skills))]
    idle: set[int] = set()
    while begins or free_at:
        if free_at and (not begins or free_at[0][0] <= begins[0][0]):
            now, counter = heappop(free_at)
            idle.add(counter)
        else:
            now, _, ticket = heappop(begins)
            line.add(ticket)
        for counter in sorted(idle):
            can = all_skills[counter]
            called = line.next_for(lambda lane, can=can: lane.services <= can, now)  # type: ignore[misc]
            if called is None:
                continue
            idle.discard(counter)
            line.discard(called.id)
            _note(outcome, line, called, now, can)
            if rng.random() < town.missed:
                called.due_at = after_return(called.due_at, now + timedelta(minutes=10))
                heappush(begins, (now + timedelta(minutes=10), called.id, called))
            heappush(free_at, (now + timedelta(minutes=rng.expovariate(1 / called.expected_min)), counter))
    outcome.waiting = list(line.in_order(at("23:59")))
    return outcome


def _note(outcome: Outcome, line: WaitingLine, called: Ticket, now: datetime, can: frozenset[str]) -> None:
    outcome.called.append((called, now))
    for ticket in line.in_order(now, lambda lane: lane.services <= can):
        assert order_key(called, now) < order_key(ticket, now)
        if ticket.arrived_at < called.arrived_at:
            outcome.overtaken.append(Overtaken(ticket, ticket.due_at, called))
