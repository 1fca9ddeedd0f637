"""One form of the set-up: a thing in its parts, shown, sent, and told what is wrong with it.

What must not live here: addresses and answers (`web.admin.page_setup`), and what a change does (`changing`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, field
from typing import Any

from queue_server.domain.town import Site, Town
from queue_server.domain.town_edit import CLASSES
from queue_server.domain.town_problem import Code, Problem
from queue_server.web.admin import roster_grid
from queue_server.web.admin.changing import mark
from queue_server.web.admin.choosing import Around, choices_of
from queue_server.web.admin.drawing import Drawn, drawn, empty
from queue_server.web.admin.fields import Field, Part, Sort, Widget
from queue_server.web.admin.problem_words import place_of, problem_words, told
from queue_server.web.admin.reading import Form, Typed, read, written

_INSTEAD = {Code.SERVICE_WITHOUT_CLERK: "clerk_ids"}
"""Where a mistake of the whole thing is put right, if the form has that field."""
_IN_LINE = {"": "hours", "site_id": "place", "counter_id": "place"}
"""What of an entry of a roster is wrong → where it stands in its line."""


@dataclass(slots=True)
class ThingForm:
    """A thing as a form: all its parts on one page, so that no way between them loses what was typed.

    `thing` None: it is to be added, in `site` where it stands in one; that asks for the first part alone.
    """

    sort: Sort
    parts: tuple[Part, ...]
    town: Town
    site: Site | None
    thing: Any
    around: Around
    typed: dict[str, Typed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    """Where each stretch of hours and each row was typed."""
    others: list[dict[str, str]] = field(default_factory=list)
    """What would be wrong with other things, or with this one beyond this form."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The town's, and whichever others the thing has texts in: they are not lost by looking."""
        return tuple(dict.fromkeys((*self.town.languages, *_languages_in(self.thing, self.fields))))

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(one for part in self.parts for one in part.fields)

    def show(self, like: Any = None) -> None:
        """Fill the form with what holds; a new thing's with `like`, or what it is if one says nothing."""
        known = like or (self.thing if self.thing is not None else _defaults(self.sort.what))
        self.typed = {
            one.name: written(one, getattr(known, one.name), self.languages)
            if hasattr(known, one.name)
            else empty(one)
            for one in self.fields
        }

    def take(self, form: Form) -> bool:
        """Read what was sent; say whether all of it could be read."""
        keys = {
            one.name: [key for key, _ in choices_of(one.keys, self.around)]
            for one in self.fields
            if one.widget is Widget.EACH
        }
        found = read(self.fields, form, self.languages, keys)
        self.typed, self.values, self.places = found.typed, found.values, found.places
        self.errors = {at: self.around.say(f"admin.wrong_{code}") for at, code in found.wrong.items()}
        for one in self.fields:
            self.values[one.name] = _as_held(one, self.values[one.name], self.thing)
        for part in self.parts:
            if part.completed is not None and not self.errors:
                self.values = part.completed(self.values, self.around, self.thing)
        return not self.errors

    def by_part(self, seen: str) -> list[tuple[dict[str, Any], str]]:
        """Return the values of each part with its mark, as the form carried them."""
        marks = [*seen.split(), *[""] * len(self.parts)]
        return [
            ({one.name: self.values[one.name] for one in part.fields}, marks[number])
            for number, part in enumerate(self.parts)
        ]

    def renew(self, seen: str) -> None:
        """Show what holds now in each part that was sent as it was shown; what was typed stays."""
        if self.thing is None:
            return
        for part, (values, shown) in zip(self.parts, self.by_part(seen), strict=True):
            if shown == mark(values):
                self.typed |= {
                    one.name: written(one, getattr(self.thing, one.name), self.languages)
                    for one in part.fields
                }

    def marks(self) -> str:
        """Return the marks of what holds now, part by part; a form carries them."""
        if self.thing is None:
            return ""
        shown = [{one.name: getattr(self.thing, one.name) for one in part.fields} for part in self.parts]
        return " ".join(mark(values) for values in shown)

    def readable(self) -> dict[str, Any]:
        """Return the values of what could be read; of hours and rows, what of them could."""
        bad = {at.partition(".")[0] for at in self.errors}
        return {name: value for name, value in self.values.items() if name not in bad or name in self.places}

    def judge(self, after: Town, problems: Iterable[Problem], id_: str, *, is_whole: bool = True) -> None:
        """Put each problem at its field; what is wrong elsewhere is told with its place.

        `is_whole` False: some of it could not be read, so only what stands at a place of its own counts.
        """
        names = {one.name: one for one in self.fields}
        for problem in problems:
            place = place_of(after, problem.path)
            own = (place.what, place.id) == (self.sort.what, id_)
            instead = _INSTEAD.get(problem.code, "")
            if own and instead in names:
                self.errors.setdefault(instead, told(self.around.say, problem))
            elif own and place.within and place.within[0] in names:
                at = self._at(names[str(place.within[0])], place.within)
                if is_whole or at not in names or not self._is_partly_read(at):
                    self.errors.setdefault(at, told(self.around.say, problem))
            elif is_whole:
                self.others.append(problem_words(self.around.say, after, problem))

    def drawn(self) -> list[tuple[str, list[Drawn]]]:
        """Return each part's name and its fields as the template draws them."""
        return [(part.name, [self._drawn(one) for one in part.fields]) for part in self.parts]

    def _drawn(self, one: Field) -> Drawn:
        typed = self.typed[one.name]
        found = drawn(one, typed, one.name, self.sort.what, self.around, self.languages, self.errors)
        if one.widget is Widget.ROSTER:
            home = next(iter(self.typed.get("site_ids") or ()), self.town.sites[0].id)
            found["rows"] = roster_grid.drawn(typed, one.name, self.around, home, self.errors)
        return found

    def _at(self, one: Field, within: tuple[str | int, ...]) -> str:
        """Return the place in the form of something that is wrong with a value."""
        places = self.places.get(one.name, [])
        if len(within) < 2 or not isinstance(within[1], int) or within[1] >= len(places):
            return one.name
        inner = str(within[2]) if len(within) > 2 and one.widget in {Widget.ROWS, Widget.ROSTER} else ""
        if one.widget is Widget.ROSTER:
            inner = _IN_LINE.get(inner, inner)
        return f"{places[within[1]]}.{inner}" if inner else places[within[1]]

    def _is_partly_read(self, name: str) -> bool:
        return any(at.startswith(f"{name}.") for at in self.errors)

    def mistakes(self, fields: Iterable[Drawn]) -> list[dict[str, str]]:
        """Return the list for the top of the form: each mistake with where it stands, in the form's order."""
        labels = {at: label for one in fields for at, label in _labels(one)}
        places = list(labels)
        order = sorted(self.errors, key=lambda at: places.index(at) if at in labels else len(places))
        return [{"at": at, "label": labels.get(at, ""), "text": self.errors[at]} for at in order]


