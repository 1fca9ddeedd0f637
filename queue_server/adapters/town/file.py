"""The town file: a town's whole set-up in one TOML text, read with all its mistakes, written, compared.

What lives here: the doors (`load`, `load_file`, `to_toml`, `diff`). The keys are in `town_reader`, the
format is described in `docs/operators/town-file.md`. What must not live here: storing a town, and texts
for people.
"""

import re
import zoneinfo
from collections.abc import Callable
from importlib import resources
from pathlib import Path as FilePath
from typing import Final, TypeAlias

from queue_server.adapters.town.catalogue_words import add_words
from queue_server.adapters.town.public_holidays import STATES
from queue_server.adapters.town.reader import TownReader
from queue_server.adapters.town.services import Places
from queue_server.adapters.town.source import (
    FileProblem,
    Report,
    ShapeCode,
    Source,
    TownFileError,
    decode,
    parse,
)
from queue_server.adapters.town.toml_positions import Path
from queue_server.adapters.town.writer import to_toml
from queue_server.domain.town import WAYS, Town
from queue_server.domain.town_check import check
from queue_server.domain.town_diff import Change, diff
from queue_server.domain.town_problem import Code

__all__ = [
    "Change",
    "FileProblem",
    "ReadBeside",
    "TownFileError",
    "diff",
    "load",
    "load_file",
    "sample_town",
    "to_toml",
]

ReadBeside: TypeAlias = Callable[[str], str]
"""Returns the text of the file of that name beside the town file; raises `OSError` when it cannot."""

BUILT_IN: Final = "builtin"

_BESIDE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._ -]*")

_KEYS: Final = {
    "area_by_site": "areas",
    "area_id": "area",
    "area_ids": "areas",
    "category_id": "category",
    "counter_id": "counter",
    "room_id": "room",
    "service_ids": "services",
    "site_id": "site",
    "site_ids": "sites",
    **{f"{way}_ids": f"rooms_{way}" for way in WAYS},
}
"""Fields of the domain that have a shorter name in the file."""


def load(text: str, name: str, read_beside: ReadBeside | None = None) -> Town:
    """Read a town file; raise one `TownFileError` with everything that is wrong in it.

    `name` is the file's name in messages. `read_beside` is asked for a catalogue that the file names;
    without it only the built-in one can be named.
    """
    main = parse(text, name)
    report = Report()
    catalogue = _catalogue(main, report, read_beside)
    reader = TownReader(report, main, catalogue)
    town = reader.read()
    _check(town, report, reader.places)
    if report.problems:
        raise TownFileError(report.problems)
    return town


def load_file(path: FilePath) -> Town:
    """Read the town file at `path`; a catalogue that it names lies beside it."""
    return load(
        decode(path.read_bytes(), str(path)),
        str(path),
        lambda name: path.with_name(name).read_text(encoding="utf-8"),
    )


def sample_town() -> Town:
    """Return the town of the demonstration."""
    return load(_sample("town.toml"), "town.toml")


def _check(town: Town, report: Report, places: dict[Path, Places]) -> None:
    """Add what the domain finds, but not what follows from mistakes that are known already.

    What could not be read was replaced by an empty value, whose mistakes are ours. And one misspelt skill
    would be followed by a service without a clerk for each service of a department.
    """
    problems = check(town, zoneinfo.available_timezones(), STATES)
    placed = [(problem, *_place(problem.path, places)) for problem in problems]
    placed = [one for one in placed if not report.touches(one[1], one[2])]
    other = bool(report.problems) or any(one[0].code is not Code.SERVICE_WITHOUT_CLERK for one in placed)
    for problem, source, path in placed:
        if not (other and problem.code is Code.SERVICE_WITHOUT_CLERK):
            found, expected, near = (problem.params.get(n, "") for n in ("found", "expected", "suggestion"))
            report.add(source, path, problem.code, found=found, expected=expected, suggestion=near)


def _catalogue(main: Source, report: Report, read_beside: ReadBeside | None) -> Source | None:
    head = main.data.get("town")
    if not isinstance(head, dict) or "catalogue" not in head:
        return None
    name = head["catalogue"]
    if name == BUILT_IN:
        return _built_in(head.get("languages"))
    try:
        return parse(_read(name, read_beside), name)
    except (OSError, UnicodeError):
        report.add(
            main, ("town", "catalogue"), ShapeCode.CATALOGUE_UNREADABLE, found=str(name), expected=BUILT_IN
        )
        return None


def _built_in(languages: object) -> Source:
    catalogue = parse(_sample("services.toml"), f"{BUILT_IN}/services.toml", built_in=True)
    add_words(catalogue.data, languages if isinstance(languages, list) else [])
    return catalogue


def _read(name: object, read_beside: ReadBeside | None) -> str:
    """Only files beside the town file are read: an uploaded town file must not reach into the machine."""
    if not isinstance(name, str) or not _BESIDE.fullmatch(name) or read_beside is None:
        raise FileNotFoundError
    return read_beside(name)


def _sample(name: str) -> str:
    return resources.files("queue_server.samples").joinpath(name).read_text(encoding="utf-8")


def _place(path: Path, places: dict[Path, Places]) -> tuple[Source, Path]:
    """Return where the value is described, or the thing that it belongs to."""
    cut = next(cut for cut in range(len(path), -1, -1) if path[:cut] in places)
    rest = tuple(_KEYS.get(part, part) if isinstance(part, str) else part for part in path[cut:])
    for source, base in places[path[:cut]]:
        if rest and (*base, rest[0]) in source.spans:
            return source, (*base, *rest)
    source, base = places[path[:cut]][0]
    return source, (*base, *rest)
