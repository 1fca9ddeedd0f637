"""Towns to operate: an empty place, and one made of the example town file; on both databases."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from queue_server.cli import main
from queue_server.settings import Settings
from tests.commands.operating import Place, Said, written

Aufruf = Callable[..., Said]


@pytest.fixture
def aufruf(capsys: pytest.CaptureFixture[str]) -> Aufruf:
    """Run `aufruf WORD …` in this process and return what it said."""

    def run(*words: str | Path) -> Said:
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:  # the argument parser's way
            status = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(status, said.out, said.err)

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A data folder that does not exist yet, and an address of an empty database."""
    if request.param == "sqlite":
        return Place(Settings(data=tmp_path / "town"))
    url = sa.make_url(request.getfixturevalue("postgres_url"))
    name = f"town_{uuid4().hex[:12]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    address = url.set(database=name).render_as_string(hide_password=False)
    return Place(Settings(data=tmp_path / "town", database=address))


@pytest.fixture
def place(empty_place: Place, aufruf: Aufruf, tmp_path: Path) -> Place:
    """The example town."""
    said = aufruf("init", "--from", written(tmp_path / "town.toml"), "--yes", *empty_place.words)
    assert said.status == 0, said.err
    return empty_place
