"""The logo of the slips: fetched once from a real server, never waited for, in black and white."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from PIL import Image

from kiosk import drawing
from kiosk.logos import NOT_AGAIN_S, Logos
from kiosk.preview import interpret
from kiosk.printing import render
from kiosk.slip import slip_from
from tests.kiosk.slips import a_job

PATH = f"/pictures/{'a' * 32}"


def a_logo(size: tuple[int, int] = (800, 300), colour: str = "#0b6b3a") -> bytes:
    """A shield of one colour on nothing."""
    page = Image.new("RGBA", size, (0, 0, 0, 0))
    page.paste(Image.new("RGBA", (size[0] // 2, size[1]), colour), (size[0] // 4, 0))
    target = BytesIO()
    page.save(target, "PNG")
    return target.getvalue()


class Server(HTTPServer):
    asked = 0
    body = a_logo()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked += 1
        self.send_response(200 if self.path == PATH else 404)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Answer) as made:
        serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield made
        made.shutdown()
        serving.join()


@pytest.mark.parametrize("body", [b"<html>Please sign in</html>", a_logo()[:200], b""])
def test_what_is_no_picture_is_not_kept(server: Server, body: bytes) -> None:
    """A proxy's page, or half a file: the logo comes back by itself."""
    clock = iter([0.0, NOT_AGAIN_S, NOT_AGAIN_S])
    logos = Logos(f"http://127.0.0.1:{server.server_port}/", clock=lambda: next(clock))
    server.body = body
    assert logos.fetch(PATH) is None
    server.body = a_logo()
    assert logos.fetch(PATH) == a_logo()


def test_a_logo_is_fetched_once(server: Server) -> None:
    logos = Logos(f"http://127.0.0.1:{server.server_port}/")
    assert logos.fetch(PATH) == logos.fetch(PATH) == a_logo()
    assert server.asked == 1


def test_one_that_does_not_come_is_not_asked_for_with_every_slip(server: Server) -> None:
    now = [0.0]
    logos = Logos(f"http://127.0.0.1:{server.server_port}", clock=lambda: now[0])
    gone = f"/pictures/{'b' * 32}"
    assert logos.fetch(gone) is None
    assert logos.fetch(gone) is None
    assert server.asked == 1
    now[0] += NOT_AGAIN_S
    assert logos.fetch(PATH) == a_logo()


def test_a_server_that_is_away_is_no_reason_to_print_nothing() -> None:
    assert Logos("http://127.0.0.1:1").fetch(PATH) is None
    assert render(slip_from(a_job()), logo=None) == render(slip_from(a_job(logo=PATH)))


@pytest.mark.parametrize("paper", [80, 58])
@pytest.mark.parametrize("size", [(800, 60), (60, 800), (300, 300)])
def test_a_logo_is_drawn_small_and_in_two_tones(paper: int, size: tuple[int, int]) -> None:
    dots = {80: 576, 58: 384}[paper]
    drawn = drawing.logo(a_logo(size, "#ffd500"), dots)
    assert drawn is not None
    assert drawn.width <= dots / 2
    assert drawn.height <= drawing.MOST_LOGO_ROWS
    assert {colour for _, colour in drawn.getcolors() or ()} == {0, 255}, "a light yellow is still seen"


def test_what_is_no_picture_is_left_out() -> None:
    assert drawing.logo(b"<svg/>", 576) is None
    slip = slip_from(a_job())
    assert render(slip, logo=b"<svg/>") == render(slip)


def test_a_slip_with_a_logo_is_longer_and_cut_once() -> None:
    slip = slip_from(a_job(logo=PATH))
    assert slip.logo == PATH
    bare, shown = (interpret(render(slip, logo=logo), 80) for logo in (None, a_logo()))
    assert shown.unknown == []
    assert shown.cut_count == 1
    assert bare.picture.height < shown.picture.height <= bare.picture.height + drawing.MOST_LOGO_ROWS + 30


@pytest.mark.parametrize("logo", ["https://elsewhere.example/x.png", "/pictures/../admin", 7, None])
def test_only_a_picture_of_the_server_is_asked_for(logo: object) -> None:
    assert slip_from(a_job(logo=logo)).logo == ""
