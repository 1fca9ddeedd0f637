"""Failure 24: figures equal the events. Held against a second, naive fold over the same log.

The naive one lets `domain.fold` make a hall of the log, looks at every ticket before and after each entry,
and counts what it sees; it shares nothing with `domain.figures` but the words.
"""

import json
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from queue_server.domain import events as e
from queue_server.domain import visiting
from queue_server.domain.business_day import ends_at
from queue_server.domain.entry import Entry
from queue_server.domain.events import Recorded
from queue_server.domain.figures.day import figures_of
from queue_server.domain.figures.tally import Key, Tally, from_json, quantile, to_json, total
from queue_server.domain.fold import apply
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.ticket import DueReason, Ticket, TicketState
from tests.domain.builders import DAY
from tests.properties.test_hall_machine import HallMachine, profile

S = TicketState
AT_ONCE = 5
Span = tuple[datetime, datetime]


def as_stored(log: Iterable[Recorded]) -> list[Entry]:
    return [Entry(r.seq, r.at, r.event.type, json.loads(json.dumps(e.payload_of(r.event)))) for r in log]


def with_estimates(log: Iterable[Recorded]) -> list[Recorded]:
    """Let everybody be told a range, as kiosks do: a short one, a long one, one of those called at once."""
    ranges = ((0, 4), (0, 9), (3, 20), (8, 30))
    return [
        replace(one, event=replace(one.event, from_min=ranges[one.seq % 4][0], to_min=ranges[one.seq % 4][1]))
        if isinstance(one.event, e.TicketTaken)
        else one
        for one in log
    ]


def minutes(span: timedelta) -> int:
    return max(0, int(span.total_seconds() / 60 + 0.5))


