"""A town's look as pages get it: a generated style sheet of tokens, its address, the logo beside the name.

The address is the look: two colours and a type face stand in it, so that whoever has a page finds its style
sheet, on every process and after every change, and a browser keeps it for a year. A town that set nothing
loads nothing. What must not live here: which shades there are and whether they can be read (`domain.look`).
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from queue_server.domain.look import Face, Look, Shades, drawn
from queue_server.domain.town import Town, in_language
from queue_server.web.house import House

PATH: Final = "/look/{name}.css"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NAME: Final = re.compile(r"([0-9a-f]{6}|own)-([0-9a-f]{6}|own)-([a-z]+)")
_OURS: Final = "own"
_STACKS: Final[Mapping[Face, str]] = {
    Face.ARIAL: 'Arial, "Helvetica Neue", "Liberation Sans", "Noto Sans", "DejaVu Sans", sans-serif',
    Face.VERDANA: 'Verdana, "DejaVu Sans", "Noto Sans", Geneva, sans-serif',
    Face.GEORGIA: 'Georgia, "Noto Serif", "Liberation Serif", "DejaVu Serif", serif',
}
"""What the devices have; a file of a type face is never loaded (docs/decisions/visual-language.md)."""
MOST_KEPT: Final = 64
STRANGE_A_MINUTE: Final = 60
LIGHT_SCENE: Final = ".look-light"
DARK_SCENE: Final = ".look-dark"


def look_values(house: House, town_id: str, language: str) -> dict[str, Any]:
    """Return what the frame of every page needs of a town's look; of no town, ours.

    `brand`: the name beside a logo, where a page has our own beside our mark.
    """
    town = next((one for one, _ in house.directory.sites.values() if one.id == town_id), None)
    if town is None:
        return {"look_sheet": "", "logo": None, "brand": ""}
    logo = logo_of(town)
    brand = in_language(town.name, language) if logo else ""
    return {"look_sheet": address(town.look), "logo": logo, "brand": brand}


def only_town(house: House) -> str:
    """Return the id of the one town of this server; empty when several share it, or there is none yet."""
    ids = {town.id for town, _ in house.directory.sites.values()}
    return ids.pop() if len(ids) == 1 else ""


def logo_of(town: Town) -> dict[str, str] | None:
    """Return the logo's address and what it shows."""
    if town.look_logo not in town.pictures:
        return None
    return {"src": f"/pictures/{town.look_logo}", "alt": town.pictures[town.look_logo]}


def address(look: Look, *, scenes: bool = False) -> str:
    """Return where the style sheet of a look is found, empty for ours. `scenes`: that of its preview."""
    if look == Look() and not scenes:
        return ""
    colours = (one.removeprefix("#") or _OURS for one in (look.accent, look.second))
    mark = _mark(_SHEETS.of_page(look, scenes=scenes))
    return f"/look/{'-'.join(colours)}-{look.face}.css?{'scenes=' if scenes else 'v='}{mark}"


async def look_sheet(request: Request) -> Response:
    """The tokens of a look. Public: it says no more than every page shows, and belongs to no town."""
    found = _NAME.fullmatch(request.path_params["name"])
    if found is None or found[3] not in set(Face):
        return Response(status_code=404)
    accent, second = ("" if one == _OURS else f"#{one}" for one in found.groups()[:2])
    look, scenes = Look(accent, second, Face(found[3])), "scenes" in request.query_params
    sheet = _SHEETS.of_stranger(look, scenes=scenes)
    if sheet is None:
        return Response(status_code=503, headers={"Retry-After": "60", "Cache-Control": "no-store"})
    # Made by an older release: its page is answered, and asks again.
    is_current = request.url.query.endswith(f"={_mark(sheet)}")
    kept = _FOR_EVER if is_current else "no-cache"
    return Response(sheet, media_type="text/css", headers={"Cache-Control": kept})


class Sheets:
    """The style sheets of the looks that pages of this process showed, and a few others a minute.

    To work one out takes some ten milliseconds of the loop that carries the calls, and anybody may ask for
    any two colours. So only what a page of ours has asked for is worked out at once and kept; for the page
    of a process before or beside this one there is an allowance, which strangers can use up and no more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[Look, bool], str] = {}
        self._minute, self._strange_count = -1, 0

    def of_page(self, look: Look, *, scenes: bool) -> str:
        """Return a sheet for a page of ours, and keep it."""
        kept = self._kept.get((look, scenes))
        if kept is None:
            kept = self._kept[look, scenes] = _sheet(look, scenes)
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return kept

    def of_stranger(self, look: Look, *, scenes: bool) -> str | None:
        """Return a sheet that was asked for by its address alone; None when there were too many of them."""
        kept = self._kept.get((look, scenes))
        if kept is not None:
            return kept
        minute = int(self._clock() // 60)
        self._strange_count = self._strange_count + 1 if minute == self._minute else 1
        self._minute = minute
        return _sheet(look, scenes) if self._strange_count <= STRANGE_A_MINUTE else None


_SHEETS: Final = Sheets()


def _sheet(look: Look, scenes: bool) -> str:
    return "\n".join(_scenes(look) if scenes else _rules(look)) + "\n"


def _mark(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:10]


def _rules(look: Look) -> Iterator[str]:
    """Yield the rules that lie over tokens.css, in its selectors; the dark values stand twice there, too."""
    shades = drawn(look)
    yield _rule(":root", shades.light, look.face)
    if shades.dark:
        yield f"@media (prefers-color-scheme: dark) {{ {_rule(_NOT_LIGHT, shades.dark)} }}"
        yield _rule(_DARK, shades.dark)
    if shades.more_light:
        yield f"@media (prefers-contrast: more) {{ {_rule(':root', shades.more_light)} }}"
        both = "(prefers-contrast: more) and (prefers-color-scheme: dark)"
        yield f"@media {both} {{ {_rule(_NOT_LIGHT, shades.more_dark)} }}"
        yield f"@media (prefers-contrast: more) {{ {_rule(_DARK, shades.more_dark)} }}"


def _scenes(look: Look) -> Iterator[str]:
    """Yield the tokens of both themes for two parts of one page, whichever theme that page has."""
    shades, tokens = drawn(look), _tokens()
    yield f"{LIGHT_SCENE}, {DARK_SCENE} {{ {tokens[0]} }}"
    yield f"{DARK_SCENE} {{ {tokens[1]} }}"
    yield _rule(f"{LIGHT_SCENE}, {DARK_SCENE}", shades.light, look.face)
    yield _rule(DARK_SCENE, shades.dark)


_NOT_LIGHT: Final = ':root:not([data-theme="light"])'
_DARK: Final = ':root[data-theme="dark"]'


def _rule(selector: str, shades: Shades, face: Face = Face.HOUSE) -> str:
    lines = [f"--color-{name}: {colour};" for name, colour in shades.items()]
    if face in _STACKS:
        lines.append(f"--font-text: {_STACKS[face]};")
    return f"{selector} {{ {' '.join(lines)} }}"


@cache
def _tokens() -> tuple[str, str]:
    """Return what tokens.css sets in light, and what it sets otherwise in dark."""
    css = (files("queue_server") / "web" / "static" / "tokens.css").read_text(encoding="utf-8")
    light, dark = (css.split(f"\n{one} {{", 1)[1].split("}", 1)[0] for one in (":root", _DARK))
    return light, dark


OF_EVERYBODY: Final = {PATH: look_sheet}
