"""What systemd is told: ready, still alive, stopping (sd_notify(3), protocol of `Type=notify`).

Fifteen lines instead of a library. Without systemd, `NOTIFY_SOCKET` is not set and nothing happens.
"""

import contextlib
import os
import socket

from queue_server.live.repeating import Repeating


def notify(state: str) -> None:
    """Tell systemd; a message that cannot be delivered is no reason to end."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.connect(f"\0{address[1:]}" if address[0] == "@" else address)
        sending.send(state.encode())


def watchdog() -> Repeating | None:
    """Return what says "alive" from the event loop, twice as often as systemd asks; None when it does not.

    A loop that hangs says nothing, and is started again.
    """
    wanted, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdigit() or pid not in {"", str(os.getpid())}:
        return None

    async def say_alive() -> None:
        notify("WATCHDOG=1")

    return Repeating("telling systemd that we live", say_alive, int(wanted) / 2e6)
