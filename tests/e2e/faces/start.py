"""The start page: the doors to every screen, as a newcomer opens them."""

from playwright.async_api import Browser, Page

from tests.e2e.harness.browser import Browsers


class StartPage:
    """The demo's start page in a window of its own; each door opens another window."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(cls, browsers: Browsers, browser: Browser, url: str, **options: object) -> "StartPage":
        page = await browsers.open(browser, "about:blank", **options)
        page.context.on("page", browsers.watch)
        await page.goto(url)
        return cls(page)

    async def enter(self, kind: str, device: str) -> Page:
        """Press the door of a `display` or `kiosk`; returns the window that it opened."""
        return await self._through(f'form[action="/demo/open/{kind}/{device}"] button')

    async def paper(self, kiosk: str = "rathaus-kiosk") -> Page:
        return await self._through(f'a[href="/demo/paper/{kiosk}"]')

    async def counter(self, site: str = "rathaus") -> Page:
        return await self._through(f'a[href="/counter?site={site}"]')

    async def _through(self, door: str) -> Page:
        async with self.page.expect_popup() as opened:
            await self.page.click(door)
        page = await opened.value
        await page.wait_for_load_state()
        return page
