"""Changes from one version to another: link, restart, wait; and back again when the other does not answer."""

import contextlib
import sys
from dataclasses import dataclass
from typing import Final

from queue_server.adapters.installing.layout import Layout, Switch
from queue_server.adapters.installing.services import (
    ByCommand,
    BySignal,
    BySystemd,
    Means,
    NotRestarted,
    is_a_unit,
)
from queue_server.commands import noted
from queue_server.commands.coming_up import comes_up, is_up, runs_soon
from queue_server.commands.common import complain
from queue_server.settings import Settings

STARTED_AGAIN_S: Final = 3.0
"""Within this, whoever watches over a server that ends at once has started it again."""


@dataclass(frozen=True)
class ChangeOver:
    """What a change of versions needs; `limit_s` is how long a server may take to answer."""

    layout: Layout
    settings: Settings
    means: Means
    limit_s: float

    def to(self, before: str, after: str) -> int:
        """Change over and return the exit status: 1 when it went back."""
        switch = Switch(before, after)
        if noted.running(self.settings) is None:
            self.layout.switch(after)
            self._confirm(switch)
            say(f"Version {after} is installed. No server was running; start it.")
            return 0
        self.layout.begin(switch)
        try:
            self.layout.switch(after)
            say(f"Starting {after} ({self.means.told()}) …")
            if self._starts(after):
                self._confirm(switch)
                say(f"Version {after} answers. The one before, {before}, stays at hand: aufruf update --back")
                return 0
            return self._go_back(switch, f"version {after} did not answer within {self.limit_s:.0f} s")
        except KeyboardInterrupt:
            return self._go_back(switch, "interrupted")

    def finish_what_was_begun(self) -> None:
        """See to a change that was killed half way: keep it when it works, else go back."""
        switch = self.layout.begun()
        if switch is None:
            return
        if self.layout.current == switch.after and is_up(self.settings, switch.after):
            self._confirm(switch)
            say(f"An update to {switch.after} was broken off at its end; that version works and stays.")
        elif self.layout.current == switch.after and not runs_soon(self.settings, STARTED_AGAIN_S):
            # Perhaps weeks ago, and somebody stopped it by hand: that is no reason to start another version.
            self._confirm(switch)
            say(f"An update to {switch.after} was broken off. No server runs; that one stays in its place.")
        elif self.layout.current == switch.after:
            self._go_back(switch, f"an update to {switch.after} was broken off")
        else:
            self.layout.forget()

    def _go_back(self, switch: Switch, why: str) -> int:
        say(f"Going back to {switch.before}: {why}.")
        self.layout.switch(switch.before)
        comes = self._starts(switch.before)
        self.layout.forget()
        if comes:
            complain(f"{why}; version {switch.before} runs again, with everything that was done meanwhile")
        else:
            complain(
                f"{why}; version {switch.before} is in its place again, but does not answer: see its log"
            )
        return 1

    def _starts(self, version: str) -> bool:
        try:
            self.means.restart()
        except NotRestarted as failed:
            complain(f"the restart failed: {failed}")
            return False
        return comes_up(self.settings, version, self.limit_s)

    def _confirm(self, switch: Switch) -> None:
        for gone in self.layout.confirm(switch):
            say(f"Version {gone} is older than the last three and was taken away.")


def means_of(command: str | None, unit: str, settings: Settings) -> Means:
    """Return how the server is restarted here."""
    if command:
        return ByCommand(command)
    if is_a_unit(unit):
        return BySystemd(unit)

    def pid() -> int | None:
        server = noted.running(settings)
        return server.pid if server else None

    return BySignal(pid)


def say(line: str) -> None:
    """Print a step. A terminal that is gone must not stop what is under way."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stdout, flush=True)
