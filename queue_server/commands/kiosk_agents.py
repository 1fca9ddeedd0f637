"""The demo's kiosk agents: the real agent in processes of its own, printing on the paper preview."""

import os
import subprocess
import sys
from collections.abc import Mapping

from queue_server.settings import Settings

STOP_S = 1.0


class KioskAgents:
    """One child process for each kiosk. It waits for the server by itself."""

    def __init__(self, settings: Settings, kiosk_tokens: Mapping[str, str]) -> None:
        self._settings = settings
        self._tokens = kiosk_tokens
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, address: str) -> None:
        for kiosk_id, token in self._tokens.items():
            folder = self._settings.paper_folder / kiosk_id
            folder.mkdir(parents=True, exist_ok=True)
            words = [
                "kiosk-agent",
                address,
                "--kiosk",
                kiosk_id,
                "--printer",
                "preview:",
                "--data",
                str(folder),
                "--until-stdin-closes",
            ]
            self._children.append(
                subprocess.Popen(
                    [sys.executable, "-m", "queue_server.cli", *words],
                    # The token goes through the environment: arguments can be read by every user.
                    env={**os.environ, "AUFRUF_TOKEN": token},
                    # A pipe that nobody writes to closes when the demo ends, however it ends: an agent
                    # that outlived it would hold the folder, with a token that is revoked.
                    stdin=subprocess.PIPE,
                    start_new_session=True,
                )
            )

    def stop(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
