"""Simulating the past with the past's settings gives the past: every act of it, at the same moment."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.domain.events import Recorded
from queue_server.domain.hall import CounterState
from queue_server.domain.order import walk_in_due
from queue_server.domain.simulation.disciplines import AsRecorded, Discipline, Ours
from queue_server.domain.simulation.lived import Lived
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import freely, lived_of, plan_of
from queue_server.domain.simulation.plan import (
    Begin,
    DayPlan,
    Desk,
    Doing,
    Ending,
    HandedOn,
    Joined,
    Meanwhile,
    Turn,
    Visitor,
)
from queue_server.domain.simulation.results import result_of
from queue_server.domain.ticket import TicketState
from tests.domain.builders import ALL, CAR, CARD, DAY, PASS, Day, a_hall, at
from tests.domain.simulation.plans import MIX_SKILLS, a_desk, a_drawn_day, a_turn, acts_in

DESK_ACTS = {
    *("TicketCalled", "TicketRecalled", "TicketJoined", "CallUndone", "ServiceStarted", "ServiceFinished"),
    *("TicketNotThere", "TicketPutBack", "TicketParked", "TicketResumed", "TicketTransferred"),
    *("CounterOpened", "CounterPaused", "CounterClosed"),
}


def calls_in(log: Sequence[Recorded]) -> list[tuple[datetime, str, int]]:
    """Return each call: when, to which counter, whom, counted in order of coming."""
    order = [one.seq for one in log if one.event.type == "TicketTaken"]
    return [
        (one.at, one.event.counter, order.index(one.event.ticket))
        for one in log
        if isinstance(one.event, e.TicketCalled)
    ]


# -- a day at whose counters anything may be pressed ---------------------------------------------------


class Pressing:
    """Clerks who press whatever comes to their mind, at a hall that refuses what may not be."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.day = a_hall({"c1": ALL, "c2": [PASS, CARD], "c3": [CAR]})

    def lived(self, presses: int) -> Day:
        for _ in range(presses):
            # Often at the same moment: then the log alone knows what was first.
            self.day.later(seconds=self.dice.choice((0, 0, 2, 8, 60, 240)))
            try:
                self.day.record(self.dice.choice((self.visitor, self.counter, self.counter))())
            except Refusal:
                continue
        self.day.record(visiting.close_day(self.day.hall))
        return self.day

    def visitor(self) -> Sequence[e.Event]:
        hall, now, dice = self.day.hall, self.day.now, self.dice
        tickets = [one for one in hall.tickets.values() if one.is_open]
        if not tickets or dice.random() < 0.5:
            minutes = dice.randint(3, 40)
            services = dice.choice([(PASS,), (CARD,), (CAR,), (PASS, CARD)])
            self.day.begin(services, minutes, walk_in_due(now, minutes, dice.choice((0, 3))))
            return []
        ticket = dice.choice(tickets)
        changed = e.ConcernChanged(ticket.id, ((dice.choice((PASS, CARD)), 1),), 2, 15)
        directed = visiting.direct(ticket, dice.choice((None, ("c1",), ("c1", "c2"))))
        acts: list[Callable[[], Sequence[e.Event]]] = [
            lambda: visiting.go_away(ticket),
            lambda: visiting.come_back(ticket, now),
            lambda: visiting.come_back(ticket, now),
            lambda: visiting.cancel(ticket),
            lambda: [changed],
            lambda: directed,
        ]
        return dice.choice(acts)()

    def counter(self) -> Sequence[e.Event]:
        hall, now, dice = self.day.hall, self.day.now, self.dice
        id_ = dice.choice(("c1", "c1", "c2", "c3"))
        skills = self.day.skills[id_]
        whom = dice.choice([*hall.tickets] or [0])
        parked = [one.id for one in hall.in_state(TicketState.PARKED)]
        to = dice.choice((None, "c1", "c2"))
        concern = ((dice.choice((PASS, CAR)), 1),)
        acts: list[Callable[[], list[e.Event]]] = [
            lambda: calling.call(hall, id_, skills, now, finish_current=dice.random() < 0.5),
            lambda: calling.call(hall, id_, skills, now, finish_current=True),
            lambda: calling.call(hall, id_, skills, now, ticket_id=whom, finish_current=True),
            lambda: calling.undo(hall, id_, now),
            lambda: calling.undo(hall, id_, now),
            lambda: calling.recall(hall, id_),
            lambda: calling.join(hall, id_, whom),
            lambda: calling.join(hall, id_, whom),
            lambda: calling.start(hall, id_, by=dice.choice(("clerk", "timer"))),
            lambda: calling.start(hall, id_, dice.choice(parked)) if parked else [],
            lambda: calling.park(hall, id_),
            lambda: calling.start(hall, id_, dice.choice(parked)) if parked else [],
            lambda: calling.park(hall, id_),
            lambda: calling.finish(hall, id_),
            lambda: calling.mark_no_show(hall, id_),
            lambda: calling.put_back(hall, id_, now),
            lambda: calling.transfer(hall, id_, to_counter=to, concern=concern, expected_min=20, area=None),
            lambda: calling.pause_counter(hall, id_) if dice.random() < 0.3 else [],
            lambda: calling.close_counter(hall, id_) if dice.random() < 0.2 else [],
            lambda: calling.release_overdue(hall, id_, now),
        ]
        if hall.counter(id_).state is not CounterState.OPEN:
            acts.append(lambda: calling.open_counter(hall, id_))
        return dice.choice(acts)()


