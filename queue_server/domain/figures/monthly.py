"""Which months' sheets a town is still owed.

What must not live here: whether a month is counted, and sending.
"""

from typing import Final

from queue_server.domain.figures.period import Period

MOST_LATE: Final = 3
"""So many months at once: a server that stood still for half a year tells of the last ones, not of all."""


def owed(posted_until: str, last: Period) -> list[Period]:
    """Return the months to post, the oldest first. `last` is the last that is over.

    `posted_until` is the last month (`2026-03`) that was posted; empty before the first: then one is owed,
    not years.
    """
    if not posted_until:
        return [last]
    months = [last.shifted(-n) for n in reversed(range(MOST_LATE))]
    return [one for one in months if name_of(one) > posted_until]


def name_of(month: Period) -> str:
    """Return the month as it is kept: `2026-03`; names sort as months do."""
    return f"{month.first:%Y-%m}"
