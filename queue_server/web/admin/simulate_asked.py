"""What somebody asks the simulator: read from an address, or from the form, whose flaws it names.

What must not live here: answers, and whose sites one may see (`figures_asked`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams

from queue_server.domain.simulation.asking import (
    AS_IT_IS,
    MOST_COUNTERS,
    MOST_MIN,
    MOST_PATIENCE,
    MOST_PERCENT,
    MOST_VISITORS,
    Question,
    Rule,
    WhatIf,
    hours_of,
    number,
    roster_of,
    what_if_of,
)
from queue_server.domain.town import Site

T = TypeVar("T")
SIMULATE: Final = "/admin/simulate"
MOST_WHAT_IFS: Final = 3
SEEDS: Final = 30
AHEAD: Final = timedelta(days=366)
BEHIND: Final = timedelta(days=3 * 366)
FINER: Final = ("roster", "patience")
"""What few ask for: folded until it is used."""
FIELDS: Final = (
    *("site", "day", "visitors", "booked", "counters", "hours", "walk_ins", "rule", "under"),
    *FINER,
)
MOST_TYPED: Final = 500
"""A roster of thirty counters fits."""
RULES: Final = tuple(Rule)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was typed; `kept` are the what-ifs that stand there already, `wrong` field → flaw."""

    fields: Mapping[str, str]
    kept: tuple[WhatIf, ...] = ()
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as an address holds it; `what_ifs` without the day as it is, which always stands first."""

    site: Site
    on: date
    visitors: float | None
    booked: float | None
    what_ifs: tuple[WhatIf, ...]

    @property
    def question(self) -> Question:
        return Question(self.site.id, self.on, self.visitors, self.booked, SEEDS, (AS_IT_IS, *self.what_ifs))

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the day, filled."""
        return {
            "site": self.site.id,
            "day": self.on.isoformat(),
            "visitors": "" if self.visitors is None else f"{self.visitors:g}",
            "booked": "" if self.booked is None else f"{self.booked * 100:g}",
        }

    @property
    def address(self) -> str:
        named = [(name, word) for name, word in self.fields.items() if word]
        return f"{SIMULATE}?{urlencode([*named, *(('w', one.words()) for one in self.what_ifs)])}"

    def without(self, one: WhatIf) -> str:
        """Return the address of the same without a what-if."""
        return replace(self, what_ifs=tuple(other for other in self.what_ifs if other != one)).address


def from_address(query: QueryParams, sites: tuple[Site, ...], today: date) -> Asked | None:
    """Return what an address asks; None when it asks nothing that could be answered."""
    if not query.get("day"):
        return None
    typed = _kept(query)
    found = _day(typed, sites, today)
    return None if found is None or typed.wrong else found


def from_form(form: FormData, sites: tuple[Site, ...], today: date) -> tuple[Typed, Asked | None]:
    """Return the form as it was typed with its flaws, and what it asks when it has none."""
    typed = _kept(form)
    asked, new = _day(typed, sites, today), _new(typed)
    if new not in (AS_IT_IS, *typed.kept) and len(typed.kept) >= MOST_WHAT_IFS:
        typed.wrong["counters"] = "full"
    if asked is None or typed.wrong:
        return typed, None
    what_ifs = tuple(one for one in dict.fromkeys([*typed.kept, new]) if one != AS_IT_IS)
    return typed, replace(asked, what_ifs=what_ifs)


def _kept(words: QueryParams | FormData) -> Typed:
    found = []
    for written in words.getlist("w")[:MOST_WHAT_IFS]:
        try:
            found.append(what_if_of(str(written)))
        except ValueError:
            continue
    fields = {name: str(words.get(name) or "").strip()[:MOST_TYPED] for name in FIELDS}
    return Typed(fields, tuple(one for one in dict.fromkeys(found) if one != AS_IT_IS))


def _day(typed: Typed, sites: tuple[Site, ...], today: date) -> Asked | None:
    site = next((one for one in sites if one.id == typed.fields["site"]), sites[0])
    visitors = _number(typed, "visitors", 1, MOST_VISITORS)
    booked = _number(typed, "booked", 0, 100)
    if booked is not None and visitors is None and "visitors" not in typed.wrong:
        typed.wrong["visitors"] = "with_booked"
    try:
        on = date.fromisoformat(typed.fields["day"])
    except ValueError:
        typed.wrong["day"] = "no_day"
        return None
    if not today - BEHIND <= on <= today + AHEAD:
        typed.wrong["day"] = "far_day"
    return Asked(site, on, visitors, None if booked is None else booked / 100, typed.kept)


def _new(typed: Typed) -> WhatIf:
    counters = _number(typed, "counters", 1, MOST_COUNTERS, int)
    under = _number(typed, "under", 1, MOST_MIN)
    walk_ins = _number(typed, "walk_ins", 0, MOST_PERCENT)
    if counters is not None and under is not None:
        typed.wrong["under"] = "with_counters"
    hours, roster = _read(typed, "hours", hours_of) or (), _read(typed, "roster", roster_of) or ()
    if roster and (hours or counters is not None or under is not None):
        typed.wrong["roster"] = "with_roster"
    rule = typed.fields["rule"]
    return WhatIf(
        None if counters is None else int(counters),
        hours,
        1.0 if walk_ins is None else walk_ins / 100,
        Rule(rule) if rule in RULES else Rule.OURS,
        _number(typed, "patience", 0, MOST_PATIENCE),
        under_min=under,
        roster=roster,
    )


def _number(
    typed: Typed, name: str, low: float, high: float, kind: Callable[[str], float] = float
) -> float | None:
    return _read(typed, name, lambda text: number(text.replace(",", "."), low, high, kind))


def _read(typed: Typed, name: str, read: Callable[[str], T]) -> T | None:
    if not typed.fields[name]:
        return None
    try:
        return read(typed.fields[name])
    except ValueError:
        typed.wrong[name] = name
        return None
