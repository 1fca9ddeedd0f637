"""`aufruf init`: a town of a file; shown, asked for, applied once."""

import io
from pathlib import Path

import pytest

from queue_server.adapters.town.file import load, sample_town, to_toml
from queue_server.adapters.town.store import config_version, load_towns
from tests.commands.conftest import Aufruf
from tests.commands.operating import EXAMPLE, Place, fill_hall, written


class Keyboard(io.StringIO):
    """Somebody at a terminal."""

    def isatty(self) -> bool:
        return True


def version_of(place: Place) -> int:
    with place.database() as database:
        return database.read(config_version)


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    text = EXAMPLE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return written(tmp_path / "changed.toml", text)


def test_a_town_is_made_and_what_comes_next_is_told(
    empty_place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    said = aufruf("init", "--from", written(tmp_path / "my.toml"), "--yes", *empty_place.words)
    assert said.status == 0
    assert "+ site rathaus (Rathaus)" in said.out
    for command in (
        "user create",
        "--role administrator NAME",
        "--role clerk mueller",
        "aufruf serve",
        "aufruf pair",
    ):
        assert command in said.out
    assert str(empty_place.settings.data) in said.out.split("Next:")[1]
    assert empty_place.settings.key_file.stat().st_mode & 0o077 == 0
    with empty_place.database() as database:
        assert database.read(load_towns) == {"beispielstadt": load(EXAMPLE, "example")}


def test_applying_it_twice_changes_nothing_and_says_so(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    before = version_of(place)
    said = aufruf("init", "--from", tmp_path / "town.toml", "--yes", *place.words)
    assert (said.status, said.out) == (0, "Nothing to change: the town is as the file says.\n")
    assert version_of(place) == before


def test_a_change_is_shown_before_and_after(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    file = changed(tmp_path, ("minutes = 12", "minutes = 14"), ('fri = "08:00-12:00"', 'fri = "08:00-13:00"'))
    said = aufruf("init", "--from", file, "--yes", *place.words)
    assert "~ service id-card\n    minutes: 12 -> 14" in said.out
    assert "opening: no longer fri 08:00-12:00" in said.out
    assert "opening: now also fri 08:00-13:00" in said.out
    assert "Next:" not in said.out
    with place.database() as database:
        services = database.read(load_towns)["beispielstadt"].services
    assert next(service.minutes for service in services if service.id == "id-card") == 14


def test_every_mistake_is_told_with_its_line_and_nothing_is_made(
    empty_place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    file = changed(tmp_path, ('room = "2"', 'room = "7"'), ('wed = "08:00-12:30"', 'wed = "morning"'))
    said = aufruf("init", "--from", file, "--yes", *empty_place.words)
    assert said.status == 2
    lines = said.err.splitlines()
    assert ["line 26" in lines[0], "line 38" in lines[1]] == [True, True]
    assert "2 mistakes" in lines[-1]
    assert not empty_place.settings.data.exists()


@pytest.mark.parametrize("name", ["none.toml", "."])
def test_a_file_that_cannot_be_read_is_named(aufruf: Aufruf, tmp_path: Path, name: str) -> None:
    said = aufruf("init", "--from", tmp_path / name, "--data", tmp_path / "town")
    assert said.status == 2
    assert str(tmp_path / name) in said.err


def test_without_a_terminal_it_only_shows(
    empty_place: Place, aufruf: Aufruf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    said = aufruf("init", "--from", written(tmp_path / "my.toml"), *empty_place.words)
    assert said.status == 1
    assert "+ site rathaus" in said.out
    assert said.last == "Nothing was applied. To apply this, say --yes."
    assert not empty_place.settings.data.exists()


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_at_a_terminal_it_asks(
    aufruf: Aufruf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(answer))
    file = written(tmp_path / "my.toml")
    assert aufruf("init", "--from", file, "--data", tmp_path / "town").status == status
    assert (tmp_path / "town").exists() == (status == 0)


def test_a_counter_with_a_visitor_cannot_be_taken_away(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    fill_hall(place)
    file = changed(
        tmp_path,
        ('  { id = "rathaus-1", room = "1" },\n', ""),
        (', counter = "rathaus-1"', ""),
    )
    before = version_of(place)
    said = aufruf("init", "--from", file, "--yes", *place.words)
    assert said.status == 1
    assert "counter rathaus-1 cannot go now" in said.err
    assert version_of(place) == before


def test_a_service_that_somebody_came_for_cannot_be_taken_away(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    fill_hall(place)
    file = changed(tmp_path, ('"id_card", ', ""), ("[services.id_card]\nminutes = 12\n", ""))
    said = aufruf("init", "--from", file, "--yes", *place.words)
    assert said.status == 1
    assert "service id-card cannot go now: 3 visitors" in said.err


def test_a_clerk_with_an_account_goes_with_a_warning(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    aufruf("user", "create", "--role", "clerk", "schmidt", *place.words)
    text = EXAMPLE[: EXAMPLE.rindex("[[clerks]]")]
    said = aufruf("init", "--from", written(tmp_path / "less.toml", text), "--yes", *place.words)
    assert said.status == 0
    assert "- clerk schmidt (Jonas Schmidt)" in said.out
    assert "! clerk schmidt: the account schmidt stays; end it with: aufruf user disable schmidt" in said.out


def test_another_town_must_be_meant(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    file = changed(tmp_path, ('id = "beispielstadt"', 'id = "musterstadt"'))
    said = aufruf("init", "--from", file, "--yes", *place.words)
    assert (said.status, "--another-town" in said.err) == (2, True)
    said = aufruf("init", "--from", file, "--yes", "--another-town", *place.words)
    assert (said.status, "display rathaus-display" in said.err) == (2, True)
    other = written(tmp_path / "other.toml", to_toml(sample_town()).replace('"rathaus', '"altes-rathaus'))
    said = aufruf("init", "--from", other, "--yes", "--another-town", *place.words)
    assert said.status == 0, said.err
    assert aufruf("user", "list", *place.words).status == 2
    assert aufruf("user", "list", "--town", "beispielstadt", *place.words).status == 0


def test_the_demos_folder_is_left_alone(aufruf: Aufruf, tmp_path: Path) -> None:
    (tmp_path / "demo").touch()
    said = aufruf("init", "--from", written(tmp_path / "my.toml"), "--yes", "--data", tmp_path)
    assert (said.status, "belongs to the demo" in said.err) == (2, True)
