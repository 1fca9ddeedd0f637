"""Print jobs on their way to a kiosk's agent and back: offered once, reported, told to kiosk and staff."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from queue_server.domain.errors import Refusal
from queue_server.domain.ticket import ENDED
from queue_server.protocol import PrintJob, Slip
from queue_server.services.ports import Answer, JobToPrint, Unit
from queue_server.web import given_numbers
from queue_server.web.house import House
from queue_server.web.slips import appointment_slip, slip

STALE_AFTER: Final = timedelta(minutes=10)
"""A slip that was not printed by then is not printed at all: its visitor read the number elsewhere."""
STATES: Final = frozenset({"printed", "refused", "unknown", "sent"})
LATE: Final = "too_late"
log = logging.getLogger(__name__)
_offers: set[asyncio.Task[None]] = set()


def offer_soon(house: House, site_id: str, kiosk_id: str) -> None:
    """Offer after the answer: the number is shown at once, its slip follows."""
    task = asyncio.create_task(_offer_or_log(house, site_id, kiosk_id), name=f"offer {kiosk_id}")
    _offers.add(task)  # the loop itself holds tasks weakly
    task.add_done_callback(_offers.discard)


async def _offer_or_log(house: House, site_id: str, kiosk_id: str) -> None:
    try:
        await offer(house, site_id, kiosk_id)
    except Refusal as refusal:
        # The job stays `waiting` and goes out with the next one, or when the agent comes back.
        log.warning("a slip could not be offered: %s", refusal.code)


async def offer(house: House, site_id: str, kiosk_id: str, *, again: bool = False) -> None:
    """Send the waiting jobs to the kiosk's agent. `again`: also those offered to an agent that left.

    Offering twice prints once: the agent keeps a journal of the jobs it has begun.
    """
    if not house.hub.has_agent(site_id, kiosk_id):
        return
    states = ("waiting", "offered") if again else ("waiting",)

    def work(unit: Unit) -> Answer:
        fresh = []
        for job in unit.print_jobs(kiosk_id, states):
            printed = _printed(house, unit, job)
            if unit.now - job.created_at > STALE_AFTER or printed is None:
                # An agent may have printed what it was offered, and say so later.
                unit.set_print_job(job.id, "refused" if job.state == "waiting" else "unknown", LATE)
            else:
                unit.set_print_job(job.id, "offered", "")
                fresh.append(_job(house, unit, job, printed))
        return {"jobs": fresh, "seq": unit.hall.seq}

    answer = await house.sequencer.do(site_id, work)
    if answer["jobs"]:
        house.hub.offer_jobs(site_id, kiosk_id, answer["seq"], answer["jobs"])


async def take_word(house: House, site_id: str, kiosk_id: str, message: Mapping[str, Any]) -> None:
    """Take in an agent's word: what became of a job, how its printer is, or which numbers it knows."""
    report = message.get("print")
    if isinstance(report, dict) and _is_report(report):
        await _take_report(house, site_id, kiosk_id, report)
    if "given" in message:
        await given_numbers.take_in(house, site_id, message["given"])
    status = message.get("printer")
    if isinstance(status, dict):
        state, code = status.get("state"), status.get("code")
        word = (
            code if isinstance(code, str) and code else state
        )  # also `paper_low` of a printer that is ready
        if isinstance(word, str):
            house.hub.take_printer(site_id, kiosk_id, word[:40])


async def _take_report(house: House, site_id: str, kiosk_id: str, report: Mapping[str, Any]) -> None:
    state, code = str(report["state"]), str(report.get("code") or "")[:40]
    if house.slip_tests.take(kiosk_id, report["job"], state, code):
        return

    def work(unit: Unit) -> Answer:
        jobs = unit.print_jobs(kiosk_id, ("waiting", "offered", "unknown"))
        named = (report["job"], report["attempt"])
        job = next((j for j in jobs if (_name(house, unit, j), j.attempt) == named), None)
        if job is None or (job.state == "unknown" and job.code != LATE):
            return {}
        unit.set_print_job(job.id, state, code)
        visit = unit.hall.tickets.get(job.ticket_id) or unit.book.get(job.ticket_id)
        return {"ticket": job.ticket_id, "number": visit.number if visit else None, "attempt": job.attempt}

    answer = await house.sequencer.do(site_id, work)
    if answer:
        house.devices.printed(kiosk_id, state, code, house.clock())
        house.hub.tell_kiosk(site_id, kiosk_id, {"slip": {**answer, "state": state, "code": code}})


def _is_report(report: Mapping[str, Any]) -> bool:
    named = isinstance(report.get("job"), str) and type(report.get("attempt")) is int
    return named and isinstance(report.get("state"), str) and report["state"] in STATES


def _printed(house: House, unit: Unit, job: JobToPrint) -> Slip | None:
    """Return the slip of a number, or of a time booked at the kiosk; None once it is of no use.

    Tickets and appointments count in the site's one sequence, so that an id names one of them only.
    """
    ticket = unit.hall.tickets.get(job.ticket_id)
    if ticket is not None:
        return None if ticket.state in ENDED else slip(house, unit, ticket, job)
    appointment = unit.book.get(job.ticket_id)
    return None if appointment is None else appointment_slip(house, unit, appointment, job)


def _job(house: House, unit: Unit, job: JobToPrint, printed: Slip) -> PrintJob:
    return PrintJob(
        id=_name(house, unit, job),
        ticket_id=job.ticket_id,
        attempt=job.attempt,
        slip=printed,
    )


def _name(house: House, unit: Unit, job: JobToPrint) -> str:
    """Name what is printed for a ticket: in the agent's journal its attempts stand together.

    Sequence numbers begin again after a restore; the epoch tells the tickets apart.
    """
    return f"{house.epoch}-{unit.site.id}-{job.ticket_id}"
