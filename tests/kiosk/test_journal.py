"""The agent's memory of its jobs, on a real disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.journal import Entry, Given, Journal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def test_last_word_on_an_attempt_counts(path: Path) -> None:
    journal = Journal(path)
    journal.write(Entry("a", 1, "received"), NOON)
    journal.write(Entry("a", 1, "refused", "paper_out", "detail"), NOON)
    journal.write(Entry("a", 2, "printed"), NOON)
    assert journal.of("a") == [Entry("a", 1, "refused", "paper_out", "detail"), Entry("a", 2, "printed")]
    assert journal.of("b") == []
    journal.close()


def test_entry_is_there_after_a_crash(path: Path) -> None:
    crashed = Journal(path)
    crashed.write(Entry("a", 1, "sending"), NOON)
    journal = Journal(path)  # while the first was never closed
    assert journal.settle_interrupted(NOON) == [Entry("a", 1, "unknown", "agent_stopped")]
    assert journal.settle_interrupted(NOON) == []
    assert journal.of("a") == [Entry("a", 1, "unknown", "agent_stopped")]
    journal.close()
    crashed.close()


def test_every_write_waits_for_the_disk(path: Path) -> None:
    journal = Journal(path)
    assert journal._database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    journal.close()


def test_finished_attempts_can_be_told_again(path: Path) -> None:
    journal = Journal(path)
    journal.write(Entry("b", 1, "printed"), NOON)
    journal.write(Entry("a", 1, "unknown", "no_confirmation"), NOON + timedelta(seconds=1))
    journal.write(Entry("c", 1, "received"), NOON)
    assert [entry.job for entry in journal.settled()] == ["b", "a"]
    journal.close()


def test_a_day_later_it_is_forgotten(path: Path) -> None:
    journal = Journal(path)
    journal.write(Entry("a", 1, "printed"), NOON)
    journal.forget_old(NOON + timedelta(hours=23))
    assert journal.of("a")
    journal.forget_old(NOON + timedelta(hours=25))
    assert not journal.of("a")
    journal.close()


def test_a_number_is_known_for_a_day_from_when_it_was_given(path: Path) -> None:
    journal = Journal(path)
    first, second = Given("e1", 7, 417), Given("e2", 7, 302)
    journal.give(first, NOON)
    journal.give(first, NOON + timedelta(hours=5))  # a reprint
    journal.give(second, NOON + timedelta(hours=1))
    assert journal.given() == [(first, NOON), (second, NOON + timedelta(hours=1))]
    journal.forget_old(NOON + timedelta(hours=24, minutes=30))
    assert [given for given, _ in journal.given()] == [second]
    journal.close()
