"""What happens between the door and the call: taking a number, leaving, returning, giving up.

Saved first, printed second: a number is answered only after its commit, and its slip is a job of its
own (a system in use printed first, crashed, and gave the number twice).
"""

from collections.abc import Collection, Sequence

from queue_server.domain import events as e
from queue_server.domain import visiting
from queue_server.domain.errors import BadInput, NotIssuing
from queue_server.domain.estimate import Estimate
from queue_server.domain.interpreting import CODES
from queue_server.domain.needs import NEEDS, STAFFS, minutes_with
from queue_server.domain.order import walk_in_due, with_priority
from queue_server.domain.ticket import Origin, Ticket
from queue_server.domain.town import NumberStyle
from queue_server.services import waits
from queue_server.services.access_hours import why_not_giving
from queue_server.services.admission_hours import require_walk_ins
from queue_server.services.closing_time import called_before
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, PublicUnit, Unit
from queue_server.services.steering import counters_for


def take_ticket(
    unit: Unit,
    choice: Choice,
    *,
    origin: Origin,
    language: str,
    needs: Sequence[str] = (),
    kiosk_id: str | None = None,
) -> Answer:
    """Begin a visit: draw its number, set its due time, order its slip.

    Raises `NotIssuing`, `NotAdmitted`, `NoNumberLeft`. Staff may give a number when the kiosks do not.
    """
    _require_admitted(unit, choice, origin, needs)
    due = walk_in_due(unit.now, choice.expected_min, unit.site.patience_factor)
    if "priority" in needs:
        due = with_priority(due, unit.now)
    number = visiting.choose_number(
        unit.hall, unit.now, unit.below, sequential=unit.site.number_style is NumberStyle.SEQUENTIAL
    )
    counters = counters_for(unit.site, needs)
    guess = quote(unit, choice, priority="priority" in needs, counters=counters)
    taken = e.TicketTaken(
        number=number,
        key=unit.new_key(),
        origin=origin,
        concern=choice.services,
        persons=choice.persons,
        language=language,
        expected_min=minutes_with(needs, choice.expected_min),
        area=choice.area_id,
        due_at=due.at,
        due_reason=due.reason,
        adjustment=due.adjustment,
        ahead=guess.ahead if guess else 0,
        from_min=guess.from_min if guess else None,
        to_min=guess.to_min if guess else None,
        widened=widening(guess),
        counters=counters,
    )
    ticket_id = unit.record([taken])
    if needs:
        unit.keep_needs(ticket_id, sorted(needs))
    if kiosk_id is not None:
        unit.add_print_job(kiosk_id, ticket_id, 1, estimate_numbers(guess))
    return new_ticket_answer(unit, ticket_id, guess)


def _require_admitted(unit: Unit, choice: Choice, origin: Origin, needs: Sequence[str]) -> None:
    if unknown := set(needs) - NEEDS - CODES:
        raise BadInput(field="needs", found=min(unknown))
    if origin is not Origin.DESK and (theirs := STAFFS.intersection(needs)):
        raise BadInput(field="needs", found=min(theirs))
    if origin is Origin.KIOSK and (reason := why_not_giving(unit, choice.area_id, choice)):
        raise NotIssuing(reason=reason)
    if origin is not Origin.DESK:
        require_walk_ins(unit, choice.service_ids)


def quote(
    unit: Unit, choice: Choice, *, priority: bool = False, counters: Collection[str] | None = None
) -> Estimate | None:
    """Estimate the wait of somebody who would take a number now; None without an open counter."""
    services = [service for service, _ in choice.services]
    return waits.of_walk_in(unit, services, choice.expected_min, counters, priority=priority)


def usual_min(unit: PublicUnit, services: Collection[str]) -> int:
    """Return how long each of these takes once, together: not as long as those take who wait for them now.

    Some of these asked for more time, and a screen would tell it to everybody who comes next.
    """
    return sum(service.minutes for service in unit.town.services if service.id in services)


def give_quote(unit: Unit, choice: Choice) -> Answer:
    """Tell how long it takes before a number is taken, and keep what was told (what none has, 3)."""
    guess = quote(unit, choice)
    if guess is None:
        return {"ahead": None, "wait": None}
    unit.record(
        [e.EstimateGiven(choice.services, guess.ahead, guess.from_min, guess.to_min, widening(guess))]
    )
    return {"ahead": guess.ahead, "wait": wait_answer(unit, guess)}


def go_away(unit: Unit, ticket: Ticket) -> Answer:
    """ "Be right back"."""
    unit.record(visiting.go_away(ticket))
    return ticket_answer(ticket)


def come_back(unit: Unit, ticket: Ticket) -> Answer:
    """ "I am back", or "I missed my number, I am here"."""
    unit.record(visiting.come_back(ticket, unit.now))
    return ticket_answer(ticket)


def cancel(unit: Unit, ticket: Ticket) -> Answer:
    """Give the number back; what the visitor told about needs is erased at once."""
    unit.record(visiting.cancel(ticket))
    unit.forget_needs(ticket.id)
    return ticket_answer(ticket)


def reprint(unit: Unit, ticket: Ticket, kiosk_id: str) -> Answer:
    """Print the same number again, marked as a reprint; asked for by a person (failure 5)."""
    attempt = 1 + max((job.attempt for job in unit.print_jobs_of(ticket.id)), default=0)
    unit.add_print_job(kiosk_id, ticket.id, attempt, None)
    return {"id": ticket.id, "number": ticket.number, "attempt": attempt}


def ticket_answer(ticket: Ticket, wait: Answer | None = None, ahead: int = 0) -> Answer:
    """Return what goes out about a ticket; the web layer adds the status page's secret address."""
    return {
        "id": ticket.id,
        "number": ticket.number,
        "key": ticket.key,
        "state": ticket.state.value,
        "area_id": ticket.area_id,
        "secret_version": ticket.secret_version,
        "ahead": ahead,
        "wait": wait,
    }


def new_ticket_answer(unit: Unit, ticket_id: int, guess: Estimate | None) -> Answer:
    """Return what goes out about a ticket that was just given."""
    wait, ahead = wait_answer(unit, guess), guess.ahead if guess else 0
    return ticket_answer(unit.hall.tickets[ticket_id], wait, ahead)


def wait_answer(unit: PublicUnit, guess: Estimate | None) -> Answer | None:
    """Return what is told of a wait: its range, and whether it ends before the doors close."""
    if guess is None:
        return None
    return {
        "from_min": guess.from_min,
        "to_min": guess.to_min,
        "before_closing": called_before(unit, guess),
    }


def widening(guess: Estimate | None) -> float | None:
    """Return what the log keeps of how much an estimate was widened."""
    return None if guess is None or guess.widened == 1 else round(guess.widened, 2)


def estimate_numbers(guess: Estimate | None) -> tuple[int, int, int] | None:
    """Return what a slip tells of an estimate."""
    return None if guess is None else (guess.ahead, guess.from_min, guess.to_min)
