"""A first start of the demo that kills itself, as a child: `DATA half|written WEEKS NOW`."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import time_machine

from queue_server.commands import demo_store, demo_town
from queue_server.settings import Settings

DRAWN = 600
"""So often chance is asked before the end: some days are written by then."""


def die(*_: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


def main() -> None:
    data, when, weeks, now = sys.argv[1:]
    if when == "written":
        demo_town._tokens = die  # type: ignore[assignment]
    else:
        ask, asked = demo_store.Seeded.bytes, []

        def bytes_(self: demo_store.Seeded, count: int) -> bytes:
            asked.append(count)
            return die() if len(asked) == DRAWN else ask(self, count)

        demo_store.Seeded.bytes = bytes_  # type: ignore[method-assign]
    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        settings = Settings(data=Path(data), demo=True)
        demo_town.prepare(settings, random_passwords=False, say=lambda _: None, past_weeks=int(weeks))


if __name__ == "__main__":
    main()
