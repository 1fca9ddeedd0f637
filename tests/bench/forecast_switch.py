"""`aufruf`, with forecasts that SIGUSR1 ends and SIGUSR2 begins again; for `tests.bench.beside` alone.

No town may turn them off, so the switch is not the product's.
"""

import signal
import sys

from queue_server.cli import main
from queue_server.live.forecasts import Forecasts

_make = Forecasts.make
_is_on = True


async def make(self: Forecasts, site_id: str) -> None:
    """Make a forecast, unless they are off."""
    if _is_on:
        await _make(self, site_id)


def turn(number: int, frame: object) -> None:
    global _is_on  # noqa: PLW0603 - one process, one switch
    _is_on = number == signal.SIGUSR2


if __name__ == "__main__":
    Forecasts.make = make  # type: ignore[method-assign]
    signal.signal(signal.SIGUSR1, turn)
    signal.signal(signal.SIGUSR2, turn)
    raise SystemExit(main(sys.argv[1:]))
