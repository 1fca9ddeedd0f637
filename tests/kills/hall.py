"""A town for rough treatment: eight counters, eight clerks who can do everything, one area, two displays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from queue_server.adapters import schema, tokens
from queue_server.adapters.database import Database
from queue_server.adapters.town.store import save_town
from queue_server.domain.access import Role
from queue_server.domain.town import Area, Counter, Display, Room, Town
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town
from tests.e2e.harness.server import AUFRUF, Server

CLERK_COUNT = 8
SITE = "hall"
DISPLAYS = ("display-a", "display-b")
SERVE = (AUFRUF[0], "serve")
OPTIONS = ("--no-speech", "--no-rate-limits")


@dataclass(frozen=True)
class Folder:
    """A data folder with a town in it, and the tokens of everybody who comes."""

    path: Path
    clerks: tuple[str, ...]
    integration: str
    displays: dict[str, str]

    @property
    def database_path(self) -> Path:
        return self.path / "aufruf.sqlite3"

    def open(self) -> Database:
        return Database(f"sqlite:///{self.database_path}")

    def server(self, *options: str, wrapper: Sequence[str] = ()) -> Server:
        return Server(self.path, (*wrapper, *SERVE), (*OPTIONS, *options))


def the_town() -> Town:
    places = range(1, CLERK_COUNT + 1)
    site = a_site(
        SITE,
        always_open=True,
        areas=(Area("foyer", {"de": "Foyer"}),),
        rooms=tuple(Room(f"room-{n}", str(n), "foyer") for n in places),
        counters=tuple(Counter(f"counter-{n}", str(n), f"room-{n}") for n in places),
        displays=tuple(Display(id_, id_, ("foyer",)) for id_ in DISPLAYS),
    )
    clerks = tuple(a_clerk(f"clerk-{n}", roster=()) for n in places)
    services = tuple(a_service(key, area_by_site={SITE: "foyer"}) for key in ("pass", "card", "car"))
    return a_town(sites=(site,), services=services, clerks=clerks)


def a_folder(path: Path) -> Folder:
    """Make a town in `path`, ready for `aufruf serve`."""
    path.mkdir()
    town, now = the_town(), datetime.now(UTC)
    database = Database(f"sqlite:///{path / 'aufruf.sqlite3'}")
    schema.upgrade(database)
    database.write(lambda conn: save_town(conn, town, now))

    def token(role: Role, device: str | None = None, clerk: str | None = None) -> str:
        return database.write(
            lambda conn: tokens.create_token(
                conn,
                organisation_id=town.id,
                role=role,
                now=now,
                site_id=SITE,
                device_id=device,
                clerk_id=clerk,
            )
        )

    made = Folder(
        path,
        tuple(token(Role.CLERK, clerk=clerk.id) for clerk in town.clerks),
        token(Role.INTEGRATION),
        {id_: token(Role.DISPLAY, device=id_) for id_ in DISPLAYS},
    )
    database.dispose()
    return made
