"""A real CalDAV server for the tests of calendars, one for all of a process."""

from collections.abc import AsyncIterator, Iterator

import pytest

from queue_server.adapters.calendars.web_client import WebClient
from tests.adapters.calendars.radicale_server import Radicale


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def web() -> AsyncIterator[WebClient]:
    client = WebClient()
    yield client
    await client.close()
