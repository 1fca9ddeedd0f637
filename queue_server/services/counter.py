"""What a clerk does at a counter: open, call, recall, start, finish, and what goes wrong in between."""

from collections.abc import Callable

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.administration import Doer, Done
from queue_server.domain.errors import CannotServe, CounterNotOpen, CounterTaken, NotFound
from queue_server.domain.hall import CounterState
from queue_server.domain.needs import minutes_with
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Clerk, Counter, Room, skills_of
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, Unit


def counter_of(unit: Unit, counter_id: str) -> Counter:
    """Return the site's counter; raises `NotFound`, also for another site's (failure 15)."""
    for counter in unit.site.counters:
        if counter.id == counter_id:
            return counter
    raise NotFound(what="counter")


def room_of(unit: Unit, counter_id: str) -> Room:
    counter = counter_of(unit, counter_id)
    return next(room for room in unit.site.rooms if room.id == counter.room_id)


def open_counter(
    unit: Unit, counter_id: str, clerk_id: str, session_ref: str, *, take_over: bool = False
) -> Answer:
    """Bind the counter to a clerk and session and open it. Raises `CounterTaken` when another holds it.

    The same clerk may take it over from another session (a second browser); others only when told so.
    """
    counter_of(unit, counter_id)
    clerk = _clerk(unit, clerk_id)
    held = unit.desk.get(counter_id)
    if not take_over:
        require_no_other(unit, counter_id, clerk_id)
    if held is None or (held.clerk_id, held.session_ref) != (clerk_id, session_ref):
        unit.bind(counter_id, clerk_id, session_ref, skills_of(unit.town, clerk))
    unit.record(calling.open_counter(unit.hall, counter_id))
    return _counter_answer(unit, counter_id)


def pause(unit: Unit, counter_id: str, clerk_id: str) -> Answer:
    require_holder(unit, counter_id, clerk_id)
    unit.record(calling.pause_counter(unit.hall, counter_id))
    return _counter_answer(unit, counter_id)


def close(unit: Unit, counter_id: str, clerk_id: str) -> Answer:
    """Close the counter. Its parked and bound visitors return to the pool."""
    counter_of(unit, counter_id)
    if unit.hall.counter(counter_id).state is not CounterState.CLOSED:
        require_holder(unit, counter_id, clerk_id)
    unit.record(calling.close_counter(unit.hall, counter_id))
    unit.unbind(counter_id)
    return _counter_answer(unit, counter_id)


def call(
    unit: Unit,
    counter_id: str,
    clerk_id: str,
    *,
    ticket_id: int | None = None,
    finish_current: bool = False,
    expected: int | None = None,
) -> Answer:
    """Call who is next, or the ticket named; `finish_current` ends the running visit in the same commit."""
    skills = require_holder(unit, counter_id, clerk_id)
    found = calling.call(
        unit.hall,
        counter_id,
        skills,
        unit.now,
        ticket_id=ticket_id,
        finish_current=finish_current,
        expected=expected,
    )
    return call_answer(unit, counter_id, unit.record(found))


