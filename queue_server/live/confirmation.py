"""Whether a call was really shown and heard: the displays' reports, and what the clerk is told of them.

Kept in memory while a call is fresh; its outcome goes into the log. The clerk is told to fetch the
visitor when no display confirms in time, when none sounded, or when none is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, Literal

from queue_server.protocol import SHOWN_WITHIN_S, SOUND_LATE_S, CallStatus, ReportKind

KEPT_S: Final = 120.0
Sound = Literal["none", "waiting", "queued", "started", "blocked", "failed", "late"]
Reason = Literal["", "fetch_mode", "no_display", "not_shown", "not_sounded", "needs"]


@dataclass(slots=True)
class Witness:
    """What one display said of one call. `sound_due_at`: when its announced sound begins."""

    shown: bool = False
    sound: Sound = "waiting"
    sound_due_at: float | None = None


@dataclass(slots=True)
class CallWatch:
    """One call and its witnesses: the displays that are assigned to it and in service.

    `connected` are those that were there when it was made. `rings_at` belongs to who waits for
    `next_look_at`. All times are on the monotonic clock.
    """

    seq: int
    site_id: str
    ticket_id: int
    counter_id: str
    began_at: float
    fetch_mode: bool
    assigned: frozenset[str]
    connected: frozenset[str]
    witnesses: dict[str, Witness] = field(default_factory=dict)
    rings_at: float | None = None
    settled: bool = False

    def report(self, display_id: str, kind: ReportKind, now: float, starts_in_ms: int = 0) -> bool:
        """Take in a display's word; say whether it changed what the clerk reads."""
        if display_id not in self.assigned:
            return False
        before = self.status(now)
        witness = self.witnesses.setdefault(display_id, Witness())
        if kind == "shown":
            witness.shown = True
        elif kind != "received" and witness.sound != "started":  # what was heard stays heard
            witness.sound = kind
            witness.sound_due_at = now + starts_in_ms / 1000 if kind == "queued" else None
        return self.status(now) != before

    def status(self, now: float) -> CallStatus:
        """Return what the clerk reads about this call now."""
        sound, starts_in_ms = self._sound(now)
        reason = self._reason(now, sound)
        return CallStatus(
            seq=self.seq,
            assigned_count=len(self.assigned),
            shown_count=self.shown_count,
            sound=sound,
            starts_in_ms=starts_in_ms,
            fetch=bool(reason),
            reason=reason,
        )

    @property
    def shown_count(self) -> int:
        return sum(w.shown for w in self.witnesses.values())

    def next_look_at(self, now: float) -> float | None:
        """Return when the status may change without a report; None when only a report can change it."""
        times = [self._shown_by, self._sounded_by, *(due + SOUND_LATE_S for due in self._queued())]
        return min((t for t in times if t >= now), default=None)

    @property
    def _shown_by(self) -> float:
        return self.began_at + SHOWN_WITHIN_S

    @property
    def _sounded_by(self) -> float:
        """When a display that has said nothing about its sound has had time enough to announce it."""
        return self._shown_by + SOUND_LATE_S

    def _queued(self) -> list[float]:
        return [w.sound_due_at for w in self.witnesses.values() if w.sound_due_at is not None]

    def _sound(self, now: float) -> tuple[Sound, int | None]:
        """Return the best that any display makes of the sound: one that is heard is enough."""
        if self.fetch_mode or not (self.connected or self.witnesses):
            return "none", None
        sounds = [self.witnesses[d].sound if d in self.witnesses else "waiting" for d in self._present]
        if "started" in sounds:
            return "started", None
        coming = [due for due in self._queued() if now <= due + SOUND_LATE_S]
        if coming:
            return "queued", max(0, int((min(coming) - now) * 1000))
        if "waiting" in sounds and now <= self._sounded_by:
            return "waiting", None
        if "queued" in sounds or "waiting" in sounds:
            return "late", None
        return ("blocked" if "blocked" in sounds else "failed"), None

    @property
    def _present(self) -> set[str]:
        return {*self.connected, *self.witnesses}

    def _reason(self, now: float, sound: Sound) -> Reason:
        if self.fetch_mode:
            return "fetch_mode"
        if not self._present:
            return "no_display"
        if not self.shown_count and now > self._shown_by:
            return "not_shown"
        return "not_sounded" if sound in {"blocked", "failed", "late"} else ""


class Confirmations:
    """The calls of the last two minutes, and those whose outcome is open; by site and sequence number.

    `monotonic` is a clock in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._watches: dict[tuple[str, int], CallWatch] = {}
        self._newest: dict[tuple[str, int], int] = {}

    def begin(self, watch: CallWatch) -> None:
        self._watches[watch.site_id, watch.seq] = watch
        self._newest[watch.site_id, watch.ticket_id] = watch.seq
        self._forget()

    def now(self) -> float:
        return self._monotonic()

    def get(self, site_id: str, seq: int) -> CallWatch | None:
        return self._watches.get((site_id, seq))

    def statuses(self, site_id: str) -> dict[int, CallStatus]:
        """Return ticket id → what the clerk reads now, for the newest call of each ticket."""
        now = self._monotonic()
        return {
            ticket_id: self._watches[site, seq].status(now)
            for (site, ticket_id), seq in self._newest.items()
            if site == site_id and (site, seq) in self._watches
        }

    def due_to_settle(self, site_id: str) -> list[CallWatch]:
        """Return the calls whose outcome is known by now and not yet noted."""
        now = self._monotonic()
        return [
            watch
            for (site, _), watch in self._watches.items()
            if site == site_id and not watch.settled and watch.next_look_at(now) is None
        ]

    def settled(self, site_id: str, after: int) -> list[CallWatch]:
        """Return the calls after that sequence number whose outcome is noted, oldest first."""
        found = [one for (site, seq), one in self._watches.items() if site == site_id and seq > after]
        return sorted((one for one in found if one.settled), key=lambda one: one.seq)

    def _forget(self) -> None:
        horizon = self._monotonic() - KEPT_S
        # Calls stand in the order in which they were made, so that only old ones are looked at.
        old = list(takewhile(lambda one: one[1].began_at < horizon, self._watches.items()))
        for (site, seq), watch in old:
            if watch.settled:
                del self._watches[site, seq]
                if self._newest.get((site, watch.ticket_id)) == seq:
                    del self._newest[site, watch.ticket_id]
