"""`/admin/look`: a town's logo, two colours and type face, seen in light and dark before they are applied.

What must not live here: what can be read (`domain.look`), the style sheet (`web.look`), what a file must be
(`adapters.picture_child`). From a certain day on: the town's own form, which has the same fields.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.colours import COLOUR, read_colour
from queue_server.domain.errors import BadInput
from queue_server.domain.look import Face, Look
from queue_server.domain.town import Town
from queue_server.domain.town_problem import Problem
from queue_server.web.admin.changing import SettingsMoved, editing, foresee, keep, mark, stamp
from queue_server.web.admin.frame import framed, going_back_to, town_of
from queue_server.web.admin.notices import notice
from queue_server.web.admin.problem_words import told
from queue_server.web.admin.sent_file import sent_file, sent_with_picture
from queue_server.web.look import address, logo_of
from queue_server.web.naming import TOWN
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.security import LONGEST_PICTURE

LOOK: Final = "/admin/look"
LONGEST_NAME: Final = 160
COLOURS: Final = ("look_accent", "look_second")
FIELDS: Final = (*COLOURS, "look_face", "look_logo")
OURS: Final[Mapping[str, str]] = {"look_accent": "#0a4b58", "look_second": "#0a4b58"}
"""What the palette shows where nothing is chosen."""
_ACTS: Final = frozenset({"save", "preview", "take"})


@dataclass(slots=True)
class Typed:
    """What somebody filled in: the values, what is wrong at which field, what else could be taken."""

    values: dict[str, Any]
    alt: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)

    def tell(self, call: PageCall, problems: Sequence[Problem]) -> None:
        """Put each mistake at its field, with the nearest colour that would do."""
        for problem in problems:
            name = str(problem.path[0])
            self.wrong.setdefault(name, told(call.say, problem))
            if name in COLOURS and COLOUR.fullmatch(offer := problem.params.get("suggestion", "")):
                self.offers[name] = offer

    def shown(self) -> Look:
        """Return the look to be seen: with what is offered in place of what cannot be read."""
        accent, second = (self.offers.get(name) or read_colour(self.values[name]) or "" for name in COLOURS)
        return Look(accent, second, self.values["look_face"])


async def look_page(call: PageCall) -> Response:
    """Show the look that holds, and the form."""
    await call.house.renew_if_changed()
    return _show(call, Typed(_held(town_of(call))))


async def change_look(call: PageCall) -> Response:
    """Show what was filled in as it would look, or apply it."""
    await call.house.renew_if_changed()
    form = await sent_with_picture(call)
    act, seen = str(form.get("act") or "preview").partition(":")[0], str(form.get("seen") or "")
    if act not in _ACTS:
        raise BadInput(field="act")
    typed = _read(form, town_of(call))
    if not await _take_file(call, form, typed):
        act = "preview"
    plan = editing("town", call.actor.organisation_id, [(typed.values, seen)])
    try:
        typed.tell(call, (await foresee(call, plan)).problems)
        if typed.wrong:
            return _show(call, typed, status=422, seen=seen)
        if act != "save":
            return _show(call, typed, seen=seen, is_preview=True)
        at = await keep(call, plan)
    except SettingsMoved:
        return _show(call, typed, status=409, refused=call.say("look.moved"), is_preview=True)
    return RedirectResponse(f"{LOOK}?done={stamp(at) or 'same'}", status_code=303)


def _held(town: Town) -> dict[str, Any]:
    return {name: getattr(town, name) for name in FIELDS}


def _read(form: FormData, town: Town) -> Typed:
    """Return what was sent; a colour is what was typed, or else picked. Raises BadInput.

    What a form does not have stays as it is: a page sends all, a script perhaps one colour.
    """
    values = _held(town) | {name: _colour(form, name) for name in COLOURS if name in form}
    field_, _, colour = str(form.get("act") or "").removeprefix("take:").partition("=")
    if field_ in COLOURS and COLOUR.fullmatch(colour):
        values[field_] = colour
    try:
        values["look_face"] = Face(str(form.get("look_face", values["look_face"])))
    except ValueError:
        raise BadInput(field="look_face") from None
    values["look_logo"] = str(form.get("look_logo", values["look_logo"]))
    if values["look_logo"] not in {"", town.look_logo, *town.pictures}:
        raise BadInput(field="look_logo")
    return Typed(values, alt=" ".join(str(form.get("alt") or "").split())[:LONGEST_NAME])


def _colour(form: FormData, name: str) -> str:
    """Return one of two boxes that show the same colour: whichever was touched, the typed one first."""
    typed, picked, shown = (
        str(form.get(f"{name}{end}") or "").strip()[:20] for end in ("", "_pick", "_shown")
    )
    if typed == shown and picked and picked != (read_colour(shown) or OURS[name]):
        typed = picked
    return read_colour(typed) or typed


async def _take_file(call: PageCall, form: FormData, typed: Typed) -> bool:
    """Keep a sent picture among the town's and choose it as the logo; say whether all is well with it."""
    file = await sent_file(form)
    if file is None or not file.raw:
        return True
    if len(file.raw) > LONGEST_PICTURE:
        typed.wrong["file"] = call.say("look.wrong_long")
        return False
    picture = await asyncio.to_thread(call.house.pictures.drawn_anew, file.raw, is_logo=True)
    if isinstance(picture, str):
        typed.wrong["file"] = call.say(f"look.wrong_{picture}")
    elif not typed.alt:
        typed.wrong |= {"alt": call.say("look.wrong_no_name"), "file": call.say("look.wrong_again")}
    elif (id_ := await _keep_picture(call, picture, typed.alt)) is None:
        typed.wrong["file"] = call.say("look.wrong_many")
    else:
        typed.values["look_logo"], typed.alt = id_, ""
        return True
    return False


async def _keep_picture(call: PageCall, picture: tuple[str, bytes], name: str) -> str | None:
    house, own = call.house, call.actor.organisation_id

    def work(conn: Connection) -> str | None:
        id_ = house.pictures.add(conn, own, picture, name, house.clock())
        if id_ is not None:
            note(house, conn, call.actor, Done.PICTURE_ADDED, "picture", id_, after={"name": name})
        return id_

    id_ = await house.write(work)
    await house.renew_settings()
    return id_


def _show(
    call: PageCall,
    typed: Typed,
    *,
    status: int = 200,
    seen: str = "",
    refused: str = "",
    is_preview: bool = False,
) -> Response:
    town = town_of(call)
    state = "offer" if typed.offers else "lead" if is_preview or typed.wrong else "now"
    response = framed(
        call,
        "admin/look.html",
        status=status,
        typed=typed,
        colours=[(name, read_colour(typed.values[name]) or OURS[name]) for name in COLOURS],
        type_faces=list(Face),
        pictures=list(town.pictures.items()),
        scenes=address(typed.shown(), scenes=True),
        scene_logo=logo_of(replace(town, look_logo=typed.values["look_logo"])),
        preview_text=call.say(f"look.preview_{state}"),
        is_preview=state != "now",
        seen=seen or mark(_held(town)),
        refused=refused,
        notice=notice(call) if call.request.method == "GET" else {},
        most_name=LONGEST_NAME,
    )
    return going_back_to(response) if call.request.method == "POST" else response


ROUTES = [
    PageRoute(LOOK, look_page, Act.CHANGE_SETTINGS, TOWN),
    PageRoute(LOOK, change_look, Act.CHANGE_SETTINGS, TOWN, methods=("POST",)),
]
