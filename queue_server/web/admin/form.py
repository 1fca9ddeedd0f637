"""One form of the set-up: a part of a thing, shown, sent, and told what is wrong with it.

What must not live here: addresses and answers (`web.admin.page_setup`), and what a change does (`changing`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, field
from typing import Any

from queue_server.domain.errors import NotFound
from queue_server.domain.town import Site, Town
from queue_server.domain.town_edit import CLASSES
from queue_server.domain.town_problem import Code, Problem
from queue_server.web.admin.choosing import Around, choices_of
from queue_server.web.admin.drawing import Drawn, drawn, empty
from queue_server.web.admin.fields import Field, Part, Sort, Widget
from queue_server.web.admin.problem_words import place_of, problem_words, told
from queue_server.web.admin.reading import Form, Typed, read, written
from queue_server.web.texts import Texts

_INSTEAD = {Code.SERVICE_WITHOUT_CLERK: "clerk_ids"}
"""Where a mistake of the whole thing is put right, if the form has that field."""


@dataclass(slots=True)
class ThingForm:
    """A part of a thing as a form. `thing` None: it is to be added, in `site` where it stands in one."""

    sort: Sort
    part: Part
    town: Town
    site: Site | None
    thing: Any
    around: Around
    typed: dict[str, Typed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    others: list[dict[str, str]] = field(default_factory=list)
    """What would be wrong with other things, or with this one beyond this form."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The town's, and whichever others the thing has texts in: they are not lost by looking."""
        return tuple(dict.fromkeys((*self.town.languages, *_languages_in(self.thing, self.part.fields))))

    def show(self, like: Any = None) -> None:
        """Fill the form with what holds; a new thing's with `like`, or what it is if one says nothing."""
        known = like or (self.thing if self.thing is not None else _defaults(self.sort.what))
        self.typed = {
            one.name: written(one, getattr(known, one.name), self.languages)
            if hasattr(known, one.name)
            else empty(one)
            for one in self.part.fields
        }

    def take(self, form: Form) -> bool:
        """Read what was sent; say whether all of it could be read."""
        keys = {
            one.name: [key for key, _ in choices_of(one.keys, self.around)]
            for one in self.part.fields
            if one.widget is Widget.EACH
        }
        found = read(self.part.fields, form, self.languages, keys)
        self.typed, self.values = found.typed, found.values
        self.errors = {at: self.around.say(f"admin.wrong_{code}") for at, code in found.wrong.items()}
        if self.part.completed is not None and not self.errors:
            self.values = self.part.completed(self.values, self.around)
        return not self.errors

    def judge(self, after: Town, problems: Iterable[Problem], id_: str) -> None:
        """Put each problem at its field; what is wrong elsewhere is told with its place."""
        names = {one.name: one for one in self.part.fields}
        for problem in problems:
            place = place_of(after, problem.path)
            own = (place.what, place.id) == (self.sort.what, id_)
            instead = _INSTEAD.get(problem.code, "")
            if own and instead in names:
                self.errors.setdefault(instead, told(self.around.say, problem))
            elif own and place.within and place.within[0] in names:
                at = _at(names[str(place.within[0])], place.within)
                self.errors.setdefault(at, told(self.around.say, problem))
            else:
                self.others.append(problem_words(self.around.say, after, problem))

    def drawn(self) -> list[Drawn]:
        return [
            drawn(
                one, self.typed[one.name], one.name, self.sort.what, self.around, self.languages, self.errors
            )
            for one in self.part.fields
        ]

    def mistakes(self, fields: Iterable[Drawn]) -> list[dict[str, str]]:
        """Return the list for the top of the form: each mistake with where it stands, in the form's order."""
        labels = {at: label for one in fields for at, label in _labels(one)}
        places = list(labels)
        order = sorted(self.errors, key=lambda at: places.index(at) if at in labels else len(places))
        return [{"at": at, "label": labels.get(at, ""), "text": self.errors[at]} for at in order]


def form_of(
    sort: Sort, part_name: str, town: Town, site: Site | None, thing: Any, say: Texts, states: Iterable[str]
) -> ThingForm:
    """Return the form of a part, the first where none is named. Raises NotFound."""
    part = next((one for one in sort.parts if one.name == (part_name or sort.parts[0].name)), None)
    if part is None:
        raise NotFound(what="page")
    return ThingForm(sort, part, town, site, thing, Around(town, site, say, tuple(states)))


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


def _at(one: Field, within: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in within[:3]) if one.widget is Widget.ROWS else one.name


def _labels(one: Drawn) -> Iterator[tuple[str, str]]:
    yield one["at"], one["label"]
    for part in one["parts"]:
        yield part["at"], f"{one['label']}: {part['label']}"
    for row in one["rows"]:
        yield row["at"], one["label"]
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
