"""A mistake of the set-up in words, and the thing in which it stands.

What must not live here: finding mistakes (`domain.town_check`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from babel.numbers import format_decimal

from queue_server.domain.town import Town
from queue_server.domain.town_edit import IN_SITE, IN_TOWN
from queue_server.domain.town_problem import Path, Problem
from queue_server.services.locales import locale_of
from queue_server.web.admin.kinds import KINDS
from queue_server.web.texts import Texts

_BROKEN: Final = re.compile(r"\d+\.\d+")
_WHAT: Final = {name: what for what, name in {**IN_TOWN, **IN_SITE}.items()}


class Place(NamedTuple):
    """The thing in which something is wrong, and the way within it."""

    what: str
    id: str
    name: Any
    within: Path


def place_of(town: Town, path: Path) -> Place:
    """Return the innermost thing with an id to which a path leads."""
    found, thing = Place("town", town.id, town.name, path), town
    for start in range(0, len(path) - 1, 2):
        field, index = path[start], path[start + 1]
        if field not in _WHAT or not isinstance(index, int):
            break
        thing = getattr(thing, str(field))[index]
        found = Place(_WHAT[str(field)], thing.id, thing.name, path[start + 2 :])
    return found


def problem_words(say: Texts, town: Town, problem: Problem) -> dict[str, str]:
    """Return what is wrong, and where: `text`, `what`, `id`, `name`, and `path` to the form that mends it."""
    place = place_of(town, problem.path)
    name = place.name if isinstance(place.name, str) else say.in_words(place.name)
    return {
        "text": told(say, problem),
        "what": place.what,
        "id": place.id,
        "name": name or place.id,
        "path": form_path(place),
    }


def form_path(place: Place) -> str:
    """Return the address of the form, and the field in it, that a place means; empty where there is none.

    What a site lacks (an area, a counter) is added in the list of those things.
    """
    sort, field = KINDS.get(place.what), str(place.within[0]) if place.within else ""
    if sort is None:
        return ""
    if field in _WHAT and _WHAT[field] in KINDS:
        return f"/admin/setup/{_WHAT[field]}?site={place.id}"
    end = f"#f-{field}" if field in {one.name for one in sort.fields} else ""
    return f"/admin/setup/{place.what}/{place.id}{end}"


def told(say: Texts, problem: Problem) -> str:
    """Return the sentence of a mistake; the words of a town file where pages have none of their own."""
    params = {"found": "", "expected": "", "suggestion": ""} | _in_language(say, problem.params)
    own = f"admin.problem_{problem.code.value}"
    if own in say:
        return say(own, **params)
    return say(f"town.problem.{problem.code.value}") % params


def _in_language(say: Texts, params: Mapping[str, str]) -> dict[str, str]:
    """Return what a mistake tells, with its broken numbers written as people of that language do."""
    locale = locale_of(say.language)
    return {
        name: format_decimal(one, locale=locale) if _BROKEN.fullmatch(one) else one
        for name, one in params.items()
    }


def place_words(say: Texts, town: Town, problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Return each thing in which something would be wrong, once, with the first of it."""
    found = {
        (one["what"], one["id"]): one for one in (problem_words(say, town, p) for p in reversed(problems))
    }
    return list(reversed(found.values()))