class Naive:
    """Counts by looking at all tickets after each entry."""

    def __init__(self, log: Sequence[Recorded], now: datetime) -> None:
        self.tally = Tally()
        self.hall = Hall("hall", DAY)
        self.service: dict[int, str] = {}
        self.stays: dict[int, list[tuple[datetime, datetime, bool, str]]] = {}
        self.opened: dict[str, list[Span]] = {}
        self.open_since: dict[str, datetime] = {}
        self.counter: dict[int, str] = {}
        self.begun: dict[int, datetime] = {}
        self.way: dict[int, timedelta | None] = {}
        self.unmeasured: set[int] = set()
        self.summoned: dict[int, datetime] = {}
        self.ended_as: dict[int, str] = {}
        self.told: dict[int, tuple[datetime, int, int]] = {}
        self.concern: dict[int, str] = {}
        for recorded in log:
            self.see_told(recorded)
            self.see(recorded)
        for ticket in self.hall.tickets.values():
            self.count(ticket)
        self.count_told()
        self.count_use(now)

    def see_told(self, recorded: Recorded) -> None:
        """Before it happens: who was not called yet and gives up late was told too little."""
        event = recorded.event
        if isinstance(event, e.TicketTaken):
            assert event.from_min is not None
            assert event.to_min is not None
            self.told[recorded.seq] = (recorded.at, event.from_min, event.to_min)
            self.concern[recorded.seq] = event.concern[0][0]
        elif isinstance(event, e.TicketJoined | e.TicketWentAway | e.TicketCancelled | e.TicketExpired):
            ticket = self.hall.tickets.get(event.ticket)
            if ticket is None or ticket.first_called_at is not None:
                return
            at, _, to_min = self.told.pop(event.ticket, (recorded.at, 0, 0))
            if (
                not isinstance(event, e.TicketJoined)
                and to_min > AT_ONCE
                and recorded.at - at > timedelta(minutes=to_min)
            ):
                self.tally.count("told", self.concern[event.ticket], at.hour)

    def count_told(self) -> None:
        for id_, (at, from_min, to_min) in self.told.items():
            ticket = self.hall.tickets[id_]
            if ticket.first_called_at is not None and to_min > AT_ONCE:
                waited = ticket.first_called_at - at
                held = timedelta(minutes=from_min) <= waited <= timedelta(minutes=to_min)
                self.tally.count("told", self.concern[id_], at.hour)
                self.tally.count("told_held", self.concern[id_], at.hour, by=held)

    def see(self, recorded: Recorded) -> None:
        before = {id_: copy(ticket) for id_, ticket in self.hall.tickets.items()}
        apply(self.hall, recorded)
        for counter_id, status in self.hall.counters.items():
            if status.state is CounterState.OPEN:
                self.open_since.setdefault(counter_id, recorded.at)
            elif counter_id in self.open_since:
                begins = self.open_since.pop(counter_id)
                self.opened.setdefault(counter_id, []).append((begins, recorded.at))
        for id_, now in self.hall.tickets.items():
            changed = isinstance(recorded.event, e.ConcernChanged) and recorded.event.ticket == id_
            if changed or id_ not in before:
                self.service[id_] = now.concern[0][0]
            if id_ in before:
                self.see_ticket(before[id_], now, recorded.event, recorded.at)

    def see_ticket(self, was: Ticket, now: Ticket, event: e.Event, at: datetime) -> None:
        id_, pair = was.id, (was.state, now.state)
        stays = self.stays.setdefault(id_, [])
        self.see_call(was, now, event, at)
        if was.state is S.SERVING and now.state is not S.SERVING:
            if isinstance(event, e.TicketPutBack):
                self.way[id_] = None
            elif now.state is S.EXPIRED:
                self.unmeasured.add(id_)
                self.ended_as[id_] = "served"
            else:
                stays.append((self.begun[id_], at, was.joined_to is None, self.counter[id_]))
        if pair == (S.FINISHED, S.SERVING):
            self.begun[id_] = stays.pop()[0]
            self.ended_as.pop(id_)
        elif now.state is S.SERVING and was.state is not S.SERVING:
            self.begun[id_] = at
        if now.state is S.SERVING and now.counter_id:
            self.counter[id_] = now.counter_id
        if now.state in (S.FINISHED, S.CANCELLED, S.EXPIRED) and was.state is not now.state:
            self.ended_as.setdefault(id_, self.ending(was, now))

    def see_call(self, was: Ticket, now: Ticket, event: e.Event, at: datetime) -> None:
        is_called = was.state is not now.state and now.state is S.CALLED
        if is_called or (isinstance(event, e.TicketJoined) and event.ticket == was.id):
            self.summoned[was.id] = at
        if (was.state, now.state) != (S.CALLED, S.SERVING) or not isinstance(event, e.ServiceStarted):
            return
        if event.by == "finish":
            self.unmeasured.add(was.id)
        elif event.by == "clerk" and self.way.get(was.id) is None:
            self.way[was.id] = at - self.summoned[was.id]

    def ending(self, was: Ticket, now: Ticket) -> str:
        if now.state is S.FINISHED or self.stays[now.id]:
            return "served"
        if now.state is S.CANCELLED:
            return "cancelled"
        return "not_there" if was.state is S.NO_SHOW else "left"

    def count(self, ticket: Ticket) -> None:
        service, hour, tally = self.service[ticket.id], ticket.arrived_at.hour, self.tally
        tally.count("visits", service, hour)
        tally.count(f"from_{ticket.origin.value}", service, hour)
        tally.count("late", service, hour, by=ticket.due_reason is DueReason.LATE)
        ending = self.ended_as.get(ticket.id) or ("not_there" if ticket.state is S.NO_SHOW else None)
        if ending:
            tally.count(ending, service, hour)
        called, appointed = ticket.first_called_at, ticket.appointed_at
        if called is not None:
            kind = "wait_walk_in" if appointed is None else "wait_booked"
            tally.time(kind, service, hour, minutes(called - ticket.arrived_at))
            if appointed is not None:
                tally.time("delay", service, hour, minutes(called - max(ticket.arrived_at, appointed)))
        way = self.way.get(ticket.id)
        if way is not None:
            tally.time("way", service, hour, minutes(way))
        stays = self.stays.get(ticket.id, [])
        if ending == "served" and ticket.id not in self.unmeasured and stays and all(s[2] for s in stays):
            tally.time("service", service, hour, minutes(sum((s[1] - s[0] for s in stays), timedelta())))

    def count_use(self, now: datetime) -> None:
        """Count who leads at a counter, and when it was open or had somebody."""
        serving: dict[str, list[Span]] = {}
        for id_, ticket in self.hall.tickets.items():
            spans = [(a, b, where) for a, b, leads, where in self.stays.get(id_, ()) if leads and a < b]
            if ticket.state is S.SERVING and ticket.joined_to is None and self.begun[id_] < now:
                spans.append((self.begun[id_], now, self.counter[id_]))
            for begins, ends, where in spans:
                serving.setdefault(where, []).append((begins, ends))
        for counter_id, since in self.open_since.items():
            self.opened.setdefault(counter_id, []).append((since, now))
        used = {one: [*self.opened.get(one, ()), *serving.get(one, ())] for one in {*self.opened, *serving}}
        spans_of = {one: covered(spans) for one, spans in used.items()}
        if sum(one in serving or span >= timedelta(minutes=30) for one, span in spans_of.items()) > 1:
            busy = sum((covered(spans) for spans in serving.values()), timedelta())
            open_s = round(sum(spans_of.values(), timedelta()).total_seconds())
            self.tally.count("open_s", "", 0, by=open_s)
            self.tally.count("busy_s", "", 0, by=round(busy.total_seconds()))


