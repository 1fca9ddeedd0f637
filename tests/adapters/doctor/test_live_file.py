"""What a server writes down of itself, and what one reads of it: never half of it, never a stranger's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters.doctor import live_file
from queue_server.adapters.doctor.live_file import Told
from queue_server.domain.doctor.findings import Finding

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FOUND = Finding("printer_trouble", "kiosk", {"why": "cover_open"}, "musterstadt", "rathaus", is_open=True)
TOLD = Told(
    NOW,
    "http://127.0.0.1:8000",
    "https://t.example",
    "/b",
    True,
    False,
    "/c.pem",
    ("printers",),
    (FOUND,),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    live_file.write(tmp_path, TOLD)
    assert live_file.read(tmp_path) == TOLD
    assert [path.name for path in tmp_path.iterdir()] == ["doctor.json"]
    assert (tmp_path / "doctor.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 7}', '{"at": "2026-11-21T09:00:00+00:00"}'])
def test_what_is_none_of_ours_counts_as_nothing(tmp_path: Path, text: str) -> None:
    assert live_file.read(tmp_path) is None
    (tmp_path / "doctor.json").write_text(text)
    assert live_file.read(tmp_path) is None


def test_a_finding_of_another_version_is_left_out() -> None:
    words = live_file.as_words(FOUND)
    assert live_file.from_words([words | {"code": "fax_jammed"}, words]) == [FOUND]
