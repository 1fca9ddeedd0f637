"""The towns that the web tests run on: made once for each database, copied for each test."""

import asyncio
import dataclasses
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters import accounts, schema, tokens
from queue_server.adapters.database import Database
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import load, sample_town
from queue_server.domain.access import Role
from queue_server.domain.town import Town as TownSettings
from queue_server.settings import Settings
from tests.web.running import ONE_TIME_USER, PASSWORD, START, Town, running, serving

OTHER_TOWN = """
[town]
id = "nachbarstadt"
name = "Nachbarstadt"
languages = ["de", "en"]
catalogue = "builtin"

[[sites]]
id = "nachbarhaus"
name = { de = "Nachbarhaus", en = "House next door" }
call_mode = "screen"
always_open = true
areas = [{ id = "nachbarhaus-foyer", name = "Foyer" }]
rooms = [{ name = "1" }]
counters = [{ id = "nachbarhaus-1", room = "1" }]
displays = [{ id = "nachbarhaus-tv", name = "TV" }]
kiosks = [{ id = "nachbarhaus-kiosk", name = "Kiosk", area = "nachbarhaus-foyer" }]

[[departments]]
id = "nachbaramt"
name = "Amt"
services = ["id_card"]

[[clerks]]
user = "nora"
name = "Nora Nachbar"
"""

# Every actor of the tests: name -> (role, site, device, clerk).
PEOPLE: dict[str, tuple[Role, str | None, str | None, str | None]] = {
    "administrator": (Role.ADMINISTRATOR, None, None, None),
    "administrator of the other site": (Role.ADMINISTRATOR, "buergerzentrum", None, None),
    "anna": (Role.CLERK, "rathaus", None, "anna"),
    "bernd": (Role.CLERK, "rathaus", None, "bernd"),
    "greta": (Role.CLERK, "buergerzentrum", None, "greta"),
    "integration": (Role.INTEGRATION, "rathaus", None, None),
    "integration of the other site": (Role.INTEGRATION, "buergerzentrum", None, None),
    "kiosk": (Role.KIOSK, "rathaus", "rathaus-kiosk", None),
    "another kiosk": (Role.KIOSK, "rathaus", "rathaus-kiosk-2", None),
    "display": (Role.DISPLAY, "rathaus", "rathaus-eg", None),
    "another display": (Role.DISPLAY, "rathaus", "rathaus-og", None),
    "other town's administrator": (Role.ADMINISTRATOR, None, None, None),
    "other town's kiosk": (Role.KIOSK, "nachbarhaus", "nachbarhaus-kiosk", None),
}
HOUSE = {"other town's administrator": "nachbarstadt", "other town's kiosk": "nachbarstadt"}


@dataclass(frozen=True)
class Template:
    """A prepared database to copy: its URL on PostgreSQL, its folder on SQLite."""

    folder: Path
    database: str
    tokens: dict[str, str]


def _prepare(folder: Path, database_url: str = "") -> Template:
    settings = Settings(data=folder, database=database_url)
    folder.mkdir(parents=True, exist_ok=True)
    ensure_key_file(settings.key_file)
    database = Database(settings.database_url)
    try:
        schema.upgrade(database)
        town, other = sample_town(), load(OTHER_TOWN, "other.toml")
        for one in (town, other):
            database.write(partial(town_store.save_town, town=one, now=START))
        password_hash = accounts.hash_password(PASSWORD)
        database.write(lambda conn: _accounts(conn, town, password_hash))
        made = database.write(lambda conn: _tokens(conn, town.id))
    finally:
        database.dispose()
    return Template(folder, database_url, made)


def _accounts(conn: sa.Connection, town: TownSettings, password_hash: str) -> None:
    people: list[tuple[str, Role, str | None, bool]] = [
        ("admin", Role.ADMINISTRATOR, None, False),
        ("anna", Role.CLERK, "anna", False),
        (ONE_TIME_USER, Role.CLERK, "bernd", True),
    ]
    for user, role, clerk_id, must_change in people:
        accounts.create_account(
            conn,
            organisation_id=town.id,
            user=user,
            role=role,
            password_hash=password_hash,
            clerk_id=clerk_id,
            must_change=must_change,
            now=START,
        )


def _tokens(conn: sa.Connection, organisation_id: str) -> dict[str, str]:
    return {
        name: tokens.create_token(
            conn,
            organisation_id=HOUSE.get(name, organisation_id),
            role=role,
            site_id=site_id,
            device_id=device_id,
            clerk_id=clerk_id,
            label=name,
            now=START,
        )
        for name, (role, site_id, device_id, clerk_id) in PEOPLE.items()
    }


@pytest.fixture(scope="session")
def web_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return _prepare(tmp_path_factory.mktemp("web") / "town")


@pytest.fixture(scope="session")
def web_postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Template:
    _command(postgres_url, "CREATE DATABASE web_template")
    url = _named(postgres_url, "web_template")
    return _prepare(tmp_path_factory.mktemp("web-pg") / "town", url)


@pytest.fixture
def sqlite_settings(web_sqlite: Template, tmp_path: Path) -> Settings:
    shutil.copytree(web_sqlite.folder, tmp_path / "town")
    return Settings(data=tmp_path / "town", rate_limits=False, speech=False)


@pytest.fixture
def postgres_settings(web_postgres: Template, postgres_url: str, tmp_path: Path) -> Iterator[Settings]:
    name = f"web_{tmp_path.name}".replace("-", "_").lower()[:60]
    _command(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE web_template')
    shutil.copytree(web_postgres.folder, tmp_path / "town")
    url = _named(postgres_url, name)
    yield Settings(data=tmp_path / "town", database=url, rate_limits=False, speech=False)
    _command(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Settings that a test wants otherwise: `@pytest.mark.parametrize("changes", [{"demo": True}])`."""
    return getattr(request, "param", {})


@pytest.fixture
async def town(
    sqlite_settings: Settings, web_sqlite: Template, changes: dict[str, Any]
) -> AsyncIterator[Town]:
    """A running server on SQLite, asked without a network."""
    async with running(dataclasses.replace(sqlite_settings, **changes), web_sqlite.tokens) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
async def each_town(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """The same on both databases, for what the database could make different."""
    short = "postgres" if request.param == "postgresql" else "sqlite"
    settings: Settings = request.getfixturevalue(f"{short}_settings")
    template: Template = request.getfixturevalue(f"web_{short}")
    async with running(settings, template.tokens) as started:
        yield started


@pytest.fixture
async def served_town(town: Town) -> AsyncIterator[Town]:
    """The same behind uvicorn on a free port, for sockets and browsers."""
    async with serving(town) as served:
        yield served


@pytest.fixture
def town_loop(
    sqlite_settings: Settings, web_sqlite: Template
) -> Iterator[tuple[asyncio.AbstractEventLoop, Town]]:
    """The server and its event loop, for tests that hypothesis runs: they cannot be coroutines."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        starting = stack.enter_async_context(running(sqlite_settings, web_sqlite.tokens))
        started = runner.run(starting)
        yield runner.get_loop(), started
        runner.run(stack.aclose())


@pytest.fixture
def served_town_loop(
    town_loop: tuple[asyncio.AbstractEventLoop, Town],
) -> Iterator[tuple[asyncio.AbstractEventLoop, Town]]:
    """The same behind uvicorn."""
    loop, started = town_loop
    stack = AsyncExitStack()
    served = loop.run_until_complete(stack.enter_async_context(serving(started)))
    yield loop, served
    loop.run_until_complete(stack.aclose())


def _command(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _named(url: str, name: str) -> str:
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)
