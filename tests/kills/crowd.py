"""Eight clerks, a queue of visitors and the displays, who go on whatever happens to the server.

They behave as the product's own devices do: a press keeps its `request_id` until it is answered; a
display comes back with the (epoch, seq) that it saw last.
"""

import asyncio
import json
from collections import Counter as Tally
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.kills.hall import SITE, Folder

AGAIN_S = 0.03
AT_THE_COUNTER_S = 0.06
Answer = dict[str, Any]
_press = count()


@dataclass
class Acknowledged:
    """What the server promised."""

    tickets: list[Answer] = field(default_factory=list)
    calls: list[Answer] = field(default_factory=list)
    statuses: Tally[int] = field(default_factory=Tally)

    @property
    def count(self) -> int:
        return len(self.tickets) + len(self.calls)


class Device:
    """Somebody with a token and a connection of their own."""

    def __init__(self, url: str, token: str, told: Acknowledged) -> None:
        self._client = httpx2.AsyncClient(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        self._told = told

    async def press(self, path: str, **body: Any) -> tuple[int, Answer]:
        """Press a button once, however often it takes to get the answer."""
        body["request_id"] = f"press-{next(_press)}"
        while True:
            try:
                answer = await self._client.post(path, json=body)
            except httpx2.TransportError:
                await asyncio.sleep(AGAIN_S)
                continue
            self._told.statuses[answer.status_code] += 1
            if answer.status_code < 500:
                return answer.status_code, dict(answer.json())
            await asyncio.sleep(AGAIN_S)

    async def close(self) -> None:
        await self._client.aclose()


async def take_numbers(url: str, folder: Folder, told: Acknowledged, how_many: int) -> None:
    device = Device(url, folder.integration, told)
    for n in range(how_many):
        service = ("pass", "card", "car")[n % 3]
        status, answer = await device.press(f"/sites/{SITE}/tickets", services=[{"id": service}])
        assert status == 201, answer
        told.tickets.append(answer)
    await device.close()


async def serve(url: str, folder: Folder, told: Acknowledged, place: int, until: int) -> None:
    """Open a counter and call one after the other, until all have been called."""
    device = Device(url, folder.clerks[place], told)
    counter = f"/counters/counter-{place + 1}"
    status, answer = await device.press(f"{counter}/open")
    assert status == 200, answer
    while len(told.calls) < until:
        status, answer = await device.press(f"{counter}/calls", finish_current=True)
        if status == 201:
            told.calls.append(answer)
        else:
            assert answer["error"]["code"] == "nobody_waiting", answer
        await asyncio.sleep(AT_THE_COUNTER_S)
    await device.close()


@dataclass
class Screen:
    """A display: what it shows, and every call it was told to speak."""

    id: str
    token: str
    epoch: str = ""
    seq: int = -1
    board: Answer = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)
    resumed_count: int = 0

    async def listen(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            query = f"?epoch={self.epoch}&since={self.seq}" if self.seq >= 0 else ""
            address = f"{url.replace('http', 'ws', 1)}/live/displays/{self.id}{query}"
            try:
                async with connect(address, additional_headers=headers, proxy=None) as socket:
                    self.resumed_count += self.seq >= 0
                    async for message in socket:
                        self._take(json.loads(message))
            except (OSError, WebSocketException):
                pass
            await asyncio.sleep(AGAIN_S)

    def _take(self, frame: Answer) -> None:
        if "board" in frame:
            self.epoch, self.seq, self.board = frame["epoch"], frame["seq"], frame["board"]
            self.heard += [call["seq"] for call in frame["announce"]]
