"""Print jobs on their way to a kiosk's agent and back: offered once, reported, told to kiosk and staff."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from queue_server.domain.hall import Hall
from queue_server.protocol import PrintJob
from queue_server.services.ports import Answer, JobToPrint, Unit
from queue_server.web.house import House
from queue_server.web.slips import slip

STALE_AFTER: Final = timedelta(minutes=10)
"""A slip that was not printed by then is not printed at all: its visitor read the number elsewhere."""
STATES: Final = frozenset({"printed", "refused", "unknown", "sent"})


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
            if unit.now - job.created_at > STALE_AFTER:
                unit.set_print_job(job.id, "refused", "too_late")
            elif job.ticket_id in unit.hall.tickets:
                unit.set_print_job(job.id, "offered", "")
                fresh.append(_job(house, unit, job))
        return {"jobs": fresh, "seq": unit.hall.seq}

    answer = await house.sequencer.do(site_id, work)
    if answer["jobs"]:
        house.hub.offer_jobs(site_id, kiosk_id, answer["seq"], answer["jobs"])


async def take_word(house: House, site_id: str, kiosk_id: str, message: Mapping[str, Any]) -> None:
    """Take in an agent's word: what became of a job, or how its printer is."""
    report = message.get("print")
    if isinstance(report, dict) and _is_report(report):
        await _take_report(house, site_id, kiosk_id, report)
    status = message.get("printer")
    if isinstance(status, dict):
        state, code = status.get("state"), status.get("code")
        word = code if state == "trouble" and isinstance(code, str) else state
        if isinstance(word, str):
            house.hub.take_printer(site_id, kiosk_id, word[:40])


async def _take_report(house: House, site_id: str, kiosk_id: str, report: Mapping[str, Any]) -> None:
    state, code = str(report["state"]), str(report.get("code") or "")[:40]

    def work(unit: Unit) -> Answer:
        open_jobs = unit.print_jobs(kiosk_id, ("waiting", "offered"))
        job = next((j for j in open_jobs if str(j.id) == report["job"]), None)
        if job is None:
            return {}
        unit.set_print_job(job.id, state, code)
        ticket = unit.hall.tickets.get(job.ticket_id)
        return {"ticket": job.ticket_id, "number": ticket.number if ticket else None, "attempt": job.attempt}

    answer = await house.sequencer.do(site_id, work)
    if answer:
        house.hub.tell_kiosk(site_id, kiosk_id, {"slip": {**answer, "state": state, "code": code}})


def _is_report(report: Mapping[str, Any]) -> bool:
    return isinstance(report.get("job"), str) and report.get("state") in STATES


def _job(house: House, unit: Unit, job: JobToPrint) -> PrintJob:
    hall: Hall = unit.hall
    return PrintJob(
        id=str(job.id),
        ticket_id=job.ticket_id,
        attempt=job.attempt,
        slip=slip(house, unit, hall.tickets[job.ticket_id], job),
    )