def covered(spans: Sequence[Span]) -> timedelta:
    """Return how much time lies in any of them: stretch by stretch between all moments that they name."""
    moments = sorted({moment for span in spans for moment in span})
    return sum(
        (until - at for at, until in pairwise(moments) if any(a <= at and until <= b for a, b in spans)),
        timedelta(),
    )


class FiguresMachine(HallMachine):
    """Whatever happened in the hall: the two folds agree, while the day runs and when it is over."""

    def teardown(self) -> None:
        day_ends = ends_at(DAY, UTC)
        if self.day.now >= day_ends:
            return
        for _ in range(2):
            log = with_estimates(self.day.log)
            counted = figures_of(as_stored(log), {}, UTC, day_ends, self.day.now)
            assert counted == Naive(log, self.day.now).tally
            assert from_json(json.loads(json.dumps(to_json(counted)))) == counted
            self.day.record(visiting.close_day(self.hall))


def test_figures_equal_a_naive_fold_of_the_same_log() -> None:
    """Failure 24: statistics equal the events."""
    run_state_machine_as_test(FiguresMachine, settings=profile(max_examples=12, steps=50))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_figures_equal_a_naive_fold_for_long() -> None:
    """Failure 24, with more dice."""
    run_state_machine_as_test(FiguresMachine, settings=profile(max_examples=400, steps=80))


KEYS = st.tuples(st.sampled_from(["wait_booked", "way"]), st.sampled_from(["a", "b"]), st.integers(0, 23))
SEEN = st.lists(st.tuples(KEYS, st.integers(0, 300)), max_size=60)


@given(st.lists(SEEN, max_size=5))
def test_quantiles_of_many_days_are_those_of_all(days: list[list[tuple[Key, int]]]) -> None:
    """Failure 24: each day exactly once."""
    tallies = []
    for day in days:
        tally = Tally()
        for key, value in day:
            tally.time(*key, value)
            tally.count(*key)
        tallies.append(tally)
    merged, values = total(tallies), sorted(value for day in days for _, value in day)
    assert sum(merged.counts.values()) == len(values)
    for share in (0.5, 0.9):
        place = max(1, -(-len(values) * int(share * 10) // 10)) - 1
        assert quantile(merged.values(("wait_booked", "way")), share) == (values[place] if values else None)
