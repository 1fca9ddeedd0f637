"""The product, loaded already: a program that forks a server for each order, as quick as one can be had.

Loading the product takes a second of computing, starting a server a quarter; some sixty tests have a server
of their own. Each is a process of its own here too: what it opens, changes and leaves is its own. How an
operator starts it is proved where a test names the command (`AUFRUF`). Only passwords are hashed quicker.

An order is a line of JSON on the standard input: words, environment, file of the log. The answer is a line
with the number of the process, which has a group of its own by then. It ends when its input does.
"""

import gc
import json
import os
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from queue_server.adapters import accounts

# What a starting server loads beside `queue_server.web.app`, where it is first needed.
LATER = (
    "queue_server.commands.demo",
    "queue_server.web.app",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)

QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Signing in takes 0.15 s of computing on purpose, and no test of a whole day is about that."""


def main() -> int:
    for name in LATER:
        import_module(name)
    accounts._HASHER = QUICK_HASHER  # type: ignore[misc]
    assert threading.active_count() == 1, "a thread would be missing behind the fork"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how one ended: the kernel buries it
    while line := sys.stdin.buffer.readline():
        order = json.loads(line)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            become(order)
            os.close(read)
            os.close(write)
            from queue_server.cli import main as aufruf

            return aufruf(order["words"])
        os.close(write)
        os.read(read, 1)  # until it has its group
        os.close(read)
        os.write(1, b"%d\n" % pid)
    return 0


def become(order: dict[str, Any]) -> None:
    """Be as a process that was started anew."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Path(os.devnull).open("rb") as nothing, Path(order["log"]).open("ab") as log:
        for file, number in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["aufruf", *order["words"]]


if __name__ == "__main__":
    sys.exit(main())
