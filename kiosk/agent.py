"""The kiosk agent's core: takes a print job, prints it at most once, says what became of it.

No sockets and no command line here; whoever listens to the server hands the jobs in and the reports back.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NotRequired, TypedDict, cast

from kiosk.journal import KEPT, Entry, Given, Journal
from kiosk.slip import LONGEST_NUMBER, Slip, SlipInvalid, slip_from
from kiosk.target import Target
from kiosk.transport import Outcome, Printer

log = logging.getLogger(__name__)

JOB_INVALID = "job_invalid"
SLIP_INVALID = "slip_invalid"
SLIP_UNPRINTABLE = "slip_unprintable"
ALREADY_SENT = "already_sent"
STALE_ATTEMPT = "stale_attempt"
AGENT_STOPPED = "agent_stopped"


class Report(TypedDict):
    """What became of one attempt at one job."""

    job: str
    attempt: int
    state: Literal["printed", "refused", "unknown", "sent"]
    code: str | None
    detail: str


class GivenNumber(TypedDict):
    """A number on a slip, and how long ago it was given."""

    epoch: str
    ticket_id: int
    number: int
    age_s: int


class StatusReport(TypedDict):
    """How the printer is: `ready` (perhaps `paper_low`), `busy` with a slip, or `trouble` with its code."""

    state: Literal["ready", "busy", "trouble"]
    code: str | None
    detail: NotRequired[str]


class Agent:
    """Prints jobs one after the other on one printer.

    A job is `{id, attempt, slip}`. Told the same attempt again, it answers from its journal. A higher attempt
    at a job of which bytes were sent before is printed only when its slip carries a mark: then a person has
    asked for the reprint. `logo` returns the picture at a path of the server, and may take a moment.
    """

    def __init__(
        self,
        printer: Printer,
        journal: Journal,
        target: Target,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        logo: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self._printer = printer
        self._journal = journal
        self._target = target
        self._now = now
        self._logo = logo
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> list[Report]:
        """Look back at the last run; gives its reports: slips that were cut off are `unknown`."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._journal.forget_old, self._now())
            settled = await asyncio.to_thread(self._journal.settle_interrupted, self._now())
        return [_report(entry) for entry in settled]

    def reports(self) -> list[Report]:
        """Give the reports of the last 24 hours again, for a server that may have missed some."""
        return [_report(entry) for entry in self._journal.settled()]

    def given_before(self, epoch: str) -> list[GivenNumber]:
        """Give the numbers of the last 24 hours that are of another epoch than the server's present one."""
        now = self._now()
        aged = ((given, now - at) for given, at in self._journal.given() if given.epoch != epoch)
        return [
            GivenNumber(epoch=g.epoch, ticket_id=g.ticket, number=g.number, age_s=int(age.total_seconds()))
            for g, age in aged
            if timedelta(0) <= age <= KEPT
        ]

    async def handle(self, job: object) -> Report:
        """Print a job and report; never raises for what is in the job. Jobs wait for each other."""
        fields = cast("Mapping[str, object]", job) if isinstance(job, Mapping) else {}
        name, attempt = fields.get("id"), fields.get("attempt")
        if not isinstance(name, str) or not name or type(attempt) is not int:
            return Report(job=str(name), attempt=0, state="refused", code=JOB_INVALID, detail="id, attempt")
        async with self._one_at_a_time:
            await self._remember_number(fields)
            return await self._handle(name, attempt, fields.get("slip"))

    async def status(self) -> StatusReport:
        """Ask the idle printer how it is; while it prints, the printing tells."""
        if self._one_at_a_time.locked():
            return StatusReport(state="busy", code=None)
        async with self._one_at_a_time:
            found = await self._printer.condition()
        if found.code:
            return StatusReport(state="trouble", code=found.code, detail=found.detail)
        return StatusReport(state="ready", code="paper_low" if found.paper_low else None)

    async def _handle(self, job: str, attempt: int, words: object) -> Report:
        entries = self._journal.of(job)
        if known := _known(entries, attempt):
            return await self._settle(known)
        try:
            slip = slip_from(words)
        except SlipInvalid as error:
            return await self._settle(Entry(job, attempt, "refused", SLIP_INVALID, str(error)))
        if not slip.mark and (earlier := _sent_before(entries, attempt)):
            return await self._settle(earlier)
        await self._note(Entry(job, attempt, "received"))
        try:
            data = await asyncio.to_thread(self._render, slip)
        except Exception:
            log.exception("a slip could not be rendered")
            return await self._settle(Entry(job, attempt, "refused", SLIP_UNPRINTABLE))
        await self._note(Entry(job, attempt, "sending"))
        outcome = await self._deliver(job, attempt, data, slip)
        return await self._settle(Entry(job, attempt, outcome.state, outcome.code, outcome.detail))

    async def _remember_number(self, fields: Mapping[str, object]) -> None:
        """Note the number before its slip, whatever becomes of that: it stands on the screen already."""
        slip, epoch, ticket = fields.get("slip"), fields.get("epoch"), fields.get("ticket_id")
        number = slip.get("number") if isinstance(slip, Mapping) else None
        if not isinstance(epoch, str) or type(ticket) is not int or not isinstance(number, str):
            return
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER:
            given = Given(epoch, ticket, int(number))
            await asyncio.to_thread(self._journal.give, given, self._now())

    def _render(self, slip: Slip) -> bytes:
        from kiosk.printing import render  # here, not above: it brings Pillow along, which takes 0.1 s

        logo = self._logo(slip.logo) if slip.logo else None
        return render(slip, self._target.profile, drawn=self._target.drawn, logo=logo)

    async def _deliver(self, job: str, attempt: int, data: bytes, slip: Slip) -> Outcome:
        try:
            return await self._printer.deliver(data, f"{job}-{attempt}", slip.paper)
        except asyncio.CancelledError:
            # no await any more: the task is ending, and the line must be in the journal before it has
            self._journal.write(Entry(job, attempt, "unknown", AGENT_STOPPED), self._now())
            raise
        except Exception:
            log.exception("the transport failed in a way it should not")
            return Outcome("unknown", AGENT_STOPPED)

    async def _settle(self, entry: Entry) -> Report:
        await self._note(entry)
        return _report(entry)

    async def _note(self, entry: Entry) -> None:
        await asyncio.to_thread(self._journal.write, entry, self._now())


def _known(entries: list[Entry], attempt: int) -> Entry | None:
    """Find the answer to exactly this attempt, or to one that a later one has overtaken."""
    for entry in entries:
        if entry.attempt == attempt and entry.state != "received":
            return _settled(entry)
        if entry.attempt > attempt:
            return Entry(entry.job, attempt, "refused", STALE_ATTEMPT, f"attempt {entry.attempt} is known")
    return None


def _sent_before(entries: list[Entry], attempt: int) -> Entry | None:
    """Find an earlier attempt of which bytes were sent: its slip may lie there."""
    for entry in entries:
        if entry.state in {"sending", "printed", "sent", "unknown"}:
            past = _settled(entry)
            return Entry(past.job, attempt, past.state, past.code or ALREADY_SENT, past.detail)
    return None


def _settled(entry: Entry) -> Entry:
    """Read an entry with the lock in hand: what is still `sending` now was cut off."""
    if entry.state == "sending":
        return Entry(entry.job, entry.attempt, "unknown", AGENT_STOPPED)
    return entry


def _report(entry: Entry) -> Report:
    state = cast("Literal['printed', 'refused', 'unknown', 'sent']", entry.state)
    return Report(job=entry.job, attempt=entry.attempt, state=state, code=entry.code, detail=entry.detail)
