"""Sample visitors who come and go by themselves, through the public API like everybody else.

Run as a process of its own by `aufruf demo --visitors`; the token is in the environment. They take
numbers at an ordinary morning's pace, some are away for a while, a few give up; whom a clerk calls is
served by that clerk. A queue that nobody calls stays short: visitors lose patience.
"""

import asyncio
import contextlib
import os
import random
import sys
import threading
import uuid
from dataclasses import dataclass
from typing import Any, Final

import httpx2

ARRIVAL_S: Final = 18.0
"""Mean time between two arrivals at a site."""
MOST_WAITING: Final = 14
NEEDS: Final = ("more_time", "step_free", "companion", "deaf")


@dataclass(slots=True)
class Crowd:
    """The visitors of one site."""

    api: httpx2.AsyncClient
    site_id: str
    services: list[dict[str, Any]]
    dice: random.Random

    async def come_and_go(self) -> None:
        """Let visitors arrive for ever."""
        async with asyncio.TaskGroup() as visits:
            while True:
                if await self._waiting_count() < MOST_WAITING:
                    visits.create_task(self._visit())
                await asyncio.sleep(self.dice.expovariate(1 / ARRIVAL_S))

    async def _waiting_count(self) -> int:
        answer = await self._ask("GET", f"/api/v1/sites/{self.site_id}/queue")
        return len(answer["waiting"]) if answer else MOST_WAITING

    async def _visit(self) -> None:
        wanted = self.dice.choice(self.services)
        count = self.dice.randint(1, min(2, wanted["max_count"]))
        ticket = await self._ask(
            "POST",
            f"/api/v1/sites/{self.site_id}/tickets",
            {
                "request_id": uuid.uuid4().hex,
                "services": [{"id": wanted["id"], "count": count}],
                "persons": count,
                "language": self.dice.choice(("de", "de", "de", "en")),
                "needs": [self.dice.choice(NEEDS)] if self.dice.random() < 0.12 else [],
            },
        )
        if ticket is None:
            return
        if self.dice.random() < 0.15:
            await asyncio.sleep(self.dice.uniform(20, 60))
            await self._act(ticket["id"], "away")
            await asyncio.sleep(self.dice.uniform(30, 120))
            await self._act(ticket["id"], "back")
        await asyncio.sleep(self.dice.uniform(600, 2400))
        await self._act(ticket["id"], "cancel")

    async def _act(self, ticket_id: int, act: str) -> None:
        await self._ask("POST", f"/api/v1/sites/{self.site_id}/tickets/{ticket_id}", {"act": act})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Ask the server; None when it refuses or is gone, as visitors shrug and go on."""
        with contextlib.suppress(httpx2.HTTPError):
            response = await self.api.request(method, path, json=body)
            if response.is_success:
                answer: dict[str, Any] = response.json()
                return answer
        return None


async def crowd(address: str, token: str, dice: random.Random) -> None:
    """Let visitors come to every site of a server, until cancelled."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=5) as api:
        sites = (await api.get("/api/v1/sites")).json()["sites"]
        async with asyncio.TaskGroup() as tasks:
            for site in sites:
                details = (await api.get(f"/api/v1/sites/{site['id']}")).json()
                services = [s for c in details["categories"] for s in c["services"] if s["walk_in"]]
                tasks.create_task(Crowd(api, site["id"], services, dice).come_and_go())


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> int:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(crowd(sys.argv[1], os.environ["AUFRUF_TOKEN"], random.Random()))  # noqa: S311 - sample visitors
    return 0


if __name__ == "__main__":
    sys.exit(main())
