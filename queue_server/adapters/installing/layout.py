"""Where the versions lie: one virtual environment each, and a link to the one that runs.

    /opt/aufruf/versions/1.1.0/    /opt/aufruf/versions/1.2.0/
    /opt/aufruf/current -> versions/1.2.0      /opt/aufruf/previous -> versions/1.1.0

A link is put in place by one rename: at every moment `current` names a whole environment. Marks beside them
say what was going on, so that a run that was killed is tidied up by the next one.
"""

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

KEPT: Final = 3
_MAKING: Final = ".making-"


class NotOurLayout(Exception):  # noqa: N818 - it says what is so
    """The program does not run from a folder of versions."""


class AnotherUpdate(Exception):  # noqa: N818 - it says what is so
    """Somebody else is at it."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of versions that was begun and not yet seen to work."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One folder of versions."""

    root: Path

    @classmethod
    def of_this_program(cls) -> "Layout":
        """Return the folder that this program runs from. Raises `NotOurLayout`."""
        prefix = Path(sys.prefix).resolve()
        if prefix.parent.name != "versions":
            raise NotOurLayout(str(prefix))
        return cls(prefix.parent.parent)

    @property
    def versions(self) -> Path:
        return self.root / "versions"

    def environment(self, version: str) -> Path:
        return self.versions / version

    def program(self, version: str) -> Path:
        return self.environment(version) / "bin" / "aufruf"

    @property
    def current(self) -> str | None:
        return self._named_by("current")

    @property
    def previous(self) -> str | None:
        return self._named_by("previous")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other updates away. Raises `AnotherUpdate`."""
        with (self.root / "update.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AnotherUpdate from None
            yield

    @contextmanager
    def making(self, version: str) -> Iterator[Path]:
        """Give the folder of a new version; it goes again when making it fails, or is tidied up later."""
        mark, folder = self.versions / f"{_MAKING}{version}", self.environment(version)
        mark.touch()
        try:
            shutil.rmtree(folder, ignore_errors=True)
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            mark.unlink()

    def tidy(self) -> list[str]:
        """Take away what a killed run had half made; return the versions that were."""
        halves = []
        for mark in self.versions.glob(f"{_MAKING}*"):
            version = mark.name.removeprefix(_MAKING)
            if version not in {self.current, self.previous}:
                shutil.rmtree(self.environment(version), ignore_errors=True)
                halves.append(version)
            mark.unlink()
        for left in self.root.glob(".link-*"):
            left.unlink()
        return halves

    def switch(self, to: str) -> None:
        """Let `current` name another version."""
        self._link("current", to)

    def begin(self, switch: Switch) -> None:
        """Write down that a change of versions is under way, before it is."""
        partial = self._journal.with_suffix(".new")
        with partial.open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(switch)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._journal)
        self._sync()

    def begun(self) -> Switch | None:
        try:
            return Switch(**json.loads(self._journal.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):  # empty after a power cut: it was not yet begun
            return None

    def confirm(self, switch: Switch) -> list[str]:
        """The change of versions works: keep the one before at hand, and return which older ones went."""
        self._link("previous", switch.before)
        self.forget()
        return self._prune()

    def forget(self) -> None:
        """Nothing is under way any more."""
        self._journal.unlink(missing_ok=True)

    def _prune(self) -> list[str]:
        """Keep the newest versions, and always the two that the links name."""
        linked = {self.current, self.previous}
        made = sorted(self.versions.glob("*/pyvenv.cfg"), key=lambda path: path.stat().st_mtime, reverse=True)
        loose = [path.parent.name for path in made if path.parent.name not in linked]
        gone = loose[max(0, KEPT - len(linked)) :]
        for version in gone:
            shutil.rmtree(self.environment(version))
        return gone

    @property
    def _journal(self) -> Path:
        return self.root / "update.json"

    def _named_by(self, link: str) -> str | None:
        path = self.root / link
        return path.readlink().name if path.is_symlink() else None

    def _link(self, name: str, version: str) -> None:
        partial = self.root / f".link-{name}"
        partial.unlink(missing_ok=True)
        partial.symlink_to(Path("versions") / version)
        partial.replace(self.root / name)
        self._sync()

    def _sync(self) -> None:
        folder = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
