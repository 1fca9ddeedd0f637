"""Displays: their pictures after each commit, resuming, and what they say of calls and of their sound.

A display's frame is drawn while the disk writes, and goes out in the same turn of the event loop as the
commit's news, before the clerk is answered. What a word of a display means for a call is decided in
`confirmation`.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from queue_server.live.confirmation import CallWatch
from queue_server.live.frames import Picture, encode_json, encode_text_frame
from queue_server.live.mailboxes import Connection, broadcast
from queue_server.live.rooms import Audience, DisplayChannel, Drawn, SiteRoom, said_of, sound_works
from queue_server.protocol import SPEAK_UNTIL_AGE_S, CallEntry, CallReport
from queue_server.services import screens
from queue_server.services.site_view import Call, SiteView

DRAWN_FOR: Final = timedelta(seconds=0.1)
"""A disk may take longer for a commit; what was drawn before it would tell wrong ages then."""


class Displays:
    """All displays of all sites. Every method runs in the event loop."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience

    def prepare(self, room: SiteRoom, view: SiteView) -> None:
        """Draw what a commit will show while the disk still writes it; `publish` sends it, or nobody."""
        since = view.seq if room.view is None else room.view.seq
        now = self._audience.clock()
        for channel in room.displays.values():
            channel.drawn = self._draw(room, channel, view, since, now) if channel.is_seen else None

    def publish(self, room: SiteRoom, view: SiteView, since: int) -> None:
        """Send one frame to each display whose picture changed; watch the calls after `since`."""
        now = self._audience.clock()
        for channel in room.displays.values():
            self._show(room, channel, view, since, now)
        if any(call.seq > since for call in view.calls):
            # In the next turn: the frames leave at the end of this one, and no word comes back before.
            asyncio.get_running_loop().call_soon(self._watch_new, room, view, since)

    def refresh(self, room: SiteRoom) -> None:
        """Send again what stands beside the calls, such as the next free time."""
        if room.view is not None:
            self.publish(room, room.view, room.view.seq)

    def join(
        self, site_id: str, display_id: str, connection: Connection, epoch: str | None, since: int | None
    ) -> None:
        """Let a display listen, and send its picture with the calls it missed.

        An unknown epoch, or a `since` beyond the present: full board, no sound, the client adopts.
        """
        found = self._audience.channel(site_id, display_id)
        if found is None:
            connection.abort()
            return
        room, channel = found
        channel.connections.add(connection)
        self._welcome(room, channel, connection, epoch, since)
        room.counters_changed.set()
        room.kiosks_changed.set()

    def watch(self, site_id: str, display_id: str, connection: Connection) -> None:
        """Let staff see a display's picture; they are no witnesses of its calls."""
        found = self._audience.channel(site_id, display_id)
        if found is None:
            connection.abort()
            return
        room, channel = found
        channel.watchers.add(connection)
        self._welcome(room, channel, connection, None, None)
        room.kiosks_changed.set()

    def leave(self, site_id: str, display_id: str, connection: Connection) -> None:
        found = self._audience.channel(site_id, display_id)
        if found is not None:
            room, channel = found
            channel.watchers.discard(connection)
            channel.connections.discard(connection)
            channel.health.pop(connection, None)
            channel.said.pop(connection, None)
            room.counters_changed.set()

    def take_health(
        self, site_id: str, display_id: str, health: Mapping[str, Any], connection: Connection | None = None
    ) -> None:
        """Take in a display's word about its sound: blocked sound never looks healthy (failure 22).

        Without a connection the word holds for all of them.
        """
        found = self._audience.channel(site_id, display_id)
        if found is not None:
            room, channel = found
            works = sound_works(health)
            for one in channel.connections if connection is None else {connection}:
                channel.health[one] = works
                channel.said[one] = said_of(health)
            room.counters_changed.set()

    def take_report(self, site_id: str, display_id: str, report: CallReport) -> None:
        """Take in a display's word on a call; of a call that is unknown or not its own: nothing happens."""
        watch = self._audience.confirmations.get(site_id, report["call"])
        room = self._audience.rooms.get(site_id)
        if watch is None or room is None:
            return
        now = self._audience.confirmations.now()
        if watch.report(display_id, report["kind"], now, report.get("starts_in_ms", 0)):
            room.counters_changed.set()
        self._look_again(room, watch)

    def show_probe(self, channel: DisplayChannel, message: Mapping[str, Any]) -> None:
        """Show a picture that is none of the hall's; the hall's stays back until a call comes or it ends."""
        frame = encode_text_frame(encode_json(message))
        channel.probed = True
        for connection in list(channel.listeners):
            connection.send_ready(frame)

    def end_probe(self, room: SiteRoom, channel: DisplayChannel) -> None:
        """Show the hall again. Nothing is spoken: a fresh call would have ended the probe by itself."""
        if not channel.probed:
            return
        channel.probed, channel.likeness = False, None
        if room.view is not None:
            self._show(room, channel, room.view, room.view.seq, self._audience.clock())

    def set_out_of_service(self, site_id: str, display_id: str, *, out: bool) -> None:
        room = self._audience.rooms[site_id]
        (room.out_of_service.add if out else room.out_of_service.discard)(display_id)
        room.counters_changed.set()

    def take_out_of_service(self, display_ids: Iterable[str]) -> None:
        """Take up at start what was so before it; ids that the set-up has lost are nobody's."""
        for room in self._audience.rooms.values():
            room.out_of_service.update(room.displays.keys() & set(display_ids))

    # -- pictures ----------------------------------------------------------------------------------

    def _show(
        self, room: SiteRoom, channel: DisplayChannel, view: SiteView, since: int, now: datetime
    ) -> None:
        drawn, channel.drawn = channel.drawn, None
        if not channel.is_seen:
            channel.likeness = None
            return
        if channel.probed:
            if not fresh_calls(view, channel, since, now):
                return
            channel.probed, channel.likeness = False, None
        if drawn is None or drawn.view is not view or now - drawn.at > DRAWN_FOR:
            drawn = self._draw(room, channel, view, since, now)
        if drawn is not None and drawn.likeness != channel.likeness:
            channel.likeness = drawn.likeness
            broadcast(channel.listeners, drawn.picture)

    def _draw(
        self, room: SiteRoom, channel: DisplayChannel, view: SiteView, since: int, now: datetime
    ) -> Drawn | None:
        """Draw a display's picture; None when it is the last one again."""
        shown = screens.shown_calls(view, channel.display)
        likeness = screens.likeness(view, shown, self._audience.config_version, room.free)
        if likeness == channel.likeness:
            return None
        picture = self._picture(room, view, shown, fresh_calls(view, channel, since, now), now)
        return Drawn(view, now, likeness, picture.encoded())

    def _welcome(
        self,
        room: SiteRoom,
        channel: DisplayChannel,
        connection: Connection,
        epoch: str | None,
        since: int | None,
    ) -> None:
        view = room.view
        if view is None:
            return
        resumes = epoch == self._audience.epoch and since is not None and since <= view.seq
        missed_from = since if resumes and since is not None else view.seq
        now = self._audience.clock()
        shown = screens.shown_calls(view, channel.display)
        announce = fresh_calls(view, channel, missed_from, now)
        connection.send_picture(self._picture(room, view, shown, announce, now))

    def _picture(
        self,
        room: SiteRoom,
        view: SiteView,
        shown: list[Call],
        announce: list[CallEntry],
        now: datetime,
    ) -> Picture:
        board = screens.board(view, room.site, shown, now, self._audience.config_version, room.free)
        board["program"] = self._audience.program
        return Picture.of(self._audience.epoch, view.seq, "board", board, kept_name="announce", kept=announce)

    # -- witnesses ---------------------------------------------------------------------------------

    def _watch_new(self, room: SiteRoom, view: SiteView, since: int) -> None:
        for call in view.calls:
            if call.seq > since:
                self._watch(room, view, call)

    def _watch(self, room: SiteRoom, view: SiteView, call: Call) -> None:
        assigned = [
            channel
            for channel in room.displays.values()
            if screens.matches(channel.display, call) and channel.display.id not in room.out_of_service
        ]
        watch = CallWatch(
            seq=call.seq,
            site_id=room.site.id,
            ticket_id=call.ticket_id,
            counter_id=call.counter_id,
            began_at=self._audience.confirmations.now(),
            fetch_mode=view.call_mode == "fetch",
            assigned=frozenset(channel.display.id for channel in assigned),
            connected=frozenset(channel.display.id for channel in assigned if channel.connections),
        )
        self._audience.confirmations.begin(watch)
        self._look_again(room, watch)

    def _look_again(self, room: SiteRoom, watch: CallWatch) -> None:
        """Ring when the status of a call changes though nobody says a word."""
        now = self._audience.confirmations.now()
        next_at = watch.next_look_at(now)
        if next_at is None or (watch.rings_at is not None and now < watch.rings_at <= next_at):
            return
        watch.rings_at = next_at

        def ring() -> None:
            watch.rings_at = None
            room.counters_changed.set()
            self._look_again(room, watch)

        # A little later, so that the clock has passed the moment for sure.
        asyncio.get_running_loop().call_later(next_at - now + 0.02, ring)


def fresh_calls(view: SiteView, channel: DisplayChannel, since: int, now: datetime) -> list[CallEntry]:
    """Return the display's calls after `since`, oldest first, that are young enough to be spoken."""
    fresh = [
        call
        for call in view.calls
        if call.seq > since
        and screens.matches(channel.display, call)
        and (now - call.called_at).total_seconds() <= SPEAK_UNTIL_AGE_S
    ]
    return [screens.summons(call, now) for call in sorted(fresh, key=lambda call: call.seq)]
