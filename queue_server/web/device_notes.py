"""What this process remembers of each device since it started: when it came, from where, what it said last.

What must not live here: anything of a visitor, and what is only true while a device is connected (its sound,
its printer: `live.rooms`). Nothing is stored.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import Scope

from queue_server.protocol import CallReport
from queue_server.web.proxies import client_address


@dataclass(slots=True)
class Known:
    """One page or agent. `since`: by connection; `gone_at`: when the last of them went."""

    since: dict[Hashable, datetime] = field(default_factory=dict)
    address: str = ""
    program: str = ""
    gone_at: datetime | None = None

    @property
    def connected_at(self) -> datetime | None:
        return min(self.since.values(), default=None)


@dataclass(slots=True)
class LastCall:
    """The last call that a display said something of, and what."""

    seq: int
    at: datetime
    said: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class LastSlip:
    state: str
    code: str
    at: datetime


@dataclass(slots=True)
class DeviceNotes:
    """By kind (`display`, `kiosk`, `agent`) and id."""

    known: dict[tuple[str, str], Known] = field(default_factory=dict)
    calls: dict[str, LastCall] = field(default_factory=dict)
    slips: dict[str, LastSlip] = field(default_factory=dict)

    def come(self, kind: str, id_: str, connection: Hashable, scope: Scope, now: datetime) -> None:
        one = self.known.setdefault((kind, id_), Known())
        one.since[connection] = now
        one.address = client_address(scope)
        one.program = next((v for name, v in scope["headers"] if name == b"user-agent"), b"").decode(
            "latin-1"
        )[:120]
        one.gone_at = None

    def go(self, kind: str, id_: str, connection: Hashable, now: datetime) -> None:
        one = self.known.get((kind, id_))
        if one is not None and one.since.pop(connection, None) is not None and not one.since:
            one.gone_at = now

    def reported(self, display_id: str, report: CallReport, now: datetime) -> None:
        """Note a display's word on a call; of an older one than the last it is told again, and no news."""
        last = self.calls.get(display_id)
        if last is None or report["call"] > last.seq:
            last = self.calls[display_id] = LastCall(report["call"], now)
        if report["call"] == last.seq:
            last.said.add(report["kind"])

    def printed(self, kiosk_id: str, state: str, code: str, now: datetime) -> None:
        self.slips[kiosk_id] = LastSlip(state, code, now)