@settings(max_examples=40)
@given(seed=st.integers(0, 100_000))
def test_whatever_was_pressed_is_pressed_again(seed: int) -> None:
    past = Pressing(seed).lived(presses=250).log
    assert acts_in(live(plan_of(past, DAY), AsRecorded()).log) == acts_in(past)


def test_every_act_at_a_counter_is_among_those_that_are_pressed_again() -> None:
    """Or the test above shows nothing of it; and a kind that is new to the log belongs here."""
    of_visitors_and_days = {
        *("TicketTaken", "TicketReturned", "TicketDirected", "TicketWentAway", "TicketCameBack"),
        *("TicketReleased", "TicketCancelled", "TicketExpired", "ConcernChanged", "NumberWithheld"),
        *("CallSettled", "IssuingStopped", "IssuingResumed", "CallModeSwitched", "EstimateGiven"),
        *("DocumentWasMissing", "DocumentWasThere", "DayMeasured", "SearchesFoundNothing"),
    }
    of_the_book = {name for name, kind in e.KINDS.items() if issubclass(kind, e.AppointmentEvent)}
    assert e.KINDS.keys() - of_visitors_and_days - of_the_book == DESK_ACTS
    pressed = {one.event.type for seed in range(30) for one in Pressing(seed).lived(presses=250).log}
    assert pressed >= DESK_ACTS


# -- a day that is planned -----------------------------------------------------------------------------


def restless(plan: DayPlan, dice: random.Random) -> DayPlan:
    """Let people be away, give up, miss their call, be parked, joined and handed on; and counters pause."""
    visitors = [replace(one, seq=n) for n, one in enumerate(plan.visitors, start=1)]
    visitors = [_restless(one, dice) for one in visitors]
    for n in range(3, len(visitors), 17):
        visitors[n] = _joined(visitors[n], visitors[n - dice.choice((1, 2))], dice)
    breather = timedelta(minutes=dice.choice((0, 0.7)))
    return replace(
        plan,
        visitors=tuple(visitors),
        desks=tuple(replace(_pausing(n, dice), breather=breather) for n in range(len(plan.desks))),
    )


