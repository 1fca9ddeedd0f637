"""Which clerk was last seen at which counter: by an open page, or by a command.

What lives here: noting it, in the event loop, for this process. What must not: what follows of it
(`domain.attendance`), and any keeping: nothing of it is written down, and a day later it is forgotten.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.attendance import Place
from queue_server.live.mailboxes import Connection

FORGOTTEN_AFTER: Final = timedelta(days=1)


class Presence:
    """One for the process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.since = clock()
        self._there: dict[Place, set[Connection]] = {}
        self._left_at: dict[Place, datetime] = {}

    def come(self, counter_id: str, clerk_id: str | None, connection: Connection) -> None:
        """A clerk opened a page of the counter."""
        if clerk_id is not None:
            self._there.setdefault((counter_id, clerk_id), set()).add(connection)

    def go(self, counter_id: str, clerk_id: str | None, connection: Connection) -> None:
        """The page is closed, or its session is over."""
        if clerk_id is None:
            return
        place = (counter_id, clerk_id)
        there = self._there.get(place, set())
        there.discard(connection)
        if not there:
            self._there.pop(place, None)
        self.note(counter_id, clerk_id)

    def note(self, counter_id: str, clerk_id: str | None) -> None:
        """A clerk did something at the counter: a keypad has no page."""
        if clerk_id is not None:
            self._left_at[(counter_id, clerk_id)] = self._clock()

    def seen(self) -> Mapping[Place, datetime]:
        """Return when each clerk was seen last at each counter."""
        now = self._clock()
        self._left_at = {one: at for one, at in self._left_at.items() if now - at < FORGOTTEN_AFTER}
        return {**self._left_at, **dict.fromkeys(self._there, now)}
