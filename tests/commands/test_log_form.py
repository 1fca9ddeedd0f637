"""How entries are written: whole, one each, and an exception without the words that it quotes."""

import contextlib
import io
import json
import logging
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from queue_server.commands.log_form import JsonLines, Words, told, under_systemd
from queue_server.web.security_log import coarse, note
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, serving

NAME = "Erika Mustermann"


@pytest.fixture(params=[JsonLines, Words])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    log = logging.getLogger("queue_server")
    level, log.level = log.level, logging.INFO
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)
    log.setLevel(level)


def fail_with_a_name() -> None:
    try:
        int(NAME)
    except ValueError as error:
        raise KeyError(NAME) from error


def test_an_exception_is_told_without_its_words(written: io.StringIO) -> None:
    """A library quotes what it choked on, and that may be a visitor's name."""
    try:
        fail_with_a_name()
    except KeyError:
        logging.getLogger("queue_server.web").exception("it failed")
    said = written.getvalue()
    assert NAME not in said
    assert "builtins.KeyError" in said
    assert "builtins.ValueError" in said
    assert "test_log_form.py" in said
    assert "fail_with_a_name" in said


def test_what_the_system_says_stays() -> None:
    with pytest.raises(OSError, match="nowhere") as failed:
        Path("/nowhere/at/all").read_text(encoding="utf-8")
    assert told(failed.value)[0] == "builtins.FileNotFoundError: No such file or directory"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT * FROM hall", ": SQLITE_ERROR no such table: hall"),
        ("INSERT INTO one VALUES (1)", ": SQLITE_CONSTRAINT_UNIQUE UNIQUE constraint failed: one.id"),
        (f"SELECT '{NAME}", ": SQLITE_ERROR"),
    ],
)
def test_what_a_database_says_of_itself_stays_and_what_it_quotes_does_not(statement: str, words: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as conn:
        conn.executescript("CREATE TABLE one (id INTEGER UNIQUE); INSERT INTO one VALUES (1)")
        with pytest.raises(sqlite3.Error) as failed:
            conn.execute(statement)
    assert told(failed.value)[0].partition(":")[1:] == (":", words[1:])


def test_an_exception_that_leads_in_a_circle_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    assert [line for line in told(first) if not line.startswith("at ")] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]


def test_json_is_one_line_for_each_entry() -> None:
    record = logging.LogRecord("queue_server.x", logging.WARNING, "", 0, "line one\nline %d", (2,), None)
    record.told = {"account": "7f", "ms": 1.5}
    entry = JsonLines().format(record)
    assert "\n" not in entry
    found = json.loads(entry)
    assert (found["level"], found["from"], found["event"]) == (
        "warning",
        "queue_server.x",
        "line one\nline 2",
    )
    assert (found["account"], found["ms"]) == ("7f", 1.5)
    assert found["at"].endswith("Z")


def test_a_line_for_people_holds_the_fields_too(written: io.StringIO) -> None:
    note("signed_in", account="7f", method="password")
    assert "signed_in" in written.getvalue()
    assert "7f" in written.getvalue()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", "-"),
        ("testclient", "-"),
    ],
)
def test_of_an_address_the_network_stays(address: str, network: str) -> None:
    assert coarse(address) == network


def test_a_terminal_is_not_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "1:1")
    assert not under_systemd()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not under_systemd()


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_everything_that_a_server_logs_is_json_when_wanted(aufruf: Aufruf, place: Place) -> None:
    """Libraries and uvicorn included; only the line that says where it is open is for people."""
    said: list[str] = []
    rest: list[str] = []
    with serving(place, "--log", "json", "--log-requests", said=said, rest=rest) as address:
        httpx2.get(f"{address}/termin?secret=x")
    entries = [json.loads(line) for line in [*said, *rest] if not line.startswith("Aufruf is open: ")]
    requests = [one for one in entries if one["event"] == "request"]
    assert [(one["method"], one["route"], one["status"]) for one in requests] == [("GET", "/termin", 200)]
