"""Debian's Firefox under Playwright: a relay that Playwright starts in the browser's place.

Playwright drives a Firefox that nobody patched by WebDriver BiDi, and asks every new context for its colour
scheme by a command that this Firefox does not know. The relay starts the browser, hands everything on in both
directions, and answers that one command itself, as the browser's own tools for developers do it. A program of
its own; nothing here knows the product. More in docs/decisions/firefox.md.
"""

import asyncio
import contextlib
import json
import re
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

SAYS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
UNKNOWN = "emulation.setMediaFeaturesOverride"
# For all pages that are open: one test at a time uses the browser.
IN_SCHEME = """for (const window of Services.wm.getEnumerator("navigator:browser"))
    for (const browser of window.gBrowser.browsers)
        browser.browsingContext.prefersColorSchemeOverride = "%s";"""

# What a browser does for its owner and no test wants; sound is another browser's part.
SETTINGS: dict[str, str | float | bool] = {
    "ui.prefersReducedMotion": 1,
    # axe asks for elements by way of ARIA's references; this Firefox then falls over when the page changes.
    "accessibility.ARIAElementReflection.enabled": False,
    "media.volume_scale": "0.0",
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.newtabpage.enabled": False,
    "browser.newtabpage.activity-stream.feeds.topsites": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.update.enabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
# A picture of a page comes as one message; the browser answers no pings.
PLAIN: Any = {"max_size": 2**26, "compression": None, "ping_interval": None}


def firefox() -> str:
    """Find the browser."""
    for name in ("firefox-esr", "firefox"):
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("no Firefox: script/test installs Debian's package `firefox-esr`")


async def launch(playwright: Playwright, folder: Path) -> Browser:
    """Start the browser; `folder` takes the few lines by which Playwright starts the relay."""
    program = folder / "firefox-by-relay"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    program.chmod(0o755)
    return await playwright.firefox.launch(
        channel="moz-firefox", executable_path=program, firefox_user_prefs=SETTINGS
    )


async def main(arguments: list[str]) -> int:
    """Run the browser until it ends, and relay one client."""
    browser = await asyncio.create_subprocess_exec(
        firefox(), "--remote-allow-system-access", *arguments, stderr=asyncio.subprocess.PIPE
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, browser.terminate)
    assert browser.stderr is not None
    while line := (await browser.stderr.readline()).decode(errors="replace"):
        if found := SAYS.search(line):
            break
        sys.stderr.write(line)
    else:
        return await browser.wait()

    async def relayed(client: ServerConnection) -> None:
        async with connect(f"{found[1]}/session", **PLAIN) as server:
            await Relay(client, server).run()

    async with serve(relayed, "127.0.0.1", 0, **PLAIN) as listening:
        port = listening.sockets[0].getsockname()[1]
        print(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
        while await browser.stderr.read(2**16):  # read, or the browser waits for its pipe to empty
            pass
        return await browser.wait()


class Relay:
    """One client and one browser, and the commands of our own between them: their numbers are large."""

    def __init__(self, client: ServerConnection, server: ClientConnection) -> None:
        self._client, self._server = client, server
        self._own: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = count(2**40)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        ways = [asyncio.create_task(way) for way in (self._to_server(), self._to_client())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()

    async def _to_server(self) -> None:
        async for message in self._client:
            if UNKNOWN.encode() in (message if isinstance(message, bytes) else message.encode()):
                task = asyncio.create_task(self._set_scheme(json.loads(message)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                await self._server.send(message)

    async def _to_client(self) -> None:
        async for message in self._server:
            if str(message).startswith('{"type":"event"'):
                await self._client.send(message)
                continue
            answer = json.loads(message)
            waiting = self._own.pop(answer.get("id"), None)
            if waiting is None:
                await self._client.send(message)
            else:
                waiting.set_result(answer)

    async def _set_scheme(self, command: dict[str, Any]) -> None:
        wanted = command["params"]["features"].get("prefers-color-scheme")
        windows = await self._ask("browsingContext.getTree", {"moz:scope": "chrome", "maxDepth": 0})
        await self._ask(
            "script.evaluate",
            {
                "expression": IN_SCHEME % (wanted or "none"),
                "target": {"context": windows["contexts"][0]["context"]},
                "awaitPromise": False,
            },
        )
        await self._client.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))

    async def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._own[number] = asyncio.get_running_loop().create_future()
        await self._server.send(json.dumps({"id": number, "method": method, "params": params}))
        answer = await self._own[number]
        assert answer["type"] == "success", answer
        result: dict[str, Any] = answer["result"]
        return result


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main(sys.argv[1:])))
