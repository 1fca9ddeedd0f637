"""The journal of who was erased, beside the backups: an older backup must bring nobody back.

A line of JSON for each, appended and on the disk before `append` returns. It is read without a database,
for it lives longer than any. Nothing of a person stands in it. What must not live here: erasing.

The rest of `adapters` stays unknown here, so that whoever erases may import this.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

NAME: Final = "erased.journal"


@dataclass(frozen=True, slots=True)
class Erased:
    """One person who was erased.

    `kind` names the table (`booked_person`, `visitor_data`), `ref` the appointment or ticket, `kept_since`
    the erased row's `created_at`: after a restore ids are given again, and it tells two persons apart.
    """

    site_id: str
    kind: str
    ref: int
    kept_since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal tells. `torn` are the numbers of lines that nobody can read, counted from one."""

    entries: Sequence[Erased]
    torn: Sequence[int]


def append(path: Path, entries: Iterable[Erased]) -> None:
    """Add these to the journal, which is made when it is missing; several processes may do so at once."""
    text = "".join(_line(entry) for entry in entries).encode()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        end = os.lseek(handle, 0, os.SEEK_END)
        if end and text and os.pread(handle, 1, end - 1) != b"\n":
            text = b"\n" + text  # the power went in the middle of the last line
        while text:
            text = text[os.write(handle, text) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path) -> Journal:
    """Read a journal. Raises OSError when there is none: a missing journal is not an empty one."""
    entries, torn = [], []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip(b"\0 \r"):
            continue
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            torn.append(number)
    return Journal(entries, torn)


def _line(entry: Erased) -> str:
    words = {
        "site": entry.site_id,
        "kind": entry.kind,
        "ref": entry.ref,
        "kept_since": _moment(entry.kept_since),
        "at": _moment(entry.at),
    }
    return json.dumps(words) + "\n"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _entry(words: Any) -> Erased:
    moments = (datetime.fromisoformat(words[name]).astimezone(UTC) for name in ("kept_since", "at"))
    return Erased(str(words["site"]), str(words["kind"]), int(words["ref"]), *moments)
