"""How the sample town's past is kept: all of it in one transaction, and drawn from a seed.

What must not live here: what is written (`demo_past`).
"""

import random

from queue_server.adapters.randomness import Randomness
from queue_server.adapters.store import Store


class Seeded(Randomness):
    """Numbers, keys and references that are the same whenever the same past is written."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice

    def bytes(self, count: int) -> bytes:
        return self._dice.randbytes(count)


class OneTransaction(Store):
    """A store whose days lie in one transaction: whoever is killed leaves none, and is made good."""

    def end_day(self) -> None:
        """Write what was done so far, without committing; the next unit may be of another day."""
        self.planner.committed(self.write())
        self._clear()
