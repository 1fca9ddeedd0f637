"""Whether services out of a table fit their town, each mistake told at its cell.

What must not live here: the rules (`domain.town_check`).
"""

import zoneinfo
from collections.abc import Mapping
from typing import Final

from queue_server.adapters.town.public_holidays import STATES
from queue_server.adapters.town.source import FileProblem, dotted
from queue_server.domain.town import Town
from queue_server.domain.town_check import check
from queue_server.domain.town_problem import Problem

_COLUMNS: Final = {
    "area_by_site": "sites",
    "category_id": "category",
    "department_id": "department",
    "id": "key",
    "site_ids": "sites",
}
"""Fields that stand in a column of another name."""

Places = Mapping[str, Mapping[str, tuple[int, int]]]


def check_services(name: str, before: Town, after: Town, places: Places) -> list[FileProblem]:
    """Return the mistakes that `after` has and `before` had not; those of a row where that row stands."""
    zones = zoneinfo.available_timezones()
    known = {_told(before, one) for one in check(before, zones, STATES)}
    return [
        _placed(name, after, one, places)
        for one in check(after, zones, STATES)
        if _told(after, one) not in known
    ]


def _told(town: Town, problem: Problem) -> tuple[str, ...]:
    """Return a mistake by the id of its service: its place moves when rows come before it."""
    first, *rest = problem.path
    if first == "services" and rest and isinstance(rest[0], int):
        rest[0] = town.services[rest[0]].id
    return (str(first), *map(str, rest), problem.code.value, *sorted(problem.params.values()))


def _placed(name: str, town: Town, problem: Problem, places: Places) -> FileProblem:
    line, column, where = 1, 1, dotted(problem.path)
    if problem.path[0] == "services" and len(problem.path) > 1 and isinstance(problem.path[1], int):
        service = town.services[problem.path[1]]
        cells = places.get(service.id, {})
        wanted = str(problem.path[2]) if len(problem.path) > 2 else ""
        wanted = _COLUMNS.get(wanted, wanted)
        line, column = cells.get(wanted) or min(cells.values(), default=(1, 1))
        where = f"{service.key}.{wanted}".rstrip(".")
    found, expected, near = (problem.params.get(one, "") for one in ("found", "expected", "suggestion"))
    return FileProblem(name, line, column, problem.code.value, where, found, expected, near)
