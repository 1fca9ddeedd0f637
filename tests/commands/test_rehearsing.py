"""What an update makes of log and rows that differ, and of a folder that belongs to another user."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from queue_server.adapters.installing.layout import Layout, Switch
from queue_server.adapters.installing.services import ByCommand
from queue_server.commands import changing_over, update
from queue_server.commands.as_owner import Owner
from queue_server.commands.common import DIFFERS, Problem
from queue_server.commands.rehearsal import copy_of
from queue_server.settings import Settings

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands files over")
NOBODY = Owner(65534, 65534)


def program(path: Path, status: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("ours", "theirs", "refused"),
    [
        (0, 0, None),
        (DIFFERS, DIFFERS, None),
        (0, DIFFERS, "log and rows differ, and this version does not"),
        (DIFFERS, 1, "without a word"),
    ],
)
def test_only_a_new_difference_holds_an_update_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: int, theirs: int, refused: str | None
) -> None:
    program(tmp_path / "bin/aufruf", ours)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    said = None
    try:
        new = program(tmp_path / "new", theirs)
        update._compare(Owner.of(tmp_path), new, tmp_path, Settings(data=tmp_path), "")
    except Problem as problem:
        said = str(problem)
    assert (refused in said) if refused and said else (refused is said)


def test_a_server_that_was_stopped_by_hand_is_not_started_by_an_old_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(changing_over, "STARTED_AGAIN_S", 0)
    layout = Layout(tmp_path)
    layout.versions.mkdir()
    layout.switch("1.1.0")
    layout.begin(Switch("1.0.0", "1.1.0"))
    restarts = ByCommand(f"touch {tmp_path / 'restarted'}")
    changing_over.ChangeOver(layout, Settings(data=tmp_path), restarts, 1).finish_what_was_begun()
    assert (layout.current, layout.previous, layout.begun()) == ("1.1.0", "1.0.0", None)
    assert "No server runs" in capsys.readouterr().out
    assert not (tmp_path / "restarted").exists()


@AS_ROOT
def test_root_hands_over_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "theirs").symlink_to(tmp_path / "ours")
    (tmp_path / "ours").touch()
    NOBODY.owns(tmp_path / "theirs")
    assert ((tmp_path / "ours").stat().st_uid, (tmp_path / "theirs").lstat().st_uid) == (0, NOBODY.uid)


@AS_ROOT
def test_the_owner_copies_the_key_and_root_writes_nothing_there() -> None:
    with open_to_all() as data:
        settings = Settings(data=data)
        settings.key_file.write_text("key")
        NOBODY.owns(settings.key_file)
        NOBODY.owns(data)
        with copy_of(settings, NOBODY, Path("/bin/true"), data / "a.backup") as copy:
            key = (copy / settings.key_file.name).stat()
        assert (key.st_uid, key.st_mode & 0o777) == (NOBODY.uid, 0o600)


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that another user reaches: pytest closes its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
