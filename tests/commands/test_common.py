"""Ordinary mistakes end as one sentence, and which town or site is meant is asked for."""

from pathlib import Path

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.commands.common import Problem, site_of, table_of, town_of
from tests.commands.conftest import Aufruf


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "no database address"),
        ("postgresql://nobody@127.0.0.1:1/none", "the database cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(
    aufruf: Aufruf, tmp_path: Path, url: str, told: str
) -> None:
    said = aufruf("token", "list", "--data", tmp_path, "--database", url)
    assert (said.status, len(said.err.splitlines())) == (1, 1)
    assert told in said.err


def test_a_file_that_is_no_database_is_one_sentence(aufruf: Aufruf, tmp_path: Path) -> None:
    (tmp_path / "aufruf.sqlite3").write_text("no database at all, but long enough to be looked at" * 20)
    said = aufruf("check", "--data", tmp_path)
    assert (said.status, len(said.err.splitlines())) == (1, 1)
    assert "the database cannot be used: file is not a database" in said.err


def test_the_only_town_need_not_be_named_but_one_of_two() -> None:
    town = sample_town()
    assert town_of({town.id: town}, None) is town
    for id_ in (None, "nowhere"):
        with pytest.raises(Problem, match=r"known|Name one"):
            town_of({town.id: town, "other": town}, id_)


def test_a_site_is_asked_for_when_there_are_several() -> None:
    town = sample_town()
    with pytest.raises(Problem, match="--site: rathaus, buergerzentrum") as asked:
        site_of({town.id: town}, None)
    assert asked.value.status == 2
    assert site_of({town.id: town}, "buergerzentrum")[1].id == "buergerzentrum"


def test_a_table_is_aligned_without_trailing_blanks() -> None:
    assert table_of(("A", "LONG"), [("first", "x"), ("b", "")]) == "A      LONG\nfirst  x\nb"
