"""Tests of displays: a picture beside the hall's own, and the display's own words about it.

A test takes the road of every call (frame, board, announcer, reports), so that it proves that road, and says
that it is one. No ticket, no number and no line in the log comes of it, and no call waits for it. What
must not live here: words for people.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from queue_server.domain.number_space import TEST_NUMBER
from queue_server.domain.town import Site
from queue_server.live.displays import Displays
from queue_server.live.rooms import Audience, DisplayChannel, SiteRoom
from queue_server.protocol import Board, CallEntry, CallReport, Frame, Probe
from queue_server.services import screens

LASTS: Final = timedelta(seconds=20)
CHIME_LASTS: Final = timedelta(seconds=8)
STILL_SPOKEN: Final = timedelta(minutes=2)
"""A call as young as this may still wait for its turn; a test would silence it."""

Refused = Literal["", "gone", "busy", "rehearsal"]


@dataclass(slots=True)
class DisplayTest:
    """One test. `said`: what the display told, with its detail. `refused`: why it did not begin."""

    display_id: str
    chime_only: bool
    began_at: datetime
    seq: int
    refused: Refused = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        return self.began_at + (CHIME_LASTS if self.chime_only else LASTS)


class Probes:
    """The last test of each display. Every method runs in the event loop."""

    def __init__(self, audience: Audience, displays: Displays) -> None:
        self._audience = audience
        self._displays = displays
        self._tests: dict[str, DisplayTest] = {}
        self._last_seq = 0
        self.rehearsing: set[str] = set()

    def __getitem__(self, display_id: str) -> DisplayTest | None:
        return self._tests.get(display_id)

    def begin_test(self, site_id: str, display_id: str, *, chime_only: bool) -> DisplayTest | None:
        """Show a call that is none on one display, or say in `refused` why not. None: no such display."""
        found = self._audience.channel(site_id, display_id)
        if found is None:
            return None
        room, channel = found
        now = self._audience.clock()
        test = DisplayTest(display_id, chime_only, now, self.next_seq(now), self._why_not(room, channel, now))
        self._tests[display_id] = test
        if not test.refused:
            call = example_call(room.site, channel, test.seq)
            self._displays.show_probe(channel, {"probe": self._probe(room, call, chime_only=chime_only)})
            asyncio.get_running_loop().call_later(
                (test.ends_at - now).total_seconds(), self._end, site_id, display_id, test
            )
        return test

    def take_report(self, display_id: str, report: CallReport) -> None:
        """Take in a display's word on a call that is none."""
        test = self._tests.get(display_id)
        if test is not None and test.seq == report["call"]:
            test.said[report["kind"]] = report.get("detail", "")

    def next_seq(self, now: datetime) -> int:
        """Return a sequence number far beyond every hall's, and of no probe before a restart."""
        self._last_seq = max(self._last_seq + 1, int(now.timestamp() * 1000))
        return self._last_seq

    def _why_not(self, room: SiteRoom, channel: DisplayChannel, now: datetime) -> Refused:
        if not channel.connections:
            return "gone"
        if room.site.id in self.rehearsing:
            return "rehearsal"
        calls = room.view.calls if room.view else ()
        young = (call for call in calls if call.open and now - call.called_at < STILL_SPOKEN)
        return "busy" if any(screens.matches(channel.display, call) for call in young) else ""

    def _probe(self, room: SiteRoom, call: CallEntry, *, chime_only: bool) -> Probe:
        board = probe_board(room.site, [call], self._audience)
        frame = Frame(epoch=f"probe-{secrets.token_hex(6)}", seq=call["seq"], board=board, announce=[call])
        return Probe(kind="test", chime_only=chime_only, frame=frame)

    def _end(self, site_id: str, display_id: str, test: DisplayTest) -> None:
        found = self._audience.channel(site_id, display_id)
        is_last = self._tests.get(display_id) is test and site_id not in self.rehearsing
        if found is not None and is_last:
            self._displays.end_probe(*found)


def example_call(site: Site, channel: DisplayChannel, seq: int) -> CallEntry:
    """Return a call to a room whose visitors wait before this display."""
    areas = channel.display.area_ids
    used = {counter.room_id: counter.id for counter in site.counters}
    rooms = [room for room in site.rooms if room.id in used] or list(site.rooms)
    near = [room for room in rooms if room.area_id in areas] or rooms
    room = near[0] if near else None
    return CallEntry(
        seq=seq,
        key=f"probe-{seq}",
        number=TEST_NUMBER,
        room=room.name if room else "–",
        room_id=room.id if room else "",
        counter_id=used.get(room.id, "") if room else "",
        area_id=room.area_id if room else None,
        floor=room.floor if room else "",
        kind="call",
        open=True,
        age_ms=0,
    )


def probe_board(site: Site, calls: list[CallEntry], audience: Audience, waiting_count: int = 0) -> Board:
    """Return a board that tells nothing of the real hall."""
    return Board(
        site_id=site.id,
        site=dict(site.name),
        calls=calls,
        waiting_count=waiting_count,
        wait=None,
        open_counter_count=0,
        issuing=True,
        call_mode="screen",
        next_free=None,
        config_version=audience.config_version,
        program=audience.program,
    )
