"""How forgetting stands, for readiness and metrics: is the journal written, did the last audit find anything.

What must not live here: erasing, searching, or anything that was found: only how often.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.engine import Connection

from queue_server.live.repeating import Repeating
from queue_server.web import answers

NIGHTLY: Final = timedelta(hours=20)
log = logging.getLogger(__name__)


Read = Callable[[Callable[[Connection], Any]], Awaitable[Any]]
"""Runs a read on the database, away from the event loop."""


class Report(Protocol):
    """What an audit found, counted by place and kind."""

    @property
    def counted(self) -> Mapping[str, int]: ...


@dataclass(slots=True)
class Forgetting:
    """Kept in memory: after a restart nothing is known until the next night, or an audit by hand."""

    journaling: Repeating | None = None
    search: Callable[[Connection, datetime], Report] | None = None
    findings: int | None = None
    audited_at: datetime | None = None

    async def audit_once_a_night(self, read: Read, now: datetime) -> None:
        """Search when that was not done for most of a day. The caller's duty: only at night."""
        search = self.search
        if search is None or (self.audited_at is not None and now - self.audited_at < NIGHTLY):
            return
        self.was_audited(await read(lambda conn: search(conn, now)), now)

    def was_audited(self, report: Report, now: datetime) -> None:
        """Take in what an audit found, and say it aloud when that is anything."""
        self.findings = sum(report.counted.values())
        self.audited_at = now
        if self.findings:
            places = ", ".join(f"{place} ({count})" for place, count in sorted(report.counted.items()))
            log.error("the privacy audit found people's data where none belongs: %s", places)

    def as_answer(self) -> answers.Forgetting:
        trouble = self.journaling.trouble if self.journaling is not None else ""
        at = None if self.audited_at is None else self.audited_at.isoformat()
        return {"journal": trouble or "ok", "audit_findings": self.findings, "audited_at": at}

    def count(self, registry: CollectorRegistry) -> None:
        """Add to the metrics what is known; nothing before the first audit."""
        broken = Gauge(
            "aufruf_erasure_journal_failing", "1: erasures cannot be written down", registry=registry
        )
        broken.set(bool(self.journaling is not None and self.journaling.trouble))
        if self.findings is None or self.audited_at is None:
            return
        findings = Gauge("aufruf_privacy_findings", "What the last privacy audit found", registry=registry)
        findings.set(self.findings)
        at = Gauge("aufruf_privacy_audited_timestamp_seconds", "When the last audit was", registry=registry)
        at.set(self.audited_at.timestamp())
