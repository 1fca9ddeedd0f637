"""How the log is written: a line for people on a terminal, a JSON object for each entry under systemd.

What must not live here: what is logged. Written with the standard library: structlog brings 8 MB and half
a second of start with it, for these sixty lines.

An exception is told by its kinds and places, never by its words: what a library quotes in a message may be a
visitor's name, and nobody can read all messages of all libraries. Only where the system itself speaks
(`OSError`: "No space left on device") its words stay; a path in it is none of a visitor.
"""

import json
import logging
import os
import re
import sqlite3
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any, Final

from queue_server.web.security_log import TOLD

FORMS: Final = ("auto", "text", "json")
MOST_PLACES: Final = 30
_STRUCTURAL: Final = re.compile(
    r"no such (table|column): [\w.]+|(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(: [\w., ]+)?"
    r"|database is locked|database or disk is full|database disk image is malformed|disk I/O error"
    r"|unable to open database file|attempt to write a readonly database"
)
_SQLSTATE: Final = re.compile(r"[0-9A-Z]{5}")
NOISY: Final = ("alembic", "httpx2", "sqlalchemy", "PIL", "uvicorn")
"""Libraries that are heard from `warning` on; httpx2 would name every address that it asks."""


def configure_log(form: str = "auto", stream: IO[str] | None = None) -> None:
    """Log warnings of libraries and our own words, without paths that may hold secrets."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" or (form == "auto" and under_systemd()) else Words())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _on_crash


def under_systemd() -> bool:
    """Tell whether the journal reads what we write (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class JsonLines(logging.Formatter):
    """One JSON object for each entry."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
            **getattr(record, TOLD, {}),
        }
        if record.exc_info:
            entry["error"] = [*told(record.exc_info[1])]
        return json.dumps(entry, ensure_ascii=False, default=str)


class Words(logging.Formatter):
    """A line for people; an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in getattr(record, TOLD, {}).items())
        line = f"{_at(record)} {record.levelname} {record.name}: {record.getMessage()}{fields}"
        if record.exc_info:
            line = "\n  ".join([line, *told(record.exc_info[1])])
        return line


def told(error: BaseException | None) -> list[str]:
    """Return what may be told of an exception: its kinds, outermost first, and its places, innermost last."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{_words_of(error)}")
        places = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
        lines += [f"at {place.filename}:{place.lineno} {place.name}" for place in places]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _words_of(error: BaseException) -> str:
    """Return what the system or the database says of itself: its errors' names, and of tables and columns."""
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    if isinstance(error, sqlite3.Error):
        named = getattr(error, "sqlite_errorname", "")
        return f": {named} {error}" if _STRUCTURAL.fullmatch(str(error)) else f": {named}"
    state = getattr(error, "sqlstate", None)  # PostgreSQL's; its message may hold the row's values
    return f": {state}" if isinstance(state, str) and _SQLSTATE.fullmatch(state) else ""


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _on_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("queue_server").critical("the program ended", exc_info=(kind, error, trace))
