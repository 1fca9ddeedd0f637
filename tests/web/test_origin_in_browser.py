"""What a real browser sends from our pages and from a foreign one, with TLS's promises and without.

`127.0.0.1` counts as trustworthy, so the browser sends `Sec-Fetch-Site`; `rathaus.test` is a town hall's
plain http, where it does not.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from queue_server.web.origin import CSRF_FIELD, Csrf
from queue_server.web.security import secured
from tests.e2e.harness.browser import ARGUMENTS, Running, chromium
from tests.web.walls import refuse, serving

pytestmark = pytest.mark.e2e

CSRF = Csrf(b"k" * 32)
NAMED = "--host-resolver-rules=MAP rathaus.test 127.0.0.1"
OUR_PAGE = """<form method="post" action="/do"><input type="hidden" name="{field}" value="{token}">
<button>send</button></form><script type="module" src="/page.js"></script>"""
OUR_SCRIPT = """
const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live');
socket.onopen = () => { window.socket = 'open' };
socket.onerror = () => { window.socket = 'refused' };
const headers = {'Content-Type': 'application/json'};
window.fetched = (await fetch('/do', {method: 'POST', headers, body: '{}'})).status;
"""
FOREIGN_PAGE = """<form method="post" action="http://HOST/do"><button>win</button></form><script>
const socket = new WebSocket('ws://HOST/live');
socket.onopen = () => { window.socket = 'open' };
socket.onerror = () => { window.socket = 'refused' };
</script>"""


class Reached:
    """What came through the walls."""

    def __init__(self) -> None:
        self.origins: list[str | None] = []

    async def page(self, request: Request) -> Response:
        token = CSRF.token(request.scope)
        response = HTMLResponse(OUR_PAGE.format(field=CSRF_FIELD, token=token))
        response.set_cookie("aufruf_session", "mine", httponly=True, samesite="strict")
        return response

    async def script(self, _: Request) -> Response:
        return PlainTextResponse(OUR_SCRIPT, media_type="text/javascript")

    async def do(self, request: Request) -> Response:
        self.origins.append(request.headers.get("origin"))
        if "form" in request.headers["content-type"]:
            CSRF.check(request.scope, (await request.form()).get(CSRF_FIELD))
        return PlainTextResponse("done")

    async def live(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive()


@pytest.fixture
async def reached() -> Reached:
    return Reached()


@pytest.fixture
async def port(reached: Reached) -> AsyncIterator[str]:
    routes = [
        Route("/", reached.page),
        Route("/page.js", reached.script),
        Route("/do", reached.do, methods=["POST"]),
        WebSocketRoute("/live", reached.live),
    ]
    async with serving(secured(Starlette(routes=routes), refuse=refuse)) as host:
        yield host.partition(":")[2]


@pytest.fixture(scope="module")
async def browser(running_browsers: Running) -> AsyncIterator[Browser]:
    """A browser that knows the server under a name."""
    chosen = running_browsers.playwright.chromium
    opened = await chosen.launch(executable_path=chromium(), args=[*ARGUMENTS, NAMED])
    yield opened
    await opened.close()


@pytest.mark.parametrize("name", ["127.0.0.1", "rathaus.test"])
async def test_our_page_sends_commands_forms_and_opens_sockets(
    name: str, port: str, reached: Reached, browser: Browser
) -> None:
    """The form comes with a null origin, because our own header forbids the referrer."""
    page = await browser.new_page()
    for _ in range(2):  # The second time the form's token is bound to the cookie.
        await page.goto(f"http://{name}:{port}/")
        await page.wait_for_function("window.fetched && window.socket")
    assert await page.evaluate("[window.fetched, window.socket]") == [200, "open"]
    await page.click("button")
    await page.wait_for_url("**/do")
    assert await page.inner_text("body") == "done"
    assert reached.origins == [f"http://{name}:{port}"] * 2 + ["null"]


@pytest.mark.parametrize("name", ["127.0.0.1", "rathaus.test"])
async def test_a_foreign_page_reaches_nothing(
    name: str, port: str, reached: Reached, browser: Browser
) -> None:
    async def foreign(_: Request) -> Response:
        return HTMLResponse(FOREIGN_PAGE.replace("HOST", f"{name}:{port}"))

    async with serving(Starlette(routes=[Route("/", foreign)])) as evil:
        page = await browser.new_page()
        await page.goto(f"http://{evil}/")
        await page.wait_for_function("window.socket")
        assert await page.evaluate("window.socket") == "refused"
        async with page.expect_navigation() as answered:
            await page.click("button")
        answer = await answered.value
        assert answer is not None
        assert answer.status == 403
    assert reached.origins == []
