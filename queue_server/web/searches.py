"""Searches that found nothing: how often, at which site, for what. Never by whom, and never what was typed.

Gathered in memory and handed to the log every few minutes: a page that is read must not write. Somebody who
looks again the same day is not counted again; for that a salted number of the address is kept until midnight,
in memory alone. What is gathered when the server ends is lost, five minutes of it at most.
"""

import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from queue_server.domain.figures.tally import NOBODYS

MOST: Final = 20_000
"""So many of one day are remembered: whoever makes up addresses must not fill the memory."""


@dataclass(slots=True)
class Searches:
    """Counts of what has not been written yet, by site and service."""

    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _day: date | None = None
    _salt: str = field(default_factory=lambda: secrets.token_hex(16))

    def found_nothing(self, site_id: str, services: Collection[str], address: str, today: date) -> None:
        """Note that nothing was free for these services; of none: that no concern fits what was typed."""
        if today != self._day:
            self._day = today
            self._seen.clear()
        for service in services or (NOBODYS,):
            mark = hash((self._salt, site_id, service, address))
            if mark not in self._seen and len(self._seen) < MOST:
                self._seen.add(mark)
                self._counts.setdefault(site_id, Counter())[service] += 1

    def sites(self) -> list[str]:
        """Return the sites of which something is to be written."""
        return list(self._counts)

    def take(self, site_id: str) -> tuple[tuple[str, int], ...]:
        """Return what was gathered of a site, and begin anew."""
        return tuple(sorted(self._counts.pop(site_id, Counter()).items()))