def recall(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    require_holder(unit, counter_id, clerk_id)
    return call_answer(unit, counter_id, unit.record(calling.recall(unit.hall, counter_id, expected)))


def join(unit: Unit, counter_id: str, clerk_id: str, ticket_id: int, expected: int | None = None) -> Answer:
    """Call a second number to the running call or service."""
    skills = require_holder(unit, counter_id, clerk_id)
    if not calling.find(unit.hall, ticket_id).services <= skills:
        raise CannotServe(number=unit.hall.tickets[ticket_id].number)
    seq = unit.record(calling.join(unit.hall, counter_id, ticket_id, expected))
    return {**_visit(unit, unit.hall.tickets[ticket_id], counter_id), "seq": seq}


def start(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    """The visitor has come; a parked one is served again."""
    require_holder(unit, counter_id, clerk_id)
    unit.record(calling.start(unit.hall, counter_id, expected))
    return _current(unit, counter_id)


def start_by_timer(unit: Unit, counter_id: str, expected: int) -> Answer:
    """Start the service by itself, at sites that assume that the visitor has come after the way time."""
    unit.record(calling.start(unit.hall, counter_id, expected, by="timer"))
    return _current(unit, counter_id)


def finish(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    return _leave(
        unit, counter_id, clerk_id, expected, lambda: calling.finish(unit.hall, counter_id, expected)
    )


def mark_no_show(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    return _leave(
        unit, counter_id, clerk_id, expected, lambda: calling.mark_no_show(unit.hall, counter_id, expected)
    )


def put_back(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    return _leave(
        unit,
        counter_id,
        clerk_id,
        expected,
        lambda: calling.put_back(unit.hall, counter_id, unit.now, expected),
    )


def park(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    return _leave(unit, counter_id, clerk_id, expected, lambda: calling.park(unit.hall, counter_id, expected))


def undo(unit: Unit, counter_id: str, clerk_id: str, expected: int | None = None) -> Answer:
    """Take back the last call, within 10 s; the visit it ended is served again."""
    require_holder(unit, counter_id, clerk_id)
    unit.record(calling.undo(unit.hall, counter_id, unit.now, expected))
    return _counter_answer(unit, counter_id)


def transfer(
    unit: Unit,
    counter_id: str,
    clerk_id: str,
    expected: int | None = None,
    *,
    to_counter: str | None = None,
    choice: Choice | None = None,
) -> Answer:
    """Hand the visit to another counter, or to whoever can do another concern. Keeps its due time."""
    if to_counter is not None:
        counter_of(unit, to_counter)
        _require_able(unit, counter_id, to_counter, choice, expected)
    area = _area_of(unit, to_counter, choice)
    return _leave(
        unit,
        counter_id,
        clerk_id,
        expected,
        lambda: calling.transfer(
            unit.hall,
            counter_id,
            expected,
            to_counter=to_counter,
            concern=choice.services if choice else None,
            expected_min=_expected_min(unit, counter_id, choice, expected) if choice else None,
            area=area or calling.current_ticket(unit.hall, counter_id).area_id,
        ),
    )


def change_concern(
    unit: Unit, counter_id: str, clerk_id: str, choice: Choice, expected: int | None = None
) -> Answer:
    """Correct what the visitor came for, while called or served."""
    require_holder(unit, counter_id, clerk_id)
    ticket = calling.current_ticket(unit.hall, counter_id, expected)
    minutes = minutes_with(unit.needs(ticket.id), choice.expected_min)
    unit.record([e.ConcernChanged(ticket.id, choice.services, choice.persons, minutes)])
    return _visit(unit, ticket, counter_id)


def _expected_min(unit: Unit, counter_id: str, choice: Choice, expected: int | None) -> int:
    """Return how long the visit here will take with another concern: who asked for more time still has it."""
    ticket = calling.current_ticket(unit.hall, counter_id, expected)
    return minutes_with(unit.needs(ticket.id), choice.expected_min)


def switch_issuing(unit: Unit, by: Doer, *, issuing: bool) -> Answer:
    """Stop or resume giving out numbers at the site's kiosks, for today; `by` is kept."""
    before = unit.hall.day.issuing
    if before != issuing:
        unit.record([e.IssuingResumed() if issuing else e.IssuingStopped()])
        old, new = {"issuing": before}, {"issuing": issuing}
        unit.note(by, Done.ISSUING_SWITCHED, "site", unit.site.id, before=old, after=new)
    return {"issuing": issuing}


def switch_call_mode(unit: Unit, by: Doer, mode: str | None) -> Answer:
    """Meet visitors at the door for a while (`fetch`), or return to the site's setting (None)."""
    before = unit.hall.day.call_mode
    if before != mode:
        unit.record([e.CallModeSwitched(mode)])
        usual = unit.site.call_mode.value
        old, new = {"call_mode": before or usual}, {"call_mode": mode or usual}
        unit.note(by, Done.CALL_MODE_SWITCHED, "site", unit.site.id, before=old, after=new)
    return {"call_mode": mode or unit.site.call_mode.value}


def require_holder(unit: Unit, counter_id: str, clerk_id: str) -> frozenset[str]:
    """Return the skills at the counter; raises unless this clerk holds it."""
    counter_of(unit, counter_id)
    held = unit.desk.get(counter_id)
    if held is None:
        raise CounterNotOpen(state=CounterState.CLOSED.value)
    if held.clerk_id != clerk_id:
        raise CounterTaken(counter=counter_id)
    return held.skills


def require_no_other(unit: Unit, counter_id: str, clerk_id: str | None) -> None:
    """Raise `CounterTaken` when the counter is open, and another clerk's."""
    held = unit.desk.get(counter_id)
    is_open = unit.hall.counter(counter_id).state is not CounterState.CLOSED
    if held is not None and is_open and held.clerk_id != clerk_id:
        raise CounterTaken(counter=counter_id)


def call_answer(unit: Unit, counter_id: str, seq: int) -> Answer:
    ticket = calling.current_ticket(unit.hall, counter_id)
    return {**_visit(unit, ticket, counter_id), "seq": seq}


def _leave(
    unit: Unit,
    counter_id: str,
    clerk_id: str,
    expected: int | None,
    decide: Callable[[], list[e.Event]],
) -> Answer:
    """Run a decision after which the visit is no longer at the counter."""
    require_holder(unit, counter_id, clerk_id)
    ticket = calling.current_ticket(unit.hall, counter_id, expected)
    unit.record(decide())
    return _visit(unit, ticket, counter_id)


def _current(unit: Unit, counter_id: str) -> Answer:
    return _visit(unit, calling.current_ticket(unit.hall, counter_id), counter_id)


def _visit(unit: Unit, ticket: Ticket, counter_id: str) -> Answer:
    room = room_of(unit, counter_id)
    return {
        "ticket": ticket.id,
        "number": ticket.number,
        "state": ticket.state.value,
        "counter": counter_id,
        "room": room.name,
        "seq": unit.hall.seq,
    }


def _counter_answer(unit: Unit, counter_id: str) -> Answer:
    status = unit.hall.counter(counter_id)
    held = unit.desk.get(counter_id)
    return {
        "id": counter_id,
        "state": status.state.value,
        "room": room_of(unit, counter_id).name,
        "clerk": held.clerk_id if held else None,
        "ticket": status.ticket_id,
        "seq": unit.hall.seq,
    }


def _clerk(unit: Unit, clerk_id: str) -> Clerk:
    for clerk in unit.town.clerks:
        if clerk.id == clerk_id:
            return clerk
    raise NotFound(what="clerk")


def _area_of(unit: Unit, to_counter: str | None, choice: Choice | None) -> str | None:
    if choice is not None and choice.area_id is not None:
        return choice.area_id
    return None if to_counter is None else room_of(unit, to_counter).area_id


def _require_able(
    unit: Unit, counter_id: str, to_counter: str, choice: Choice | None, expected: int | None
) -> None:
    held = unit.desk.get(to_counter)
    if held is None:
        raise CounterNotOpen(state=CounterState.CLOSED.value)
    ticket = calling.current_ticket(unit.hall, counter_id, expected)
    services = frozenset(s for s, _ in choice.services) if choice else ticket.services
    if not services <= held.skills:
        raise CannotServe(number=ticket.number)
