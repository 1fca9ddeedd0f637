"""Runs another version's `aufruf` as the user to whom the data belong: root must leave no files there."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queue_server.commands.common import DIFFERS, Problem


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom the data belong."""

    uid: int
    gid: int

    @classmethod
    def of(cls, data: Path) -> "Owner":
        """Return whose data these are. Raises `Problem` when we may not act for them."""
        known = data.stat()
        owner = cls(known.st_uid, known.st_gid)
        if os.geteuid() not in {0, owner.uid}:
            raise Problem(f"{data} belongs to {owner.name}; run this as root, with sudo")
        return owner

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"user {self.uid}"

    def options(self) -> dict[str, Any]:
        """Return what `subprocess` needs to run as them."""
        if os.geteuid() == self.uid:
            return {"umask": 0o077}
        environment = {**os.environ, "HOME": "/", "USER": self.name, "LOGNAME": self.name}
        return {
            "umask": 0o077,
            "user": self.uid,
            "group": self.gid,
            "extra_groups": os.getgrouplist(self.name, self.gid),
            "env": environment,
        }

    def owns(self, path: Path) -> None:
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, words: Sequence[str | Path], cwd: Path) -> str:
        """Run a program and return what it printed. Raises `Problem` with its last words.

        That log and rows differ is no failure here: an old difference must hold up no update.
        """
        return self._run(words, cwd)[0]

    def agrees(self, words: Sequence[str | Path], cwd: Path) -> bool:
        """Run a program that compares log and rows; tell whether they agree. Raises `Problem` as `run`."""
        return self._run(words, cwd)[1] != DIFFERS

    def _run(self, words: Sequence[str | Path], cwd: Path) -> tuple[str, int]:
        done = subprocess.run(
            [str(word) for word in words],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            **self.options(),
        )
        if done.returncode not in {0, DIFFERS}:
            raise Problem(f"{last_words(done.stderr or done.stdout)} (said: {' '.join(map(str, words[:2]))})")
        return str(done.stdout), done.returncode


def last_words(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("aufruf: ") if lines else "it ended without a word"
