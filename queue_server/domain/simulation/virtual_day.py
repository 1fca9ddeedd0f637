"""A day on virtual time: what is to come, the hall with its log, and what visitors do beside their turns.

`visiting` decides, `fold` takes in. What must not live here: what counters do (`clerks`, `presses`).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final

from queue_server.domain import events as e
from queue_server.domain import visiting
from queue_server.domain.errors import Refusal
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.disciplines import Discipline
from queue_server.domain.simulation.lived import SITE, Lived
from queue_server.domain.simulation.plan import DayPlan, Doing, Meanwhile, Visitor
from queue_server.domain.ticket import Origin, Ticket, TicketState

BACK, FIRST, USUAL, LAST = range(4)
"""At the same moment people are back before visits end, and those before anybody comes; shifts end last."""
_WAITS: Final = (TicketState.WAITING, TicketState.AWAY)


class VirtualDay:
    """The hall of a plan, moment by moment. Places are those of visitors in the plan."""

    def __init__(self, plan: DayPlan, discipline: Discipline) -> None:
        self.lived = Lived(plan, Hall(SITE, plan.on))
        self.hall = self.lived.hall
        self.discipline = discipline
        self.now = datetime.min.replace(tzinfo=UTC)
        self.is_recorded = plan.is_recorded
        self._place_of: dict[int, int] = {}
        self._ahead: list[tuple[datetime, int, int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def at(
        self, at: datetime, act: Callable[..., None], *about: object, rank: int = USUAL, seq: int = 0
    ) -> None:
        """Let an act be done at a moment; `seq` tells apart what the log recorded at the same one."""
        self._count += 1
        heappush(self._ahead, (at, rank, seq, self._count, act, about))

    def after(self, span: timedelta, act: Callable[..., None], *about: object, rank: int = FIRST) -> None:
        """Let an act be done after a while."""
        self.at(self.now + span, act, *about, rank=rank)

    def is_over(self) -> bool:
        """Do what is next; say whether there was nothing any more."""
        if not self._ahead:
            return True
        self.now, _, _, _, act, about = heappop(self._ahead)
        act(*about)
        return False

    def record(self, events: Iterable[e.Event]) -> None:
        """Take in what was decided."""
        for event in events:
            recorded = Recorded(self.hall.seq + 1, self.now, event)
            apply(self.hall, recorded)
            self.lived.log.append(recorded)

    def attempt(self, decide: Callable[[], Iterable[e.Event]]) -> bool:
        """Record what is decided now; nothing happens where it is refused."""
        try:
            events = list(decide())
        except Refusal:
            return False
        self.record(events)
        return True

    def visitor_of(self, ticket: Ticket) -> Visitor:
        return self.lived.plan.visitors[self._place_of[ticket.id]]

    def begin(self, place: int) -> None:
        """Let a visitor take a number, or check in; and do then what the plan tells."""
        visitor = self.lived.plan.visitors[place]
        placed = self.discipline.place(visitor)
        taken = e.TicketTaken(
            number=visiting.choose_number(self.hall, self.now, _never, sequential=True),
            key="",
            origin=Origin.APPOINTMENT if visitor.appointed_at else Origin.KIOSK,
            concern=visitor.concern,
            persons=1,
            language="de",
            expected_min=visitor.expected_min,
            area=None,
            due_at=placed.due.at,
            due_reason=placed.due.reason,
            adjustment=placed.due.adjustment,
            appointed_at=placed.appointed_at,
            counters=visitor.counters,
            after=None if visitor.after is None else self.lived.tickets.get(visitor.after),
        )
        self.record([taken])
        ticket_id = self.lived.tickets[place] = self.hall.seq
        self._place_of[ticket_id] = place
        for one in visitor.meanwhile:
            self.at(one.at, self._happen, ticket_id, one, seq=one.seq)

    def _happen(self, ticket_id: int, one: Meanwhile) -> None:
        """Let happen what the log, or the plan, tells of somebody; nothing when it cannot be now."""
        ticket = self.hall.tickets[ticket_id]
        if ticket.is_open and (self.is_recorded or self._may_happen(ticket, one.what)):
            self.attempt(lambda: self._done(ticket, one))

    @staticmethod
    def _may_happen(ticket: Ticket, what: Doing) -> bool:
        """Say whether it may, where counters do otherwise than they did: who is at one stays there."""
        match what:
            case Doing.CHANGES:
                return True
            case Doing.GIVES_UP:
                return ticket.state in {*_WAITS, TicketState.PARKED}
            case Doing.COMES_BACK:
                return ticket.state is TicketState.AWAY
        return ticket.state in _WAITS

    def _done(self, ticket: Ticket, one: Meanwhile) -> list[e.Event]:
        match one.what:
            case Doing.GOES_AWAY:
                return visiting.go_away(ticket)
            case Doing.COMES_BACK | Doing.RETURNS:
                return visiting.come_back(ticket, self.now)
            case Doing.GIVES_UP:
                return visiting.cancel(ticket)
            case Doing.IS_DIRECTED:
                return [e.TicketDirected(ticket.id, one.counters)]
            case Doing.CHANGES:
                return [e.ConcernChanged(ticket.id, one.concern, one.persons, one.expected_min)]
            case Doing.IS_RELEASED:
                return [e.TicketReleased(ticket.id)]
            case Doing.EXPIRES:
                return [e.TicketExpired(ticket.id)]


def _never(below: int) -> int:
    """Stand in for chance: numbers are counted here, because they decide nothing."""
    raise AssertionError(below)
