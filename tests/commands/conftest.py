"""Towns to operate: an empty place, and one made of the example town file; on both databases."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.cli import main
from queue_server.settings import Settings
from tests.commands.demo_lived import start
from tests.commands.operating import Place, Said, written

Aufruf = Callable[..., Said]


@pytest.fixture(autouse=True)
def _as_quick_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that stand aside for the server would slow down this whole process and all its later tests."""
    monkeypatch.setattr("os.nice", lambda increment: increment)


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


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Iterator[tuple[Path, Database]]:
    """The sample town with its past, made once: nobody writes there."""
    data = tmp_path_factory.mktemp("lived")
    database = start(data, empty_sqlite)
    yield data, database
    database.dispose()


@pytest.fixture
def past(lived: tuple[Path, Database]) -> Database:
    return lived[1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A data folder that does not exist yet, and an address of an empty database."""
    if request.param == "sqlite":
        return Place(Settings(data=tmp_path / "town"))
    return Place(
        Settings(data=tmp_path / "town", database=_new_database(request.getfixturevalue("postgres_url")))
    )


@pytest.fixture(scope="session")
def towns_made() -> dict[str, Place]:
    """The example town on each engine that a test asked for, made once and copied from then on."""
    return {}


@pytest.fixture
def place(
    request: pytest.FixtureRequest,
    empty_place: Place,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    towns_made: dict[str, Place],
) -> Place:
    """The example town, as `aufruf init` makes it."""
    file = written(tmp_path / "town.toml")
    database = empty_place.settings.database
    made = towns_made.get(database and "postgresql")
    if made is None:
        url = _new_database(request.getfixturevalue("postgres_url")) if database else ""
        made = Place(Settings(data=tmp_path_factory.mktemp("made") / "town", database=url))
        assert main(["init", "--from", str(file), "--yes", *made.words]) == 0
        towns_made[database and "postgresql"] = made
    shutil.copytree(made.settings.data, empty_place.settings.data)
    if database:
        copy = _new_database(request.getfixturevalue("postgres_url"), like=made.settings.database)
        return Place(replace(empty_place.settings, database=copy))
    return empty_place


def _new_database(server: str, like: str = "") -> str:
    """Make a database on the test's PostgreSQL, empty or a copy of another; return its address."""
    url = sa.make_url(server)
    name = f"town_{uuid4().hex[:12]}"
    template = f" TEMPLATE {sa.make_url(like).database}" if like else ""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}{template}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