def form_of(sort: Sort, around: Around, thing: Any) -> ThingForm:
    """Return the form of a thing, or of a new one."""
    parts = sort.parts if thing is not None else sort.parts[:1]
    return ThingForm(sort, parts, around.town, around.site, thing, around)


def _defaults(what: str) -> Any:
    """Return a class: its fields with a default have it as the attribute of a fresh thing."""
    kind = CLASSES[what]
    needed = {
        name: ""
        for name, one in kind.__dataclass_fields__.items()  # type: ignore[attr-defined]
        if not _has_default(one)
    }
    thing = kind(**needed)
    return _Partly(thing, set(needed))


class _Partly:
    """A thing whose fields without a default are not there."""

    def __init__(self, thing: Any, missing: set[str]) -> None:
        self._thing, self._missing = thing, missing

    def __getattr__(self, name: str) -> Any:
        if name in self._missing:
            raise AttributeError(name)
        return getattr(self._thing, name)


def _has_default(one: Any) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def _as_held(one: Field, value: Any, thing: Any) -> Any:
    """Return the same things in the order in which they are held: a form shows them in one of its own."""
    held = getattr(thing, one.name, None)
    if one.widget not in {Widget.CHOICES, Widget.ROSTER, Widget.WEEK} or not isinstance(held, tuple):
        return value
    return held if sorted(map(repr, held)) == sorted(map(repr, value or ())) else value


def _labels(one: Drawn) -> Iterator[tuple[str, str]]:
    yield one["at"], one["label"]
    for part in one["parts"]:
        yield part["at"], f"{one['label']}: {part['label']}"
    for row in one["rows"]:
        yield row["at"], one["label"]
        if isinstance(row["cells"], dict):
            whose = row["day"] or one["label"]
            yield from ((cell["at"], f"{whose}: {cell['label']}") for cell in row["cells"].values())
            continue
        for cell in row["cells"]:
            yield from ((at, f"{one['label']}: {words}") for at, words in _labels(cell))


def _languages_in(thing: Any, fields: Iterable[Field]) -> Iterator[str]:
    if thing is None:
        return
    for one in fields:
        value = getattr(thing, one.name)
        if one.widget in {Widget.TEXTS, Widget.LONG_TEXTS}:
            yield from value
        elif one.widget is Widget.TEXT_LINES:
            yield from (name for texts in value for name in texts)
        elif one.widget is Widget.ROWS:
            for row in value:
                yield from _languages_in(row, one.columns)
