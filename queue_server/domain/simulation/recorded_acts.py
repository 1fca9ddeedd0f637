"""The acts at the counters of a recorded day, entry by entry of its log, for `presses` to do again.

Nothing is left out, not even what was undone. Who is next is not taken over: the hall decides it anew. What
the log does not tell is who was at a counter, so that "next" can find there what it found during a shift.
"""

from dataclasses import dataclass, field, replace
from functools import singledispatchmethod

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.plan import Act, HandedOn, Press


@dataclass
class _Counter:
    presses: list[Press] = field(default_factory=list)
    opened: int | None = None
    found: set[str] = field(default_factory=set)

    def end_shift(self) -> None:
        """What "next" found since the counter opened is what its clerk could do."""
        if self.opened is not None:
            self.presses[self.opened] = replace(self.presses[self.opened], skills=frozenset(self.found))
        self.opened, self.found = None, set()


class RecordedActs:
    """Takes in entries, each before `hall` does."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._counters: dict[str, _Counter] = {}
        self._places: dict[int, int] = {}

    def of(self, counter_id: str) -> tuple[Press, ...]:
        """Return what was done at a counter, in order."""
        counter = self._counters.get(counter_id, _Counter())
        counter.end_shift()
        return tuple(counter.presses)

    @singledispatchmethod
    def take(self, event: e.Event, one: Recorded) -> None:
        """Take in an entry; what is no act at a counter is somebody else's."""

    def _counter(self, counter_id: str) -> _Counter:
        return self._counters.setdefault(counter_id, _Counter())

    def _act(
        self,
        one: Recorded,
        what: Act,
        ticket_id: int,
        *,
        whom: int | None = None,
        to: HandedOn | None = None,
        by: str = "clerk",
    ) -> None:
        counter_id = self.hall.tickets[ticket_id].counter_id
        if counter_id is not None:
            press = Press(one.at, one.seq, what, whom, to=to, by=by)
            self._counter(counter_id).presses.append(press)

    @take.register
    def _(self, _event: e.TicketTaken, one: Recorded) -> None:
        self._places[one.seq] = len(self._places)

    @take.register
    def _(self, event: e.CounterOpened, one: Recorded) -> None:
        counter = self._counter(event.counter)
        counter.end_shift()
        counter.opened = len(counter.presses)
        counter.presses.append(Press(one.at, one.seq, Act.OPENS))

    @take.register
    def _(self, event: e.CounterPaused, one: Recorded) -> None:
        self._counter(event.counter).presses.append(Press(one.at, one.seq, Act.PAUSES))

    @take.register
    def _(self, event: e.CounterClosed, one: Recorded) -> None:
        self._counter(event.counter).presses.append(Press(one.at, one.seq, Act.CLOSES))

    @take.register
    def _(self, event: e.TicketCalled, one: Recorded) -> None:
        counter = self._counter(event.counter)
        if event.chosen:
            named = Press(one.at, one.seq, Act.CALLS, self._places[event.ticket])
            counter.presses.append(named)
        else:
            counter.found |= self.hall.tickets[event.ticket].services
            counter.presses.append(Press(one.at, one.seq, Act.CALLS_NEXT))

    @take.register
    def _(self, event: e.TicketRecalled, one: Recorded) -> None:
        self._act(one, Act.RECALLS, event.ticket)

    @take.register
    def _(self, event: e.TicketJoined, one: Recorded) -> None:
        self._act(one, Act.JOINS, event.leader, whom=self._places[event.ticket])

    @take.register
    def _(self, event: e.CallUndone, one: Recorded) -> None:
        self._act(one, Act.UNDOES, event.ticket)

    @take.register
    def _(self, event: e.ServiceStarted, one: Recorded) -> None:
        if event.by != "finish":  # that one comes of the press which ended the visit
            self._act(one, Act.STARTS, event.ticket, by=event.by)

    @take.register
    def _(self, event: e.TicketResumed, one: Recorded) -> None:
        if event.finished is not None:
            self._act(one, Act.FINISHES, event.finished)
        self._act(one, Act.RESUMES, event.ticket, whom=self._places[event.ticket])

    @take.register
    def _(self, event: e.ServiceFinished, one: Recorded) -> None:
        self._act(one, Act.FINISHES, event.ticket)

    @take.register
    def _(self, event: e.TicketNotThere, one: Recorded) -> None:
        self._act(one, Act.FINDS_NOBODY, event.ticket)

    @take.register
    def _(self, event: e.TicketPutBack, one: Recorded) -> None:
        self._act(one, Act.PUTS_BACK, event.ticket)

    @take.register
    def _(self, event: e.TicketParked, one: Recorded) -> None:
        self._act(one, Act.PARKS, event.ticket)

    @take.register
    def _(self, event: e.TicketTransferred, one: Recorded) -> None:
        to = HandedOn(event.counter, event.concern, event.expected_min)
        self._act(one, Act.HANDS_ON, event.ticket, to=to)
