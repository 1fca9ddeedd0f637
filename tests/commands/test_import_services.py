"""`aufruf import-services`: a table is shown as a change of the set-up, and applied when somebody agrees."""

from pathlib import Path

import pytest

from queue_server.adapters.town.store import load_towns
from queue_server.domain.town import Town
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

pytestmark = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


def town_of(place: Place) -> Town:
    with place.database() as database:
        return next(iter(database.read(load_towns).values()))


def table(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "leistungen.csv"
    file.write_bytes(text.encode("cp1252"))
    return file


def test_a_table_is_shown_then_applied_then_nothing_is_new(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    before = town_of(place)
    first = before.services[0]
    file = table(
        tmp_path,
        f"Schlüssel;Name;Abteilung;Rubrik;Minuten\n{first.key};Erste;;;99\n"
        f";Bürgschaft;{first.department_id};{first.category_id};\n",
    )
    shown = aufruf("import-services", file, *place.words)
    assert (shown.status, shown.last) == (1, "Nothing was applied. To apply this, say --yes.")
    assert f"    minutes: {first.minutes} -> 99" in shown.out
    assert "+ service buergschaft (Bürgschaft)" in shown.out
    assert town_of(place) == before
    assert aufruf("import-services", file, "--yes", *place.words).status == 0
    services = {one.key: one for one in town_of(place).services}
    assert (services[first.key].minutes, services["buergschaft"].minutes) == (99, 10)
    assert "buergschaft" in aufruf("log", *place.words).out
    again = aufruf("import-services", file, "--yes", *place.words)
    assert again.last == "Nothing to change: the services are as the table says."


def test_a_broken_table_changes_nothing_and_says_which_line(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    before = town_of(place)
    said = aufruf("import-services", table(tmp_path, "Name;Minuten\nA;5\nB;viele\n"), "--yes", *place.words)
    assert said.status == 2
    assert "line 3, column 2 (Minuten): " in said.err
    assert "nothing was changed" in said.err
    assert town_of(place) == before


def test_the_services_that_there_are_can_be_written_and_taken_in_again(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    assert aufruf("import-services", "--export", "--language", "en", file, *place.words).status == 0
    assert file.read_text(encoding="utf-8-sig").startswith("Key;Name;Name (en);Department;")
    assert aufruf("import-services", file, *place.words).last.startswith("Nothing to change")
