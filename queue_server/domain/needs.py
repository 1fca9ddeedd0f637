"""What visitors may need, as neutral codes, and what it changes: how long is waited, how long it takes.

What must not live here: keeping them. They are health data, and no event holds one: the log has the changed
times alone.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from queue_server.domain.concern import CELL_MIN
from queue_server.domain.interpreting import ARRANGED, CODES, WISHES

NEEDS: Final = frozenset(
    {"more_time", "step_free", "fetch_me", "sign_language", "deaf", "blind", "companion"}
    | {"priority", "interpreter"}
)
"""What a visitor may ask for. `priority` alone changes the order, and staff alone may say it.

`interpreter` is for who comes without an appointment; who books says the language (`domain.interpreting`).
"""
STAFFS: Final = frozenset({"priority"})
"""What is for staff to say: it brings the due time forward."""
SLOW_ON_THE_WAY: Final = frozenset({"more_time", "step_free", "fetch_me", "blind"})
STEP_FREE: Final = "step_free"
GRACE_FACTOR: Final = 2
LEAST_MORE_MIN: Final = 5
MORE_TIME: Final = "more_time"
OF_THE_TIME: Final = frozenset({MORE_TIME, STEP_FREE}) | WISHES
"""What decides which times and clerks a booking can have."""


def grace_with(needs: Collection[str], grace: timedelta) -> timedelta:
    """Return how long after the appointed time somebody still counts as in time."""
    return grace * GRACE_FACTOR if SLOW_ON_THE_WAY.intersection(needs) else grace


def minutes_with(needs: Collection[str], minutes: int) -> int:
    """Return how long a visit is expected to take: half as long again for who asked for more time.

    Only what others are told of their wait comes from it, never the own due time: who needs more time must
    not wait longer for it.
    """
    return minutes + max(LEAST_MORE_MIN, -(-minutes // 2)) if MORE_TIME in needs else minutes


def booked_minutes(needs: Collection[str], minutes: int) -> int:
    """Return how long a booked visit takes: `minutes_with`, in whole five-minute cells."""
    return -(-minutes_with(needs, minutes) // CELL_MIN) * CELL_MIN


def is_need(code: str) -> bool:
    """Say whether it is one of ours; what is stored may be of another version."""
    return code in NEEDS or code in CODES or code == ARRANGED
