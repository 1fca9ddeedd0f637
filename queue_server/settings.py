"""The settings of one process, read once at start: from the command line, then the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DEFAULT_PORT: Final = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided before the first request. Texts and rules of a town are not here.

    `public_url` is the address that visitors' phones reach; no QR is printed until it is set.
    `rate_limits` off is for load tests. `backups` is a folder on another disk or machine. With a
    `certificate` the server speaks TLS itself; its key stands in the same file, or in `certificate_key`.
    `first_run`: there was no town when the server started.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    database: str = ""
    demo: bool = False
    demo_password: str = ""
    demo_administrator: str = "admin"
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    rate_limits: bool = True
    speech: bool = True
    log_requests: bool = False
    first_run: bool = False
    backups: Path | None = None
    day_sheets: Path | None = None
    log_years: int = 3
    past_years: int = 10
    certificate: Path | None = None
    certificate_key: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        return _with_driver(self.database) if self.database else f"sqlite:///{self.data / 'aufruf.sqlite3'}"

    @property
    def key_file(self) -> Path:
        return self.data / "server.key"

    @property
    def connections_file(self) -> Path:
        return self.data / "connections.toml"

    @property
    def first_run_link(self) -> Path:
        return self.data / "first-run-link"

    @property
    def epoch_file(self) -> Path:
        return self.data / "epoch"

    @property
    def speech_folder(self) -> Path:
        return self.data / "speech"

    @property
    def paper_folder(self) -> Path:
        return self.data / "paper"

    @property
    def spool_folder(self) -> Path:
        return self.data / "spool"

    @property
    def calendar_folder(self) -> Path:
        return self.data / "calendars"

    @property
    def backup_folder(self) -> Path:
        return self.backups or self.data / "backups"

    @property
    def day_sheet_folder(self) -> Path:
        return self.day_sheets or self.data / "daysheets"

    @property
    def erased_journal(self) -> Path:
        """Who was erased: beside the backups, for an older one must bring nobody back."""
        return self.backup_folder / "erased.journal"

    @property
    def lock_file(self) -> Path:
        return self.data / "server.lock"


def _with_driver(url: str) -> str:
    """Name the driver that the `postgres` extra brings, so that operators need not know it."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
