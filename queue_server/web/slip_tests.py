"""Test slips: a print job on the road of every slip, with no number and no ticket, and what became of it.

What must not live here: sending it (`hub.offer_jobs`). Held in memory: a test that a restart forgot is asked
for again by who wanted it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from queue_server.protocol import PrintJob, Slip

WAITS: Final = timedelta(seconds=25)
"""A printer without paper says so within this time; then nothing will come any more."""


@dataclass(slots=True)
class SlipTest:
    """`state` is empty until the agent has said what became of it."""

    job: str
    began_at: datetime
    state: str = ""
    code: str = ""
    has_agent: bool = True


@dataclass(slots=True)
class SlipTests:
    """The last test slip of each kiosk."""

    by_kiosk: dict[str, SlipTest] = field(default_factory=dict)

    def begin(self, kiosk_id: str, slip: Slip, now: datetime, *, has_agent: bool) -> PrintJob:
        """Return the job to offer. No number stands on it, so that no agent remembers one as given."""
        test = self.by_kiosk[kiosk_id] = SlipTest(f"test-{secrets.token_hex(8)}", now, has_agent=has_agent)
        return PrintJob(id=test.job, ticket_id=0, attempt=1, slip=slip)

    def take(self, kiosk_id: str, job: str, state: str, code: str) -> bool:
        """Take in an agent's word; say whether it was about a test."""
        test = self.by_kiosk.get(kiosk_id)
        if test is not None and test.job == job:
            test.state, test.code = state, code
        return job.startswith("test-")
