"""`aufruf export`: a town as a file, which makes the same town elsewhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters import picture_child, pictures
from queue_server.adapters.town.store import load_towns, organisations
from queue_server.settings import Settings
from tests.adapters.test_pictures import a_file
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
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


def test_a_zip_has_the_pictures_and_gives_them_to_another_place(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    kept = picture_child.drawn_anew(a_file("JPEG"))
    with place.database() as database:
        [own] = database.read(organisations)
        id_ = database.write(lambda conn: pictures.add(conn, own, kept, "Der Markt", NOON))
    text, packed = tmp_path / "town.toml", tmp_path / "town.zip"
    aufruf("export", "--out", text, *place.words)
    text.write_text(
        text.read_text(encoding="utf-8").replace("[town]\n", f'[town]\nlook_logo = "{id_}"\n', 1),
        encoding="utf-8",
    )
    assert aufruf("init", "--from", text, "--yes", *place.words).status == 0
    assert "town.zip has them." in aufruf("export", "--out", text, *place.words).out
    assert aufruf("export", "--out", packed, *place.words).status == 0
    elsewhere = Place(Settings(data=tmp_path / "elsewhere"))
    missing = aufruf("init", "--from", text, *elsewhere.words).out
    assert f"! picture {id_} is named, and neither in the file nor here" in missing
    said = aufruf("init", "--from", packed, "--yes", *elsewhere.words)
    assert (said.status, f"+ picture {id_} (Der Markt)" in said.out) == (0, True)
    with elsewhere.database() as other:
        assert other.read(lambda conn: pictures.body(conn, str(id_))) == kept
        [town] = other.read(load_towns).values()
        assert (town.look_logo, town.pictures) == (id_, {id_: "Der Markt"})
    assert aufruf("init", "--from", packed, *elsewhere.words).last.startswith("Nothing to change")
    again = tmp_path / "again.zip"
    assert aufruf("export", "--out", again, *elsewhere.words).status == 0
    assert again.read_bytes() == packed.read_bytes()


def test_a_broken_zip_changes_nothing(place: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    packed = tmp_path / "town.zip"
    aufruf("export", "--out", packed, *place.words)
    packed.write_bytes(packed.read_bytes()[:-30])
    said = aufruf("init", "--from", packed, "--yes", *place.words)
    assert (said.status, "The zip file is damaged" in said.err) == (2, True)
