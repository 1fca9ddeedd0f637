"""`doctor.json` in the data folder: what only the running server knows, for `aufruf doctor` beside it.

A file and not a request: it needs no token, and it tells of a server that hangs. No personal data.
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from queue_server.domain.doctor.findings import KINDS, Finding

NAME: Final = "doctor.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What a server said of itself and the hall. `checks` are those that it looked at."""

    at: datetime
    address: str
    public_url: str
    backups: str
    speech: bool
    demo: bool
    certificate: str
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]


def write(folder: Path, told: Told) -> None:
    """Replace the file. Raises OSError when that cannot be; nothing hangs on it."""
    path = folder / NAME
    draft = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    words: dict[str, Any] = {
        "at": told.at.isoformat(),
        "address": told.address,
        "public_url": told.public_url,
        "backups": told.backups,
        "speech": told.speech,
        "demo": told.demo,
        "certificate": told.certificate,
        "checks": list(told.checks),
        "findings": [as_words(one) for one in told.findings],
    }
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(words, file)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read(folder: Path) -> Told | None:
    """Return what a server said last; None when none ever did, or what is there is none of ours."""
    try:
        words = json.loads((folder / NAME).read_text("utf-8"))
        return Told(
            datetime.fromisoformat(words["at"]),
            str(words["address"]),
            str(words["public_url"]),
            str(words["backups"]),
            bool(words["speech"]),
            bool(words["demo"]),
            str(words["certificate"]),
            tuple(map(str, words["checks"])),
            tuple(from_words(words["findings"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def as_words(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON can hold it."""
    return {
        "code": finding.code,
        "check": finding.kind.check,
        "level": finding.level.value,
        "subject": finding.subject,
        "params": dict(finding.params),
        "organisation": finding.organisation_id,
        "site": finding.site_id,
        "open": finding.is_open,
    }


def from_words(words: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return findings that were written by this version or another one; unknown codes are left out."""
    return [
        Finding(
            one["code"],
            one["subject"],
            one["params"],
            one["organisation"],
            one["site"],
            bool(one.get("open", False)),
        )
        for one in words
        if one["code"] in KINDS
    ]
