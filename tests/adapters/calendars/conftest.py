"""What tests of calendars on the network share."""

from collections.abc import AsyncIterator

import pytest

from queue_server.adapters.calendars.web_client import WebClient


@pytest.fixture
async def web() -> AsyncIterator[WebClient]:
    client = WebClient()
    yield client
    await client.close()