def _restless(one: Visitor, dice: random.Random) -> Visitor:
    away_at = one.arrives_at + timedelta(minutes=dice.uniform(0, 20))
    back_at = away_at + timedelta(minutes=dice.uniform(0, 20))
    away = Meanwhile(away_at, Doing.GOES_AWAY), Meanwhile(back_at, Doing.COMES_BACK)
    to = HandedOn(dice.choice((None, "c1", "c2")), one.concern, one.expected_min)
    gone = dice.uniform(1, 30)
    parked = a_turn(3, ending=Ending.PARKED, returns_after=gone)
    missed = a_turn(0, way=2, ending=Ending.NOT_THERE, returns_after=gone)
    changes: list[Callable[[], Visitor]] = [
        lambda: replace(one, meanwhile=away),
        lambda: replace(one, meanwhile=(Meanwhile(away_at, Doing.GIVES_UP),)),
        lambda: replace(one, priority=True),
        lambda: replace(one, counters=("c2",)),
        lambda: replace(one, turns=(missed, *one.turns)),
        lambda: replace(one, turns=(missed, _beginning(one, Begin.BY_NAME))),
        lambda: replace(one, turns=(a_turn(2, ending=Ending.PUT_BACK), *one.turns)),
        lambda: replace(one, turns=(a_turn(3, ending=Ending.HANDED_ON, to=to), *one.turns)),
        lambda: replace(one, turns=(parked, _beginning(one, Begin.RESUMED))),
        lambda: replace(one, turns=(parked, _beginning(one, Begin.BY_NAME))),
        lambda: replace(one, turns=(replace(one.turns[0], ending=Ending.GIVES_UP),)),
    ]
    return dice.choice(changes)() if dice.random() < 0.35 else one


def _beginning(one: Visitor, begins: Begin) -> Turn:
    return replace(one.turns[-1], begins=begins)


def _joined(one: Visitor, leader: Visitor, dice: random.Random) -> Visitor:
    """Come for the same as another one, a moment later, and be served together with that one."""
    after = timedelta(minutes=dice.uniform(0.1, 3))
    turn = a_turn(8, way=dice.choice((0.5, 0)))
    joined = Joined(leader.seq, len(leader.turns) - 1, after)
    return replace(one, turns=(replace(turn, begins=Begin.JOINED, joined=joined),), meanwhile=())


def _pausing(n: int, dice: random.Random) -> Desk:
    ends = 9 + dice.randrange(4)
    skills = MIX_SKILLS if n != 2 else frozenset(sorted(MIX_SKILLS)[:2])
    shifts = ("08:00", f"{ends:02}:{dice.randrange(60):02}"), (f"{ends + 1}:{dice.randrange(60):02}", "16:00")
    return a_desk(f"c{n + 1}", *shifts, skills=skills)


def a_restless_day(seed: int, factor: float = 3) -> Lived:
    return live(restless(a_drawn_day(seed, counters=3, load=0.8), random.Random(seed)), Ours(factor))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from((0, 1, 3)))
def test_the_past_with_its_settings_is_the_past(seed: int, factor: float) -> None:
    past = a_restless_day(seed, factor).log
    for discipline in (Ours(factor), AsRecorded()):
        assert acts_in(live(plan_of(past, DAY), discipline).log) == acts_in(past)


def test_another_rule_at_the_same_moments_is_another_past() -> None:
    """Or the test above shows nothing."""
    past = live(a_drawn_day(1), Ours(3)).log
    assert calls_in(live(plan_of(past, DAY), Ours(0)).log) != calls_in(past)


@pytest.mark.parametrize("discipline", [Ours(3), Ours(0)])
def test_clerks_who_press_when_they_are_free_make_the_same_day(discipline: Discipline) -> None:
    plan = a_drawn_day(2)
    lived = live(plan, discipline)
    again = live(freely(plan_of(lived.log, DAY)), discipline)
    assert calls_in(again.log) == calls_in(lived.log)
    assert result_of(again).all == result_of(lived).all


def test_free_clerks_make_the_same_day_of_visits_that_were_parked_joined_and_missed() -> None:
    kinds: set[str] = set()
    for seed in range(6):
        past = a_restless_day(seed)
        kinds |= {one.event.type for one in past.log}
        again = live(freely(plan_of(past.log, DAY)), AsRecorded())
        assert acts_in(again.log) == acts_in(past.log)
        assert result_of(again) == result_of(lived_of(past.log, DAY))
    assert kinds >= DESK_ACTS - {"TicketRecalled", "CallUndone"}, "of which nothing comes"


def test_a_breath_between_two_visits_is_learned() -> None:
    plan = a_drawn_day(3)
    breathing = replace(plan, desks=tuple(replace(one, breather=timedelta(minutes=1)) for one in plan.desks))
    found = plan_of(live(breathing, Ours()).log, DAY)
    assert {desk.breather for desk in found.desks} == {timedelta(minutes=1)}
    assert all(shift.begins_at == at("08:00") for _, shift in found.shifts())
