"""The process of the demo's sample visitors; what they do stands in `demo_visitors`."""

import os
import subprocess
import sys


class Visitors:
    """The crowd's process, which ends with the demo however that ends."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, address: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "queue_server.commands.demo_visitors", address],
            env={**os.environ, "AUFRUF_TOKEN": self._token},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
