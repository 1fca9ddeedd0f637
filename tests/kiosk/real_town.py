"""A town that really closes: `aufruf init`, `aufruf serve`, a building for each reason to give no number."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from queue_server.adapters import tokens
from queue_server.adapters.database import Database
from queue_server.cli import main
from queue_server.domain.access import Role
from queue_server.settings import Settings
from tests.e2e.harness.server import Server

TOWN = """
[town]
id = "neustadt"
name = "Neustadt"
catalogue = "builtin"

[[departments]]
id = "buergerbuero"
name = { de = "Bürgerbüro", en = "Citizens' Office" }
services = ["id_card", "passport"]

[[clerks]]
user = "anna"
name = "Anna Berger"
"""
SITE = """
[[sites]]
id = "NAME"
name = { de = "Rathaus", en = "Town Hall" }
time_zone = "ZONE"
areas = [{ id = "NAME-foyer", name = { de = "Foyer", en = "Lobby" }LIMIT }]
rooms = [{ name = "1" }]
counters = [{ id = "NAME-1", room = "1" }]
displays = [{ id = "NAME-tv" }]
kiosks = [{ id = "NAME-kiosk" }]
HOURS
"""
ALL_DAYS = 'opening = { mon-sun = "SPANS" }'


@dataclass(frozen=True)
class Noon:
    """A time zone in which it is about noon now, so that no test comes near midnight."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def offset(self) -> int:
        return 12 - self.now.hour

    @property
    def zone(self) -> str:
        # The names count westward: Etc/GMT-3 is three hours ahead.
        return f"Etc/GMT{-self.offset:+d}" if self.offset else "Etc/GMT"

    def at(self, **later: float) -> datetime:
        return self.now.astimezone(timezone(timedelta(hours=self.offset))) + timedelta(**later)


def sites(noon: Noon) -> Mapping[str, str]:
    """The buildings, each with its hours."""
    soon = f"{noon.at(minutes=10):%H:%M}"
    reason = '{ de = "Betriebsausflug", en = "Staff outing" }'
    closure = f"closures = [{{ on = {noon.at():%Y-%m-%d}, reason = {reason} }}]"
    holiday = f"closures = [{{ on = {noon.at(days=1):%Y-%m-%d} }}]"
    return {
        "outing": f"{_open('08:00-18:00')}\n{closure}",
        "evening": _open("06:00-07:00"),
        "bridge": f"{_open('06:00-07:00')}\n{holiday}",
        "lunch": _open("06:00-07:00, 22:00-23:00"),
        "last": _open(f"06:00-{soon}"),
        "before-lunch": _open(f"06:00-{soon}, 22:00-23:00"),
        "small": "always_open = true",
    }


def _open(spans: str) -> str:
    return ALL_DAYS.replace("SPANS", spans)


def town_file(noon: Noon) -> str:
    hours = sites(noon)
    text = "".join(
        SITE.replace("NAME", name)
        .replace("ZONE", noon.zone)
        .replace("LIMIT", ", limit = 1" if name == "small" else "")
        .replace("HOURS", of_site)
        for name, of_site in hours.items()
    )
    return TOWN + text


@dataclass
class RealTown:
    """The running town and the keys to its kiosks."""

    server: Server
    noon: Noon
    tokens: dict[str, str] = field(default_factory=dict)

    def cookie(self, site: str) -> dict[str, str]:
        """The kiosk's own cookie, for a browser."""
        return {"name": f"aufruf_device_{site}-kiosk", "value": self.tokens[site], "url": self.server.url}

    async def post(self, who: str, path: str, body: dict[str, Any]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.post(f"{self.server.url}/api/v1/sites/{path}", json=body, headers=headers)

    async def get(self, url: str) -> Any:
        """Ask as anybody may."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            return (await client.get(url)).json()

    async def take(self, site: str, request_id: str = "a") -> httpx2.Response:
        body = {"request_id": request_id, "services": [{"id": "id-card"}]}
        return await self.post(site, f"{site}/tickets", body)


@asynccontextmanager
async def a_real_town(
    folder: Path, write: Callable[[Noon], str] = town_file, names: Sequence[str] = (), *options: str
) -> AsyncIterator[RealTown]:
    """Make the town in `folder`, serve it, and pair the kiosks of its sites: all of `sites`, or `names`."""
    noon = Noon()
    folder.mkdir(parents=True)
    (folder / "town.toml").write_text(write(noon), encoding="utf-8")
    words = ["init", "--from", str(folder / "town.toml"), "--yes", "--data", str(folder / "data")]
    assert await asyncio.to_thread(main, words) == 0
    server = Server(folder / "data", ("serve",), ("--no-speech", "--no-rate-limits", *options))
    town = RealTown(server, noon)
    town.tokens = await asyncio.to_thread(_tokens, folder / "data", noon, names or list(sites(noon)))
    try:
        await server.start()
        yield town
    finally:
        server.kill()


def _tokens(data: Path, noon: Noon, names: Sequence[str]) -> dict[str, str]:
    """As `aufruf token create` makes them, all in one process: seven starts would take seven seconds."""
    database = Database(Settings(data=data).database_url)
    make = partial(tokens.create_token, organisation_id="neustadt", clerk_id=None, label="", now=noon.now)
    try:
        found = {
            site: database.write(
                partial(make, role=Role.KIOSK, site_id=site, device_id=f"{site}-kiosk"),
            )
            for site in names
        }
        administrator = partial(make, role=Role.ADMINISTRATOR, site_id=None, device_id=None)
        return found | {"administrator": database.write(administrator)}
    finally:
        database.dispose()
