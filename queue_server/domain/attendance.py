"""When an open counter counts as unattended: its clerk's page, keypad and commands have been gone for long.

What must not live here: who has a page open (`live.presence`), and closing anything. The visitor at the
counter stays there, and the clerk who comes back goes on: a browser that crashed must not cost anybody
their place.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

UNATTENDED_AFTER: Final = timedelta(minutes=15)
Place = tuple[str, str]
"""Counter and clerk: somebody else who looks at a counter does not attend to it."""


def unattended(
    held: Iterable[tuple[str, str, datetime]], seen: Mapping[Place, datetime], since: datetime, now: datetime
) -> frozenset[str]:
    """Return the counters whose clerk was not seen for a quarter of an hour.

    `held`: counter, clerk, and since when the clerk holds it, of the counters that are not closed. `since`:
    from when on we would have seen them; before that nobody knows, so nobody is missed yet.
    """
    return frozenset(
        counter_id
        for counter_id, clerk_id, bound_at in held
        if now - max(bound_at, since, seen.get((counter_id, clerk_id), since)) >= UNATTENDED_AFTER
    )
