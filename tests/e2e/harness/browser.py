"""Debian's Chromium under Playwright, its sound sent to a sink of ours where somebody listens."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright

from tests.e2e.harness import firefox

# Each window of the unseen browser loads two pages for suggestions under its address bar and a spare process:
# without them a page costs a third of the computing. The others are what Playwright itself leaves out (its
# own list counts no more once there is ours) and what touches pages of a test.
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)
ARGUMENTS = (
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Tests open many pages at once; those in the background must not be slowed down.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
MAY_PLAY = "--autoplay-policy=no-user-gesture-required"
MUST_BE_TOUCHED = "--autoplay-policy=document-user-activation-required"


def chromium() -> str:
    """Find the browser; Playwright's own builds are not used, so that no download is needed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("no Chromium: script/test installs Debian's package `chromium`")


# What a page cannot help: its server was killed, or refused a command (the page words that itself).
NO_FAULT = (
    *("net::ERR_", "WebSocket connection to"),
    *("establish a connection to the server at ws", "The connection to ws"),  # as Firefox words it
    # Playwright puts the style `body {}` into Firefox's page before a picture: refused, and told by its hash.
    "sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT+SmwNZWA=",
)
# A call is not held up for its words: a clip that is not rendered yet is 404, and a chime speaks for it.
NOT_YET_SPOKEN = "/sounds/speech/"
REFUSED = "Failed to load resource: the server responded with a status of 4"


def is_no_fault(text: str) -> bool:
    """Whether an error of a page is none of its own."""
    return any(words in text for words in NO_FAULT)


@dataclass
class Running:
    """The browsers of this process, each started when first asked for: one takes a second of computing."""

    playwright: Playwright
    _started: dict[tuple[str, ...], Browser] = field(default_factory=dict)

    async def browser(self, autoplay: str = MAY_PLAY, pulse_server: str = "", sink: str = "") -> Browser:
        """Return the browser that plays into `sink` of the sound server; without one it is muted."""
        key = (autoplay, pulse_server, sink)
        if key not in self._started:
            self._started[key] = await self._start(*key)
        return self._started[key]

    async def firefox(self, folder: Path) -> Browser:
        """Return the other engine, muted; `folder` is where its start may write."""
        if ("firefox",) not in self._started:
            self._started["firefox",] = await firefox.launch(self.playwright, folder)
        return self._started["firefox",]

    async def _start(self, autoplay: str, pulse_server: str, sink: str) -> Browser:
        sound = {
            "PULSE_SERVER": pulse_server,
            "PULSE_SINK": sink,
            "PULSE_LATENCY_MSEC": "200",  # Chromium asks for so little that a busy machine starves it
        }
        return await self.playwright.chromium.launch(
            executable_path=chromium(),
            args=[*ARGUMENTS, autoplay],
            ignore_default_args=["--mute-audio"] if pulse_server else [],  # Playwright mutes by default
            env={**os.environ, **(sound if pulse_server else {})},
        )

    async def close(self) -> None:
        for browser in self._started.values():
            await browser.close()


@dataclass
class Browsers:
    """Opens pages in the running browsers, and remembers what went wrong inside them."""

    running: Running
    pulse_server: str
    complaints: list[str] = field(default_factory=list)
    tolerated: list[str] = field(default_factory=list)
    """Parts of addresses that a test asks for though they are refused."""
    _open: list[BrowserContext] = field(default_factory=list)

    async def launch(self, sink: str = "hall", *, may_play: bool = True) -> Browser:
        """Return the browser whose sound goes to `sink`.

        `may_play=False` gives one that blocks sound until somebody touches the page. Take care there:
        `page.evaluate()` counts as a touch.
        """
        return await self.running.browser(MAY_PLAY if may_play else MUST_BE_TOUCHED, self.pulse_server, sink)

    async def open(self, browser: Browser, url: str, **context_options: Any) -> Page:
        """Open `url` in a context of its own (own cookies, own storage), German unless told otherwise."""
        context: BrowserContext = await browser.new_context(**{"locale": "de-DE", **context_options})
        self._open.append(context)
        page = await context.new_page()
        self.watch(page)
        await page.goto(url)
        return page

    def watch(self, page: Page) -> None:
        """Note every uncaught error and every error on the console of `page`, refused policies among them."""
        page.on("pageerror", self._on_error)
        page.on("console", self._on_console)

    async def close(self) -> None:
        for context in self._open:
            await context.close()
        self._open.clear()

    def _on_error(self, error: Error) -> None:
        if not is_no_fault(str(error)):
            self.complaints.append(f"uncaught: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type != "error" or is_no_fault(message.text):
            return
        address = message.location["url"]
        refused = message.text.startswith(REFUSED)
        if not (
            refused
            and any(part in address for part in ("/api/", "/favicon.ico", NOT_YET_SPOKEN, *self.tolerated))
        ):
            self.complaints.append(f"{message.text} ({address})")
