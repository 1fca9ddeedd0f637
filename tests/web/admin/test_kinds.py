"""Every value that a town file can hold for these kinds has a field in a form, and every field its words."""

import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.public_holidays import STATES
from queue_server.domain.admission import AdmissionTime
from queue_server.domain.town import Closure
from queue_server.domain.town_diff import LISTS
from queue_server.domain.town_edit import CLASSES, holder, things
from queue_server.web.admin.choosing import Around, choices_of
from queue_server.web.admin.fields import Field, Sort, Widget
from queue_server.web.admin.kinds import KINDS
from queue_server.web.admin.reading import read, written
from queue_server.web.admin.value_words import label, words_of
from queue_server.web.texts import Texts, load_texts
from tests.architecture.source import ROOT

READERS = ("reading", "roster_grid", "typed_hours")
NOT_SET: dict[str, set[str]] = {"admission_times": {"site_id"}}
"""What a row has no column for: a site's own time is for that site."""


def every_field(sort: Sort) -> Iterator[tuple[str, Field]]:
    """Yield (whose, field) of a kind, with the columns of its rows."""
    for one in sort.fields:
        yield sort.what, one
        yield from ((one.name, column) for column in one.columns)


@pytest.mark.parametrize("what", KINDS)
def test_each_field_of_a_thing_has_its_place_in_a_form(what: str) -> None:
    """A new field of the set-up without a row in the table fails here: nobody could set it."""
    kept = {one.name for one in fields(CLASSES[what]) if one.compare} - {"id"} - set(LISTS)
    assert {one.name for one in KINDS[what].fields} == kept
    names = [one.name for one in KINDS[what].fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("what", KINDS)
def test_each_row_has_a_column_for_each_of_its_values(what: str) -> None:
    for one in KINDS[what].fields:
        if one.widget is Widget.ROWS:
            assert one.of in {Closure, AdmissionTime} or one.of is not None
            held = {part.name for part in fields(one.of)}  # type: ignore[arg-type]
            assert {column.name for column in one.columns} >= held - NOT_SET.get(one.name, set()), one.name


@pytest.mark.parametrize("language", ["de", "en"])
def test_everything_has_its_words(language: str) -> None:
    say = load_texts()[language]
    keys = [f"admin.what_{what}" for what in KINDS]
    keys += [
        f"admin.{word}_{what}"
        for what, sort in KINDS.items()
        if not sort.one
        for word in ("many", "new", "lead")
    ]
    keys += [
        f"admin.part_{what}_{part.name}"
        for what, sort in KINDS.items()
        if len(sort.parts) > 1
        for part in sort.parts
    ]
    assert [key for key in keys if key not in say] == []
    bare = [
        f"{whose}.{one.name}"
        for sort in KINDS.values()
        for whose, one in every_field(sort)
        if label(say, whose, one.name) == one.name
    ]
    assert bare == []
    readers = [(ROOT / f"queue_server/web/admin/{name}.py").read_text() for name in READERS]
    codes = re.findall(r'(?:wrong|own)\[[^]]+\] = "(\w+)"', "".join(readers))
    assert {"not_hours", "missing", "not_five_minutes", "not_a_date"} <= set(codes)
    assert [code for code in codes if f"admin.wrong_{code}" not in say] == []


def no_words(say: Texts, sort: Sort) -> list[str]:
    """Return the choices of a kind that are shown as keys."""
    around = Around(sample_town(), None, say, STATES)
    lists = [name for _, one in every_field(sort) for name in (one.choices, one.keys) if name]
    return [text for name in lists for _, text in choices_of(name, around) if text.startswith("admin.")]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_choice_has_its_words(language: str) -> None:
    assert [no_words(load_texts()[language], sort) for sort in KINDS.values()] == [[]] * len(KINDS)


class Sent:
    """A form as it comes in."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def get(self, key: str) -> str | None:
        return next((value for name, value in self.pairs if name == key), None)

    def getlist(self, key: str) -> list[str]:
        return [value for name, value in self.pairs if name == key]


def sent(typed: object, at: str) -> Iterator[tuple[str, str]]:
    """Yield what a browser sends of a field that shows this."""
    if isinstance(typed, dict):
        for key, text in typed.items():
            yield from sent(text, f"{at}.{key}")
    elif isinstance(typed, list) and typed and isinstance(typed[0], dict):
        yield f"{at}.count", str(len(typed))
        for number, row in enumerate(typed):
            yield from sent(row, f"{at}.{number}")
    elif isinstance(typed, list):
        yield from ((at, word) for word in typed)
    else:
        yield at, str(typed)


@pytest.mark.parametrize("what", KINDS)
def test_what_a_form_shows_is_read_back_as_it_was(what: str) -> None:
    """For every thing of the sample town: looking at it and pressing save changes nothing."""
    town, sort = sample_town(), KINDS[what]
    for thing in things(town, what):
        form = Sent()
        for one in sort.fields:
            if one.widget in {Widget.ROWS, Widget.ROSTER}:
                form.pairs.append((f"{one.name}.count", str(len(getattr(thing, one.name)))))
            form.pairs += sent(written(one, getattr(thing, one.name), town.languages), one.name)
        site = next((site for site in town.sites if site.id == holder(town, what, thing.id)), None)
        around = Around(town, site, load_texts()["de"], STATES)
        keys = {one.name: [key for key, _ in choices_of(one.keys, around)] for one in sort.fields if one.keys}
        found = read(sort.fields, form, town.languages, keys)
        assert found.wrong == {}
        assert found.values == {one.name: getattr(thing, one.name) for one in sort.fields}
        assert all(isinstance(words_of(one, getattr(thing, one.name), around), str) for one in sort.fields)
