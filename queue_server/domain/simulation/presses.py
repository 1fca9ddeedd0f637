"""Counters that do what they did: each act of the log at its moment, and who is next by the hall's own rules.

So a recorded day under its own rule is that day, act by act. What must not live here: reading the acts
(`recorded_acts`), clerks who are free to press (`clerks`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.plan import Act, DayPlan, Press
from queue_server.domain.simulation.virtual_day import VirtualDay
from queue_server.domain.ticket import Ticket
from queue_server.domain.waiting_line import LaneKey

_PLAIN: Final[Mapping[Act, Callable[[Hall, str], Iterable[e.Event]]]] = {
    Act.OPENS: calling.open_counter,
    Act.PAUSES: calling.pause_counter,
    Act.CLOSES: calling.close_counter,
    Act.FINISHES: calling.finish,
    Act.FINDS_NOBODY: calling.mark_no_show,
    Act.PARKS: calling.park,
    Act.RECALLS: calling.recall,
}


class Presses:
    """The counters of a recorded day. An act that would be refused now is not done."""

    def __init__(self, day: VirtualDay, plan: DayPlan) -> None:
        self.day, self.hall = day, day.hall
        self._skills: dict[str, frozenset[str]] = {}
        for place, visitor in enumerate(plan.visitors):
            day.at(visitor.arrives_at, day.begin, place, seq=visitor.seq)
        for desk in plan.desks:
            for press in desk.presses or ():
                day.at(press.at, self._press, desk.id, press, seq=press.seq)

    def look_about(self) -> None:
        """Nobody presses here of their own accord."""

    def _press(self, counter_id: str, press: Press) -> None:
        if press.what is Act.OPENS:
            self._skills[counter_id] = press.skills
        self.day.attempt(lambda: self._decided(counter_id, press))

    def _decided(self, counter_id: str, press: Press) -> Iterable[e.Event]:
        hall, now = self.hall, self.day.now
        if (decide := _PLAIN.get(press.what)) is not None:
            return decide(hall, counter_id)
        match press.what:
            case Act.CALLS_NEXT:
                return self._next(counter_id)
            case Act.STARTS:
                return calling.start(hall, counter_id, by=press.by)
            case Act.HANDS_ON:
                return self._handed_on(counter_id, press)
            case Act.PUTS_BACK:
                return calling.put_back(hall, counter_id, now)
            case Act.UNDOES:
                return calling.undo(hall, counter_id, now)
        return self._named(counter_id, press)

    def _next(self, counter_id: str) -> Iterable[e.Event]:
        hall, now, skills = self.hall, self.day.now, self._skills.get(counter_id, frozenset())

        def may_serve(lane: LaneKey) -> bool:
            return calling.may_serve(lane, counter_id, skills)

        named = self.day.discipline.choose(hall, may_serve, now)
        ticket_id = None if named is None else named.id
        return calling.call(hall, counter_id, skills, now, ticket_id=ticket_id, finish_current=True)

    def _named(self, counter_id: str, press: Press) -> Iterable[e.Event]:
        ticket = self._whom(press)
        if ticket is None:
            return []
        if press.what is Act.JOINS:
            return calling.join(self.hall, counter_id, ticket.id)
        if press.what is Act.RESUMES:
            return calling.start(self.hall, counter_id, ticket.id)
        # Whoever was called there by the number could be served there.
        return calling.call(
            self.hall, counter_id, ticket.services, self.day.now, ticket_id=ticket.id, finish_current=True
        )

    def _handed_on(self, counter_id: str, press: Press) -> Iterable[e.Event]:
        to = press.to
        if to is None:
            return []
        return calling.transfer(
            self.hall,
            counter_id,
            to_counter=to.counter,
            concern=to.concern,
            expected_min=to.expected_min,
            area=None,
        )

    def _whom(self, press: Press) -> Ticket | None:
        return None if press.whom is None else self.day.lived.ticket_of(press.whom)
