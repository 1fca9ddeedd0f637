"""What clerks do, over HTTP: `/api/v1/counters/{counter}/…`."""

from collections.abc import Awaitable, Callable
from functools import wraps

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.hall import Hall
from queue_server.protocol import CounterPicture
from queue_server.services import counter
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers, models
from queue_server.web.api import PREFIX, ApiRoute, Call

AtCounter = Callable[[Unit, str, str, int | None], Answer]


async def see_counter(call: Call) -> Answer:
    """Return the counter's picture: the visit, who waits, the call's report, the other counters."""
    return await call.house.hub.counter_picture(call.site_id, call.id)


async def open_counter(call: Call) -> Answer:
    """Open a counter, or resume it after a pause; it is bound to the clerk and session."""
    clerk_id, ref, take_over = call.clerk_id(), call.session_ref(), call.body.take_over
    return await call.do(lambda u: counter.open_counter(u, call.id, clerk_id, ref, take_over=take_over))


async def pause_counter(call: Call) -> Answer:
    """Pause: the running visit goes on, nobody new is called."""
    clerk_id = call.clerk_id()
    return await call.do(lambda u: counter.pause(u, call.id, clerk_id))


async def close_counter(call: Call) -> Answer:
    """Close the counter; who waits for it alone returns to the pool."""
    clerk_id = call.clerk_id()
    return await call.do(lambda u: counter.close(u, call.id, clerk_id))


async def call_ticket(call: Call) -> Answer:
    """Call who is next, or the ticket or number named; `finish_current` ends the running visit."""
    body, clerk_id = call.body, call.clerk_id()

    def work(unit: Unit) -> Answer:
        return counter.call(
            unit,
            call.id,
            clerk_id,
            ticket_id=_named(unit.hall, body.ticket, body.number),
            finish_current=body.finish_current,
            expected=body.current,
        )

    return await call.do(work)


async def join_ticket(call: Call) -> Answer:
    """Call a second ticket or number to the running call or service."""
    body, clerk_id = call.body, call.clerk_id()

    def work(unit: Unit) -> Answer:
        ticket_id = _named(unit.hall, body.ticket, body.number)
        if ticket_id is None:
            raise BadInput(field="ticket")
        return counter.join(unit, call.id, clerk_id, ticket_id, body.current)

    return await call.do(work)


async def transfer_ticket(call: Call) -> Answer:
    """Hand the visit to another counter, or with other services to whoever can do them."""
    body, clerk_id = call.body, call.clerk_id()

    def work(unit: Unit) -> Answer:
        pairs = [(one.id, one.count) for one in body.services]
        choice = choose(unit.town, unit.site, pairs, walk_in=False) if pairs else None
        return counter.transfer(unit, call.id, clerk_id, body.ticket, to_counter=body.counter, choice=choice)

    return await call.do(work)


async def change_concern(call: Call) -> Answer:
    """Correct what the visitor came for."""
    body, clerk_id = call.body, call.clerk_id()

    def work(unit: Unit) -> Answer:
        choice = choose(unit.town, unit.site, body.pairs(), body.persons, walk_in=False)
        return counter.change_concern(unit, call.id, clerk_id, choice, body.ticket)

    return await call.do(work)


def _act(path: str, use_case: AtCounter, name: str, summary: str, answer: type = answers.Visit) -> ApiRoute:
    async def handler(call: Call) -> Answer:
        clerk_id = call.clerk_id()
        return await call.do(lambda u: use_case(u, call.id, clerk_id, call.body.ticket))

    handler.__name__, handler.__doc__ = name, summary
    refusals = ("no_current_ticket", "wrong_state", "other_ticket", "counter_taken", "counter_not_open")
    late = ("too_late",) if use_case is counter.undo else ()
    return _route(path, handler, models.CounterAct, (*refusals, *late), answer=answer)


def _route(
    path: str,
    handler: Callable[[Call], Awaitable[Answer]],
    body: type[models.Body],
    refusals: tuple[str, ...],
    status: int = 200,
    act: Act = Act.CALL,
    answer: type = answers.Visit,
) -> ApiRoute:
    @wraps(handler)
    async def seen(call: Call) -> Answer:
        # Also what the hall refuses was pressed by somebody who is there.
        call.house.hub.presence.note(call.id, call.actor.clerk_id)
        return await handler(call)

    return ApiRoute(
        "POST",
        f"{PREFIX}/counters/{{counter}}/{path}",
        seen,
        act,
        "counter",
        body,
        answer,
        status=status,
        refusals=refusals,
        tag="counter",
    )


def _desk(
    path: str,
    handler: Callable[[Call], Awaitable[Answer]],
    body: type[models.Body],
    refusals: tuple[str, ...],
) -> ApiRoute:
    return _route(path, handler, body, refusals, act=Act.OPEN_COUNTER, answer=answers.CounterState)


def _named(hall: Hall, ticket_id: int | None, number: int | None) -> int | None:
    if ticket_id is not None or number is None:
        return ticket_id
    ticket = hall.by_number(number)
    if ticket is None:
        raise NotFound(what="ticket")
    return ticket.id


_BUSY = ("counter_taken", "counter_busy", "counter_not_open")
ROUTES = [
    ApiRoute(
        "GET",
        f"{PREFIX}/counters/{{counter}}",
        see_counter,
        Act.SEE_COUNTER,
        "counter",
        answer=CounterPicture,
        tag="counter",
    ),
    _desk("open", open_counter, models.OpenCounter, ("counter_taken",)),
    _desk("pause", pause_counter, models.CounterAct, ("counter_taken", "counter_not_open")),
    _desk("close", close_counter, models.CounterAct, ("counter_taken", "counter_busy")),
    _route(
        "calls",
        call_ticket,
        models.CallTicket,
        ("nobody_waiting", "cannot_serve", "visitor_elsewhere", "wrong_state", *_BUSY),
        201,
    ),
    _act("recall", counter.recall, "recall_ticket", "Summon the called visitor again, with sound."),
    _act("start", counter.start, "start_service", "The visitor has come; a parked one is served again."),
    _act("no-show", counter.mark_no_show, "mark_no_show", "Called, did not come."),
    _act("put-back", counter.put_back, "put_back", "Return the visit to waiting."),
    _act("park", counter.park, "park", "Keep the visit for later at this counter."),
    _act("finish", counter.finish, "finish", "End the visit."),
    _act("undo", counter.undo, "undo_call", "Take back the last call, within 10 s.", answers.CounterState),
    _route(
        "join",
        join_ticket,
        models.JoinTicket,
        ("cannot_serve", "visitor_elsewhere", "wrong_state", "no_current_ticket", *_BUSY),
    ),
    _route("transfer", transfer_ticket, models.TransferTicket, ("cannot_serve", "no_current_ticket", *_BUSY)),
    _route("concern", change_concern, models.ChangeConcern, ("no_current_ticket", "too_many", *_BUSY)),
]
