"""`aufruf export`: a town as a file, which makes the same town elsewhere."""

from pathlib import Path

import pytest

from queue_server.adapters.town.store import load_towns
from queue_server.settings import Settings
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

pytestmark = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


def test_an_exported_town_is_the_same_town_elsewhere(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    """Done when 2."""
    file = tmp_path / "export.toml"
    said = aufruf("export", "--out", file, *place.words)
    assert (said.status, said.last) == (0, f"Wrote {file}. To apply it: aufruf init --from {file}")
    elsewhere = Place(Settings(data=tmp_path / "elsewhere"))
    assert aufruf("init", "--from", file, "--yes", *elsewhere.words).status == 0
    with place.database() as one, elsewhere.database() as other:
        assert one.read(load_towns) == other.read(load_towns)
    assert aufruf("export", *elsewhere.words).out == file.read_text(encoding="utf-8")
    assert aufruf("init", "--from", file, *place.words).last.startswith("Nothing to change")


def test_the_comments_are_in_the_language_that_is_asked_for(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("export", *place.words).out.startswith("# Eine Stadt")
    assert aufruf("export", "--language", "en", *place.words).out.startswith("# A town")


def test_a_town_may_be_given_away_without_names(place: Place, aufruf: Aufruf) -> None:
    written = aufruf("export", "--without-names", *place.words).out
    assert 'name = "Person 1"' in written
    assert "absences" not in written


def test_a_town_that_is_not_there_is_not_written(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    file = tmp_path / "export.toml"
    assert aufruf("export", "--town", "nowhere", "--out", file, *place.words).status == 1
    assert not file.exists()
