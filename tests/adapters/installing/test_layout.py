"""The folder of versions: links that always name a whole one, what a killed run leaves, what is kept."""

import os
from pathlib import Path

import pytest

from queue_server.adapters.installing.layout import AnotherUpdate, Layout, NotOurLayout, Switch


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.versions.mkdir()
    return made


def give(layout: Layout, version: str, made_at: int = 0) -> None:
    folder = layout.environment(version)
    folder.mkdir()
    (folder / "pyvenv.cfg").touch()
    os.utime(folder / "pyvenv.cfg", (made_at, made_at))


def versions(layout: Layout) -> set[str]:
    return {path.name for path in layout.versions.iterdir()}


def test_current_names_a_version(layout: Layout) -> None:
    assert (layout.current, layout.previous) == (None, None)
    layout.switch("1.0.0")
    layout.switch("1.1.0")
    assert (layout.current, layout.previous) == ("1.1.0", None)
    assert (layout.root / "current").readlink() == Path("versions/1.1.0")


def test_three_versions_stay(layout: Layout) -> None:
    for age, version in enumerate(["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"]):
        give(layout, version, age)
    layout.switch("1.4.0")
    assert layout.confirm(Switch("1.3.0", "1.4.0")) == ["1.1.0", "1.0.0"]
    assert versions(layout) == {"1.2.0", "1.3.0", "1.4.0"}
    assert layout.previous == "1.3.0"


def test_the_two_that_are_linked_stay_however_old(layout: Layout) -> None:
    for age, version in enumerate(["1.0.0", "1.1.0", "1.2.0", "1.3.0"]):
        give(layout, version, age)
    layout.switch("1.0.0")
    layout.confirm(Switch("1.1.0", "1.0.0"))
    assert versions(layout) == {"1.0.0", "1.1.0", "1.3.0"}


def test_what_is_half_made_goes_when_making_it_fails(layout: Layout) -> None:
    layout.environment("1.2.0").mkdir()
    (layout.environment("1.2.0") / "of an older try").touch()
    with pytest.raises(FileNotFoundError), layout.making("1.2.0") as folder:
        (folder / "bin" / "python").touch()
    assert versions(layout) == set()
    with layout.making("1.2.0") as folder:
        folder.mkdir()
    assert versions(layout) == {"1.2.0"}


def test_what_a_killed_run_left_is_tidied_up(layout: Layout) -> None:
    give(layout, "1.1.0")
    give(layout, "1.2.0")
    layout.switch("1.1.0")
    (layout.versions / ".making-1.2.0").touch()
    (layout.root / ".link-current").symlink_to("versions/1.2.0")
    assert layout.tidy() == ["1.2.0"]
    assert versions(layout) == {"1.1.0"}
    assert not (layout.root / ".link-current").is_symlink()
    assert layout.tidy() == []


def test_the_version_that_runs_is_never_tidied_up(layout: Layout) -> None:
    give(layout, "1.1.0")
    layout.switch("1.1.0")
    (layout.versions / ".making-1.1.0").touch()
    assert layout.tidy() == []
    assert versions(layout) == {"1.1.0"}


def test_a_change_that_was_begun_is_remembered(layout: Layout) -> None:
    assert layout.begun() is None
    layout.begin(Switch("1.1.0", "1.2.0"))
    assert layout.begun() == Switch("1.1.0", "1.2.0")
    layout.forget()
    assert layout.begun() is None


def test_only_one_update_at_a_time(layout: Layout) -> None:
    with layout.alone(), pytest.raises(AnotherUpdate), layout.alone():
        pass


def test_a_program_from_elsewhere_is_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path / "versions" / "1.1.0"))
    assert Layout.of_this_program() == Layout(tmp_path)
    monkeypatch.setattr("sys.prefix", str(tmp_path / ".venv"))
    with pytest.raises(NotOurLayout):
        Layout.of_this_program()


@pytest.mark.parametrize("left", ["", "{", "[]", '{"before": "1.0.0"}'])
def test_a_journal_that_a_power_cut_emptied_stops_no_update(layout: Layout, left: str) -> None:
    (layout.root / "update.json").write_text(left)
    assert layout.begun() is None
    layout.begin(Switch("1.0.0", "1.1.0"))
    assert layout.begun() == Switch("1.0.0", "1.1.0")
