"""What is known of the house's health, for the pages; `web.doctoring` fills it.

What must not live here: looking, telling. No personal data.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import metadata
from urllib.parse import urlsplit

from starlette.types import Scope

from queue_server.domain.doctor.findings import Finding
from queue_server.domain.doctor.telling import Key, Known


@cache
def program_version() -> str:
    """Return the version of this program."""
    return metadata.version("aufruf")


@dataclass(slots=True)
class Condition:
    """Findings by where they come from and by check; since when; how each device's page was opened.

    `insecure` is (kind, id) → opened without TLS from another machine. `look_now` makes a thorough look and
    says how that went. `day_sheet_trouble` says why the day sheets could not be made last.
    """

    found: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)
    looked_at: dict[str, datetime] = field(default_factory=dict)
    known: Mapping[Key, Known] = field(default_factory=dict)
    insecure: dict[tuple[str, str], bool] = field(default_factory=dict)
    look_now: Callable[[], Awaitable[str]] | None = None
    day_sheet_trouble: Callable[[], str] = str

    def take(self, source: str, found: Mapping[str, Iterable[Finding]], now: datetime) -> None:
        """Take in what was found; a check of which another source tells keeps that part."""
        for check, findings in found.items():
            self.found[source, check] = list(findings)
            self.looked_at[check] = now

    @property
    def findings(self) -> list[Finding]:
        """Return everything that is not as it should be, each once."""
        return list({one.key: one for findings in self.found.values() for one in findings}.values())

    def note_screen(self, kind: str, id_: str, scope: Scope) -> None:
        """Note how a device's page was opened. Browsers tell it (`Origin`); programs have no page."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"").decode("latin-1")
        if "://" in origin:
            self.insecure[kind, id_] = not _is_trustworthy(origin)


def _is_trustworthy(origin: str) -> bool:
    """Say whether a browser gives a page of this origin all it has (W3C Secure Contexts, section 3.1)."""
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_here = host in {"localhost", "::1"} or host.startswith("127.") or host.endswith(".localhost")
    return parts.scheme == "https" or is_here
