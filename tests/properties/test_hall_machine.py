"""Any acts in any order: what must hold of a hall, always.

A decision refuses or its events fit; one state for each ticket; a counter calls or serves one visit;
numbers are distinct among the leased and far apart; the fold of the log, the rows and the hall that
was lived through are the same.
"""

import itertools
import json
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.domain.hall import CounterState
from queue_server.domain.leases import REUSE_AFTER
from queue_server.domain.number_space import differing_digits
from queue_server.domain.order import Due, appointment_due, next_ticket, walk_in_due, with_priority
from queue_server.domain.simulation.disciplines import AsRecorded, Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import freely, lived_of
from queue_server.domain.simulation.results import result_of
from queue_server.domain.ticket import AT_COUNTER, ENDED, DueReason, Ticket, TicketState
from tests.domain.builders import ALL, CAR, CARD, DAY, GRACE, PASS, a_hall
from tests.domain.pictures import from_log, from_rows, picture
from tests.domain.simulation.plans import acts_in

COUNTERS = st.sampled_from(["c1", "c2", "c3"])
CONCERNS = st.sampled_from([(PASS,), (CARD,), (CAR,), (PASS, CARD)])
MINUTES = st.integers(1, 40)
NTH = st.integers(0, 30)


class HallMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.day = a_hall({"c1": ALL, "c2": [PASS, CARD], "c3": [CAR]})
        self.hall = self.day.hall
        self.ever_crowded = False

    def act(self, decide: Callable[[], Iterable[e.Event]]) -> None:
        """Decide and record; a refusal is an answer, anything else that is raised is a fault."""
        try:
            events = list(decide())
        except Refusal:
            return
        for event in events:
            stored = json.loads(json.dumps(e.payload_of(event)))
            assert e.event_of(event.type, stored) == event
        self.day.record(events)

    def ticket(self, nth: int) -> Ticket | None:
        """Return one of the tickets, the newest first."""
        ids = sorted(self.hall.tickets, reverse=True)
        return self.hall.tickets[ids[nth % len(ids)]] if ids else None

    # -- visitors ----------------------------------------------------------------------------------

    @rule(concern=CONCERNS, minutes=MINUTES, priority=st.booleans(), count=st.integers(1, 3))
    def take(self, concern: tuple[str, ...], minutes: int, priority: bool, count: int) -> None:
        for _ in range(count):
            due = walk_in_due(self.day.now, minutes, 3)
            self.day.begin(concern, minutes, with_priority(due, self.day.now) if priority else due)

    @rule(concern=CONCERNS, early=st.integers(-40, 40), priority=st.booleans())
    def check_in(self, concern: tuple[str, ...], early: int, priority: bool) -> None:
        appointed_at = self.day.now + timedelta(minutes=early)
        due: Due = appointment_due(appointed_at, self.day.now, GRACE)
        assert due.reason is (DueReason.LATE if early < -15 else DueReason.APPOINTED)
        due = with_priority(due, self.day.now) if priority else due
        self.day.begin(concern, 10, due, appointed_at=appointed_at)

    @rule(nth=NTH, act=st.sampled_from([visiting.go_away, visiting.cancel]))
    def leave(self, nth: int, act: Callable[[Ticket], list[e.Event]]) -> None:
        if ticket := self.ticket(nth):
            self.act(lambda: act(ticket))

    @rule(nth=NTH)
    def come_back(self, nth: int) -> None:
        if ticket := self.ticket(nth):
            self.act(lambda: visiting.come_back(ticket, self.day.now))

    # -- counters ----------------------------------------------------------------------------------

    @rule(
        counter=COUNTERS,
        act=st.sampled_from([calling.open_counter, calling.pause_counter, calling.close_counter]),
    )
    def switch(self, counter: str, act: Callable[[object, str], list[e.Event]]) -> None:
        self.act(lambda: act(self.hall, counter))

    @rule(counter=COUNTERS, finish=st.booleans())
    def call_next(self, counter: str, finish: bool) -> None:
        expected = next_ticket(
            self.hall.in_state(TicketState.WAITING),
            lambda t: t.services <= self.day.skills[counter] and t.bound_counter_id in {None, counter},
            self.day.now,
        )
        before = self.hall.seq
        self.act(
            lambda: calling.call(
                self.hall, counter, self.day.skills[counter], self.day.now, finish_current=finish
            )
        )
        if self.hall.seq > before:
            assert self.hall.ticket_at(counter) is expected

    @rule(counter=COUNTERS, nth=NTH, finish=st.booleans())
    def call_chosen(self, counter: str, nth: int, finish: bool) -> None:
        if ticket := self.ticket(nth):
            self.act(
                lambda: calling.call(
                    self.hall, counter, ALL, self.day.now, ticket_id=ticket.id, finish_current=finish
                )
            )

    @rule(
        counter=COUNTERS,
        act=st.sampled_from(
            [calling.recall, calling.start, calling.start, calling.finish, calling.mark_no_show, calling.park]
        ),
    )
    def attend(self, counter: str, act: Callable[[object, str], list[e.Event]]) -> None:
        self.act(lambda: act(self.hall, counter))

    @rule(counter=COUNTERS, nth=NTH)
    def resume(self, counter: str, nth: int) -> None:
        if ticket := self.ticket(nth):
            self.act(lambda: calling.start(self.hall, counter, ticket.id))

    @rule(counter=COUNTERS, nth=NTH)
    def join(self, counter: str, nth: int) -> None:
        if ticket := self.ticket(nth):
            self.act(lambda: calling.join(self.hall, counter, ticket.id))

    @rule(counter=COUNTERS, act=st.sampled_from([calling.undo, calling.undo, calling.put_back]))
    def withdraw(self, counter: str, act: Callable[[object, str, object], list[e.Event]]) -> None:
        self.act(lambda: act(self.hall, counter, self.day.now))

    @rule(counter=COUNTERS, to=st.none() | COUNTERS, concern=st.none() | CONCERNS)
    def transfer(self, counter: str, to: str | None, concern: tuple[str, ...] | None) -> None:
        pairs = tuple((service, 1) for service in concern) if concern else None
        self.act(
            lambda: calling.transfer(
                self.hall, counter, to_counter=to, concern=pairs, expected_min=None, area="foyer"
            )
        )

    @rule(nth=NTH, concern=CONCERNS, minutes=MINUTES)
    def change_concern(self, nth: int, concern: tuple[str, ...], minutes: int) -> None:
        if (ticket := self.ticket(nth)) and ticket.is_open:
            pairs = tuple((service, 1) for service in concern)
            self.day.record([e.ConcernChanged(ticket.id, pairs, 1, minutes)])

    @rule(counter=COUNTERS)
    def release_overdue(self, counter: str) -> None:
        self.act(lambda: calling.release_overdue(self.hall, counter, self.day.now))

    @rule(seconds=st.sampled_from([0, 1, 5, 10, 60, 600, 3600, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.day.later(seconds=seconds)

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def a_counter_calls_or_serves_one_visit(self) -> None:
        at_counters: dict[str, int] = {}
        for ticket in self.hall.in_state(*AT_COUNTER):
            assert ticket.counter_id is not None
            if ticket.joined_to is None:
                assert ticket.counter_id not in at_counters
                at_counters[ticket.counter_id] = ticket.id
        busy = {c.id: c.ticket_id for c in self.hall.counters.values() if c.ticket_id is not None}
        assert busy == at_counters
        closed = {c.id for c in self.hall.counters.values() if c.state is CounterState.CLOSED}
        assert not closed & busy.keys()
        kept = {t.counter_id for t in self.hall.in_state(TicketState.PARKED)}
        bound = {t.bound_counter_id for t in self.hall.tickets.values() if t.is_open}
        assert not closed & (kept | bound), "nobody waits for a closed counter"

    @invariant()
    def every_ticket_is_in_one_state_and_one_place(self) -> None:
        assert sum(len(self.hall.in_state(state)) for state in TicketState) == len(self.hall.tickets)
        for ticket in self.hall.tickets.values():
            assert (ticket.id in self.hall.waiting) == (ticket.state is TicketState.WAITING)
            assert (ticket.ended_at is not None) == (ticket.state in ENDED)
            if ticket.joined_to is not None:
                leader = self.hall.tickets[ticket.joined_to]
                assert leader.joined_to is None
                assert (ticket.state, ticket.counter_id) == (leader.state, leader.counter_id)
                assert ticket in self.hall.group(leader)

    @invariant()
    def numbers_are_distinct_among_the_leased_and_far_in_the_hall(self) -> None:
        leased = [
            t for t in self.hall.tickets.values() if not t.ended_at or self.day.now < t.ended_at + REUSE_AFTER
        ]
        numbers = [t.number for t in leased]
        assert len(set(numbers)) == len(numbers)
        assert sorted(numbers) == sorted(self.hall.leased(self.day.now))
        in_hall = sorted(self.hall.in_hall())
        assert in_hall == sorted(t.number for t in leased if t.is_open)
        self.ever_crowded |= (
            len(numbers) > 88
        )  # more than a family of numbers spoken for: nothing is promised
        far = all(differing_digits(a, b) >= 2 for a, b in itertools.combinations(in_hall, 2))
        assert far or self.ever_crowded

    @invariant()
    def the_last_calls_are_in_order(self) -> None:
        calls = [(t.call_seq or 0, t.id) for t in self.hall.last_calls()]
        assert calls == sorted(calls, reverse=True)
        assert all(t.call_seq for t in self.hall.last_calls())

    def teardown(self) -> None:
        lived = picture(self.hall)
        assert picture(from_log(self.day)) == lived
        assert picture(from_rows(self.hall)) == lived
        self.day.record(visiting.close_day(self.hall))
        assert not [t for t in self.hall.tickets.values() if t.is_open]
        assert not [
            c for c in self.hall.counters.values() if c.state is not CounterState.CLOSED or c.ticket_id
        ]
        assert picture(from_log(self.day)) == picture(from_rows(self.hall)) == picture(self.hall)
        self._may_be_simulated()

    def _may_be_simulated(self) -> None:
        """Whatever happened, the simulator does it again, measures it, and plays it by another rule."""
        past = lived_of(self.day.log, DAY)
        assert acts_in(live(past.plan, AsRecorded()).log) == acts_in(self.day.log)
        again = live(freely(past.plan), Ours(1))
        for lived in (past, again):
            result = result_of(lived)
            assert len(result.all) + result.unserved_count <= len(lived.plan.visitors)
            assert min(result.all, default=0) >= 0


def test_a_hall_holds_together_whatever_happens() -> None:
    """Failures 1, 12 and 13 among them: see the invariants."""
    run_state_machine_as_test(HallMachine, settings=profile(max_examples=10, steps=40))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hall_holds_together_whatever_happens_for_long() -> None:
    run_state_machine_as_test(HallMachine, settings=profile(max_examples=600, steps=80))


def profile(*, max_examples: int, steps: int) -> settings:
    return settings(
        max_examples=max_examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
