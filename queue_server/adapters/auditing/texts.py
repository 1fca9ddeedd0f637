"""Searching files: logs line by line, and messages that lie in the spool longer than they may.

What must not live here: changing a file.
"""

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from queue_server.adapters.auditing.searching import Finding, Searcher
from queue_server.adapters.post.spool import KEPT

LATE: Final = timedelta(hours=3)
"""The server tidies its spool every hour."""


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the files that are meant: a folder stands for all in it. Raises OSError for what is missing."""
    found: list[Path] = []
    for path in paths:
        path.stat()
        found += sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return found


def search_log(path: Path, searcher: Searcher) -> Iterator[Finding]:
    """Yield what is found in a log file, packed with gzip or not."""
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", errors="replace") as lines:
        yield from search_lines(f"log {path.name}", lines, searcher)


def search_lines(place: str, lines: Iterable[str], searcher: Searcher) -> Iterator[Finding]:
    for number, line in enumerate(lines, start=1):
        for kind, how in sorted(searcher.find(line)):
            yield Finding(place, f"line {number}", kind, how)


def spooled(folder: Path, now: datetime) -> tuple[list[Path], int]:
    """Return the files of a spool that should be gone, and how many are within their time."""
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    late = [path for path in files if path.stat().st_mtime < (now - KEPT - LATE).timestamp()]
    return sorted(late), len(files) - len(late)


def search_message(path: Path, searcher: Searcher) -> Iterator[Finding]:
    """Yield what is found in a message, its headers and the decoded text of all its parts."""
    found = {one for text in _texts(path.read_bytes()) for one in searcher.find(text)}
    for kind, how in sorted(found):
        yield Finding("spool", path.name, kind, how)


def _texts(content: bytes) -> Iterator[str]:
    yield content.decode(errors="replace")
    message = message_from_bytes(content, policy=policy.default)
    for part in message.walk():
        yield " ".join(part.values())
        if isinstance(part, EmailMessage) and not part.is_multipart():
            packed = part.get_payload(decode=True)
            if isinstance(packed, bytes):
                yield packed.decode(errors="replace")
