"""The machine's facts, caused for real where a machine lets us: a full disk, a broken package."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters.doctor import environment, machine
from queue_server.domain.doctor import machine as rules

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=64", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def codes(*folders: Path) -> list[str]:
    return [one.code for one in rules.disks(machine.disks(folders))]


def test_a_full_disk_is_found_before_anything_is_lost(small_disk: Path) -> None:
    assert codes(small_disk) == ["disk_full"]
    (small_disk / "ballast").write_bytes(bytes(3_000_000))
    (small_disk / "rest").write_bytes(bytes(1_000_000))
    assert codes(small_disk) == ["disk_full"], "nothing can be written, and still that is no wrong right"


def test_a_disk_without_room_for_names_is_found(small_disk: Path) -> None:
    for number in range(61):
        (small_disk / str(number)).touch()
    assert codes(small_disk) == ["disk_full", "inodes_low"]


def test_a_disk_for_reading_only_is_found(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert codes(small_disk) == ["folder_unwritable"]


def test_a_folder_that_is_gone_is_found(tmp_path: Path) -> None:
    assert codes(tmp_path / "never-mounted") == ["folder_unwritable"]


def test_the_kind_of_a_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 22 0:50 / /srv/town\\040hall rw,relatime shared:1 - nfs4 nas:/export rw\n"
    )
    assert machine.file_system(Path("/srv/town hall/aufruf.sqlite3"), mounts) == "nfs4"
    assert machine.file_system(Path("/srv/other"), mounts) == "ext4"
    assert machine.file_system(Path("/"), tmp_path / "none") == ""
    assert machine.file_system(tmp_path), "this machine's own"


def test_memory_is_read(tmp_path: Path) -> None:
    found = machine.memory()
    assert found is None or 0 < found.available <= found.total
    source = tmp_path / "meminfo"
    source.write_text("MemTotal:  2000000 kB\nMemFree: 10 kB\nMemAvailable:   90000 kB\n")
    low = machine.memory(source)
    assert low is not None
    assert [one.code for one in rules.memory(low)] == ["memory_low"]
    assert machine.memory(tmp_path / "none") is None


def test_the_machines_time_zone_is_compared_with_the_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(sites: dict[str, str]) -> list[str]:
        return [one.code for one in rules.zones(machine.zones(sites, NOW))]

    try:
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        assert found({"rathaus": "Europe/Berlin"}) == ["time_zone_differs"]
        assert found({"rathaus": "Europa/Berlin"}) == ["time_zone_unknown"]
        monkeypatch.setenv("TZ", "Europe/Vienna")
        time.tzset()
        assert found({"rathaus": "Europe/Berlin"}) == []
    finally:
        monkeypatch.undo()
        time.tzset()


def test_whether_the_clock_is_kept_right_is_told_or_unknown() -> None:
    assert machine.is_synced() in {True, False, None}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages; one was built for a library that an upgrade took away."""
    for name, text in (("aufrufgood", ""), ("aufrufbad", "import ctypes; ctypes.CDLL('libaufruf.so.62')")):
        (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / f"{name}-1.0.dist-info").mkdir()
        (tmp_path / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_what_is_missing_or_broken_is_named(packages: Path) -> None:
    found = environment.environment(packages, ["aufrufgood", "aufrufbad", "aufrufgone"])
    assert [(one.code, one.subject) for one in rules.environment(found)] == [
        ("package_missing", "aufrufgone"),
        ("package_broken", "aufrufbad"),
    ]
    assert found.broken is not None
    assert "libaufruf.so.62" in found.broken["aufrufbad"]
    assert not environment.environment(packages, ["aufrufbad"], load=False).broken


def test_a_machine_that_cannot_join_letters_is_found_where_they_are_printed(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arabic slips came out in single letters, the wrong way round; a line of a log alone told it."""

    def found(*from_right: str, load: bool = True) -> list[tuple[str, str]]:
        facts = environment.environment(packages, [], load=load, from_right=from_right)
        return [(one.code, one.subject) for one in rules.environment(facts)]

    monkeypatch.setattr("PIL.features.check", lambda _: False)
    assert found("ar") == [("slips_unjoined", "ar")]
    assert (found(), found("ar", load=False)) == ([], [])
    monkeypatch.setattr("PIL.features.check", lambda _: True)
    assert found("ar") == []


def test_an_environment_of_another_python_is_found(packages: Path) -> None:
    (packages / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.2\n")
    assert [one.code for one in rules.environment(environment.environment(packages, []))] == [
        "python_changed"
    ]
    ours = ".".join(map(str, sys.version_info[:2]))
    (packages / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion_info = {ours}.0.final.0\n")
    assert [one.code for one in rules.environment(environment.environment(packages, []))] == []


def test_our_own_environment_is_whole() -> None:
    assert list(rules.environment(environment.environment(load=False))) == []
