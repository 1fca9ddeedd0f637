"""A message is a whole file or none, for its owner alone, and not for long."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.adapters.post.spool import Spool, file_name

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "data" / "spool")


def test_a_message_is_a_file_for_its_owner_alone(spool: Spool) -> None:
    """Failure 27: a letter holds a name and a secret address."""
    path = spool.put("<a@b>", b"Subject: x\r\n\r\n", AT)
    assert path.read_bytes() == b"Subject: x\r\n\r\n"
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o077 == 0
    assert spool.folder.stat().st_mode & 0o077 == 0
    assert path.stat().st_mtime == AT.timestamp()


def test_the_same_message_twice_is_one_file(spool: Spool) -> None:
    first, second = spool.put("<a@b>", b"1", AT), spool.put("<a@b>", b"2", AT)
    other = spool.put("<c@b>", b"3", AT)
    assert first == second != other
    assert {path.read_bytes() for path in spool.folder.iterdir()} == {b"2", b"3"}


@pytest.mark.parametrize("evil", ["../../etc/passwd", "<a/b@c>", "\x00", ".", "ä" * 400])
def test_an_id_names_no_other_folder(spool: Spool, evil: str) -> None:
    assert spool.put(evil, b"x", AT).parent == spool.folder
    assert file_name(evil).removesuffix(".eml").isalnum()


def test_a_full_disk_leaves_no_half_message(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 20: the postman hears of it and tries again."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        spool.put("<a@b>", b"x", AT)
    assert list(spool.folder.iterdir()) == []


def test_old_messages_go(spool: Spool) -> None:
    old, young = spool.put("<a@b>", b"1", AT), spool.put("<c@d>", b"2", AT + timedelta(days=1))
    assert spool.forget(AT + timedelta(days=2, seconds=1)) == 1
    assert (old.exists(), young.exists()) == (False, True)


def test_an_empty_spool_has_nothing_to_forget(spool: Spool) -> None:
    assert spool.forget(AT) == 0
