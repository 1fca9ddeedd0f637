"""The doctor's eyes in a running server: quick looks, the thorough one apart, the file for others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from queue_server.adapters.doctor import apart, examining, live_file
from queue_server.domain.doctor.findings import Finding

QUICK: Final = ("disk", "memory", "backups", "key")
"""Looked at each minute: milliseconds."""
WITHOUT_BACKUPS: Final = ("disk", "memory")


class Settings(Protocol):
    """Where the server's things lie; `settings.Settings` fits."""

    @property
    def data(self) -> Path: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def database_url(self) -> str: ...
    @property
    def backup_folder(self) -> Path: ...
    @property
    def key_file(self) -> Path: ...
    @property
    def connections_file(self) -> Path: ...
    @property
    def public_url(self) -> str: ...
    @property
    def certificate(self) -> Path | None: ...
    @property
    def speech(self) -> bool: ...
    @property
    def demo(self) -> bool: ...


class Eyes:
    """What one server looks with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def quick(self, now: datetime) -> dict[str, list[Finding]]:
        """Look at what may fail within a minute. Waits for disks: in a thread."""
        return dict(examining.examine(self._patient(now, self._settings.backup_folder), QUICK))

    def quick_without_backups(self, now: datetime) -> dict[str, list[Finding]]:
        """Look at what can be seen while the folder of the backups hangs, and say that it does."""
        patient = self._patient(now, self._settings.data)
        found = dict(examining.examine(patient, WITHOUT_BACKUPS))
        found["disk"].append(Finding("folder_unwritable", str(self._settings.backup_folder)))
        return found

    def _patient(self, now: datetime, backup_folder: Path) -> examining.Patient:
        one = self._settings
        return examining.Patient(
            now=now,
            data=one.data,
            database_url=one.database_url,
            database_file=None,
            backup_folder=backup_folder,
            key_file=one.key_file,
            connections_file=one.connections_file,
            quick=True,
            demo=one.demo,
        )

    async def thorough(self, words: Mapping[str, Any]) -> dict[str, list[Finding]]:
        """Look at everything, in a process of its own."""
        return await apart.thorough(words)

    def write_file(self, now: datetime, checks: Sequence[str], found: Sequence[Finding]) -> None:
        """Tell `aufruf doctor` beside this server how it is. Raises OSError."""
        one = self._settings
        told = live_file.Told(
            at=now,
            address=self._address(),
            public_url=one.public_url,
            backups=str(one.backup_folder),
            speech=one.speech,
            demo=one.demo,
            certificate=str(one.certificate or ""),
            checks=tuple(checks),
            findings=tuple(found),
        )
        live_file.write(one.data, told)

    def _address(self) -> str:
        """Return where this machine reaches the server; empty when the port was left to chance."""
        one = self._settings
        host = f"[{one.host}]" if ":" in one.host else one.host
        scheme = "http" if one.certificate is None else "https"
        return f"{scheme}://{host}:{one.port}" if one.port else ""
