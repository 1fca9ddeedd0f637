"""Who was erased stays written down, whatever happens to the machine or to the last line."""

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.journal import Erased

SINCE = datetime(2026, 11, 19, 8, 30, 1, 250_001, tzinfo=UTC)
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ERIKA = Erased("rathaus", "booked_person", 17, SINCE, AT)
MAX = Erased("rathaus", "visitor_data", 4, SINCE, AT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / journal.NAME


def test_what_was_appended_is_read_in_order(path: Path) -> None:
    journal.append(path, [ERIKA])
    journal.append(path, [MAX, ERIKA])
    assert journal.read(path) == journal.Journal([ERIKA, MAX, ERIKA], [])


def test_a_line_is_plain_json_that_anybody_can_read(path: Path) -> None:
    journal.append(path, [ERIKA])
    assert path.read_text() == (
        '{"site": "rathaus", "kind": "booked_person", "ref": 17,'
        ' "kept_since": "2026-11-19T08:30:01.250001Z", "at": "2026-11-20T02:00:00Z"}\n'
    )


def test_nobody_else_may_read_it(path: Path) -> None:
    journal.append(path, [])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_journal_is_not_an_empty_one(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        journal.read(path)
    journal.append(path, [])
    assert journal.read(path) == journal.Journal([], [])


@pytest.mark.parametrize("kept", range(1, 120, 17))
def test_a_torn_last_line_is_told_and_costs_no_other(path: Path, kept: int) -> None:
    journal.append(path, [ERIKA])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    assert journal.read(path) == journal.Journal([ERIKA], [2])
    journal.append(path, [MAX])
    assert journal.read(path) == journal.Journal([ERIKA, MAX], [2])


@pytest.mark.parametrize("line", ["[]", "7", '{"site": "rathaus"}', "\udcff", '{"site": "a", "kind": "b"}'])
def test_what_is_no_entry_is_told(path: Path, line: str) -> None:
    path.write_bytes(line.encode(errors="surrogateescape") + b"\n")
    journal.append(path, [ERIKA])
    assert journal.read(path) == journal.Journal([ERIKA], [1])


def test_zeros_that_a_power_cut_left_are_passed_over(path: Path) -> None:
    journal.append(path, [ERIKA])
    with path.open("ab") as file:
        file.write(b"\0" * 40)
    journal.append(path, [MAX])
    assert journal.read(path).entries == [ERIKA, MAX]


def test_several_processes_append_whole_lines(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append_many, args=(path, number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    found = journal.read(path)
    assert not found.torn
    assert sorted(entry.ref for entry in found.entries) == sorted(list(range(20)) * 3)


def _append_many(path: Path, _number: int) -> None:
    for ref in range(20):
        journal.append(path, [Erased("rathaus", "booked_person", ref, SINCE, AT)])
