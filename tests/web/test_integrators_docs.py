"""The examples in docs/integrators run, and no route or socket is missing there."""

import asyncio
import os
import re
from pathlib import Path

from queue_server.web.routes import API_ROUTES
from queue_server.web.sockets import SOCKETS
from tests.web.running import PASSWORD, Town

DOCS = Path(__file__).parents[2] / "docs" / "integrators"
HTTP, LIVE = ((DOCS / name).read_text(encoding="utf-8") for name in ("http.md", "live.md"))
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
ID = re.compile(r'"id":\s*(\d+)')
CODE = re.compile(r'/termin/v/([^"]+)"')


def commands() -> list[str]:
    joined = re.sub(r"(?:\\)?\n\s+", " ", "".join(BLOCK.findall(HTTP)))
    return [line for line in joined.splitlines() if line.strip()]


async def test_every_example_runs(served_town: Town, tmp_path: Path) -> None:
    known = {
        "PATH": os.environ["PATH"],
        "AUFRUF": f"http://{served_town.address}",
        "PASSWORD": PASSWORD,
        "CLERK": served_town.tokens["anna"],
        "KIOSK": served_town.tokens["kiosk"],
        "INTEGRATION": served_town.tokens["integration"],
    }
    assert len(commands()) >= 20
    for command in commands():
        done = await asyncio.create_subprocess_shell(
            command, env=known, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await done.communicate()
        answer = out.decode()
        assert done.returncode == 0, f"{command}\n{answer}"
        if "/tickets" in command and '"status_url"' in answer:
            known["TICKET"] = ID.search(answer).group(1)  # type: ignore[union-attr]
        if command.rstrip().endswith('/holds"'):
            known["HOLD"] = ID.search(answer).group(1)  # type: ignore[union-attr]
        if '"manage_url"' in answer:
            known["CODE"] = CODE.search(answer).group(1)  # type: ignore[union-attr]


def test_every_route_is_in_the_docs() -> None:
    missing = [
        route.path
        for route in API_ROUTES
        if f"/{route.path.rsplit('/', 1)[1]}" not in HTTP
        and f"`{route.path.rsplit('/', 1)[1]}`" not in HTTP
        and "{" not in route.path.rsplit("/", 1)[1]
    ]
    assert missing == []


def test_every_socket_is_in_the_docs() -> None:
    assert [socket.path for socket in SOCKETS if f"`{socket.path}`" not in LIVE] == []
