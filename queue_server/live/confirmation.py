"""Whether a call was really shown and heard: the displays' reports, and what the clerk is told of them.

Kept in memory while a call is fresh; its outcome goes into the log. The clerk is told to fetch the
visitor when no display confirms in time, when none sounded, or when none is there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from queue_server.protocol import SHOWN_WITHIN_S, SOUND_LATE_S, CallStatus, ReportKind

KEPT_S: Final = 120.0
Sound = Literal["none", "waiting", "queued", "started", "blocked", "failed", "late"]
Reason = Literal["", "fetch_mode", "no_display", "not_shown", "not_sounded", "needs"]


@dataclass(slots=True)
class Witness:
    """What one display said of one call. `sound_due_at` is on the monotonic clock."""

    shown: bool = False
    sound: Sound = "waiting"
    sound_due_at: float | None = None


@dataclass(slots=True)
class CallWatch:
    """One call and its witnesses: the displays that are assigned to it and in service."""

    seq: int
    site_id: str
    ticket_id: int
    counter_id: str
    began_at: float
    fetch_mode: bool
    assigned: frozenset[str]
    connected_count: int
    witnesses: dict[str, Witness] = field(default_factory=dict)
    settled: bool = False

    def report(self, display_id: str, kind: ReportKind, now: float, starts_in_ms: int = 0) -> bool:
        """Take in a display's word; say whether it changed what the clerk reads."""
        if display_id not in self.assigned:
            return False
        before = self.status(now)
        witness = self.witnesses.setdefault(display_id, Witness())
        if kind == "shown":
            witness.shown = True
        elif kind == "queued":
            witness.sound, witness.sound_due_at = "queued", now + starts_in_ms / 1000
        elif kind in {"started", "blocked", "failed"} and witness.sound != "started":
            witness.sound = kind
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
        times = [self.began_at + SHOWN_WITHIN_S, *(t + SOUND_LATE_S for t in self._sound_times())]
        times.append(self.began_at + SHOWN_WITHIN_S + SOUND_LATE_S)
        return min((t for t in times if t > now), default=None)

    def _sound_times(self) -> Iterable[float]:
        return (w.sound_due_at for w in self.witnesses.values() if w.sound_due_at is not None)

    def _sound(self, now: float) -> tuple[Sound, int | None]:
        if self.fetch_mode or not self.assigned:
            return "none", None
        sounds = {w.sound for w in self.witnesses.values()}
        if "started" in sounds:
            return "started", None
        due = min(
            (w.sound_due_at or now for w in self.witnesses.values() if w.sound == "queued"), default=None
        )
        if due is not None and now <= due + SOUND_LATE_S:
            return "queued", max(0, int((due - now) * 1000))
        for bad in ("blocked", "failed"):
            if bad in sounds and "waiting" not in sounds:
                return ("blocked" if bad == "blocked" else "failed"), None
        waited_long = now > self.began_at + SHOWN_WITHIN_S + SOUND_LATE_S
        return ("late" if due is not None or waited_long else "waiting"), None

    def _reason(self, now: float, sound: Sound) -> Reason:
        if self.fetch_mode:
            return "fetch_mode"
        if not self.connected_count:
            return "no_display"
        if not self.shown_count and now > self.began_at + SHOWN_WITHIN_S:
            return "not_shown"
        return "not_sounded" if sound in {"blocked", "failed", "late"} else ""


class Confirmations:
    """The calls of the last two minutes, by site and sequence number. `monotonic` is a clock in seconds."""

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

    def unsettled(self, site_id: str) -> list[CallWatch]:
        return [w for (site, _), w in self._watches.items() if site == site_id and not w.settled]

    def _forget(self) -> None:
        horizon = self._monotonic() - KEPT_S
        old = [key for key, watch in self._watches.items() if watch.began_at < horizon]
        for key in old:
            watch = self._watches.pop(key)
            if self._newest.get((watch.site_id, watch.ticket_id)) == watch.seq:
                del self._newest[watch.site_id, watch.ticket_id]
