"""`/styleguide`: every component in every state, a page for each face: two may give one name to two things.

What must not live here: the samples (templates/styleguide), how a state is shown (`web.guide_states`). A
class of a stylesheet that no sample has fails `tests/architecture/test_styleguide.py`. Demo only.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from starlette.responses import Response

from queue_server.domain.errors import NotFound
from queue_server.services.locales import direction_of
from queue_server.web.device_packages import DEVICE_PACKAGES
from queue_server.web.guide_states import CALM, CONTRAST, states_of
from queue_server.web.pages import PageCall, PageRoute

PATH: Final = "/styleguide"
SHARED: Final = "shared"
EVERYWHERE: Final = ("tokens.css", "components.css")
FACES: Final[dict[str, tuple[str, ...]]] = {
    SHARED: (),
    "visitors": ("booking.css", "status.css"),
    "kiosk": ("kiosk/kiosk.css", "kiosk/booking.css", "kiosk/helps.css"),
    "display": ("display/display.css",),
    "counter": ("counter/counter.css", "counter/alarm.css"),
    "desk": ("desk.css",),
    "administration": (
        "admin.css",
        "figures.css",
        "simulate.css",
        "look.css",
        "rescue.css",
        "devices.css",
        "first_run.css",
    ),
    "demo": ("start.css", "mails.css", "kiosk/paper.css"),
}
"""Each page of the guide → the stylesheets that it shows, as they are named under `/static`."""
SWITCHES: Final = {
    "scheme": ("", "light", "dark"),
    "contrast": ("", "more"),
    "motion": ("", "less"),
    "dir": ("", "rtl"),
}
"""What a link can ask of the page, each with its answers; an empty one is the device's own."""


async def style_guide(call: PageCall) -> Response:
    """Show the components of a face."""
    face = call.request.path_params.get("face", SHARED)
    if face not in FACES:
        raise NotFound(what="page")
    here = _switched(call)
    return call.page(
        f"styleguide/{face}.html",
        face=face,
        path=_path(face),
        faces_here=[(one, _path(one)) for one in FACES],
        sheets=FACES[face],
        here=here,
        switches=[(name, answers, _links(here, name, answers)) for name, answers in SWITCHES.items()],
        asked=_asked(here),
        theme=here["scheme"],
        direction=here["dir"] or direction_of(call.language),
    )


async def states_sheet(call: PageCall) -> Response:
    """Answer the stylesheet that shows the states of a face."""
    face = call.request.query_params.get("face", SHARED)
    if face not in FACES:
        raise NotFound(what="page")
    here = _switched(call)
    media = {CONTRAST: here["contrast"], CALM: here["motion"]}
    asked = tuple(one for one, is_asked in media.items() if is_asked)
    css = "".join(states_of(sheet(name), asked) for name in (*EVERYWHERE, *FACES[face]))
    return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})


@cache
def sheet(name: str) -> str:
    """Return the text of a stylesheet by its name under `/static`."""
    folder, _, rest = name.rpartition("/")
    own = files(DEVICE_PACKAGES[folder]) if folder else files("queue_server") / "web"
    return (own / "static" / rest).read_text(encoding="utf-8")


def _switched(call: PageCall) -> dict[str, str]:
    """Return how the page was asked to stand; what is no answer counts as none."""
    said = call.request.query_params
    return {name: said[name] if said.get(name) in answers else "" for name, answers in SWITCHES.items()}


def _links(here: dict[str, str], name: str, answers: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(answer, _asked(here | {name: answer})) for answer in answers]


def _asked(here: dict[str, str]) -> str:
    return "&".join(f"{name}={answer}" for name, answer in here.items() if answer)


def _path(face: str) -> str:
    return PATH if face == SHARED else f"{PATH}/{face}"


ROUTES: Final = [
    PageRoute(PATH, style_guide, demo_only=True, with_one_time_password=True),
    PageRoute(f"{PATH}/states.css", states_sheet, demo_only=True, with_one_time_password=True),
    PageRoute(f"{PATH}/{{face}}", style_guide, demo_only=True, with_one_time_password=True),
]
