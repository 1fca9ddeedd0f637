"""A value of the set-up in words for people who read a page: what a change does, what a list shows.

What must not live here: words for the audit log and the shell (`domain.setup_words`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from babel.dates import format_date

from queue_server.domain.setup_words import worded
from queue_server.domain.town import Town
from queue_server.domain.town_diff import LISTS, Change
from queue_server.domain.town_edit import IN_SITE, IN_TOWN, find, holder
from queue_server.domain.written_hours import write_hours
from queue_server.services.locales import locale_of
from queue_server.web.admin.change_sentences import instead, sentences
from queue_server.web.admin.choosing import Around, choices_of
from queue_server.web.admin.fields import Field, Widget
from queue_server.web.admin.kinds import KINDS
from queue_server.web.admin.roster_words import roster_words
from queue_server.web.texts import Texts

WHATS: Final = {name: what for what, name in {**IN_TOWN, **IN_SITE}.items()}
"""The list in which things stand → the word for one of them."""


def label(say: Texts, what: str, name: str) -> str:
    """Return what a field is called; a list of things appears in a change when their order is new."""
    if name in LISTS:
        return f"{say('admin.field_order')}: {say(f'admin.many_{WHATS[name]}')}"
    for key in (f"admin.{what}_{name}", f"admin.field_{name}"):
        if key in say:
            return say(key)
    return name


def hint(say: Texts, what: str, name: str) -> str:
    """Return the sentence below a field; empty for none."""
    for key in (f"admin.hint_{what}_{name}", f"admin.hint_{name}"):
        if key in say:
            return say(key)
    return ""


def words_of(one: Field, value: Any, around: Around) -> str:
    """Return a field's value as a person would read it; empty for nothing."""
    if value is None or value in ("", ()) or value == {}:
        return ""
    return _WORDS.get(one.widget, _plain)(one, value, around)


def _plain(_: Field, value: Any, __: Around) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _chosen(one: Field, value: Any, around: Around) -> str:
    known = dict(choices_of(one.choices, around))
    parts = value if one.widget is Widget.CHOICES else (value,)
    return ", ".join(known.get(str(part), str(part)) for part in parts)


def _each_of(one: Field, value: Any, around: Around) -> str:
    keys, known = dict(choices_of(one.keys, around)), dict(choices_of(one.choices, around))
    return ", ".join(f"{keys.get(key, key)}: {known.get(word, word)}" for key, word in value.items())


def _week(_: Field, value: Any, around: Around) -> str:
    return "; ".join(_day(around.say, value, day) for day in sorted({part.weekday for part in value}))


def _day(say: Texts, stretches: Sequence[Any], day: int) -> str:
    hours = write_hours((part.opens, part.closes) for part in stretches if part.weekday == day)
    return f"{say(f'admin.choice_weekday_{day}')} {_dashed(hours)}"


def _dashed(hours: str) -> str:
    return hours.replace("-", "–")


def _row(one: Field, row: Any, around: Around) -> str:
    parts = (words_of(column, getattr(row, column.name), around) for column in one.columns)
    return " ".join(part for part in parts if part)


def change_words(say: Texts, before: Town, after: Town, change: Change) -> dict[str, Any]:
    """Return a change for a page: `kind`, `what`, `name`, and `fields` with (label, sentences)."""
    town = before if change.kind == "removed" else after
    thing, site = find(town, change.what, change.id), find(town, "site", holder(town, change.what, change.id))
    name = getattr(thing, "name", change.id)
    around = Around(town, site, say)
    known = {one.name: one for one in KINDS[change.what].fields} if change.what in KINDS else {}
    names = change.before if change.kind == "changed" else ()
    told = [
        (label(say, change.what, one), _sentences(one, known.get(one), change, before, after, around))
        for one in names
    ]
    return {
        "kind": change.kind,
        "what": change.what,
        "id": change.id,
        "name": around.text(name) or change.id,
        "fields": told,
    }


def _sentences(
    name: str, one: Field | None, change: Change, before: Town, after: Town, around: Around
) -> list[str]:
    was, now = change.before.get(name), change.after.get(name)
    if name in LISTS:
        return [around.say("admin.told_order", what=_in_order(after, name, now, around))]
    if one is not None:
        return sentences(one, was, now, around, words_of)
    if name == "site_id":
        sides = (find(town, "site", str(id_)) for town, id_ in ((before, was), (after, now)))
        names = [around.text(site.name) if site is not None else "" for site in sides]
        return [instead(names[0], names[1], around)]
    return [instead(_unknown(was), _unknown(now), around)]


def _in_order(town: Town, name: str, ids: Any, around: Around) -> str:
    things_ = (find(town, WHATS[name], str(id_)) for id_ in ids or ())
    return ", ".join(around.text(one.name) or one.id for one in things_ if one is not None)


def _unknown(value: Any) -> str:
    """Return a value that has no field in a form."""
    if value is None or value in ("", ()) or (isinstance(value, Mapping) and not value):
        return ""
    return worded(value)


_WORDS: Final[Mapping[Widget, Callable[[Field, Any, Around], str]]] = {
    Widget.SWITCH: lambda _, value, around: around.say("admin.yes" if value else "admin.no"),
    Widget.TEXTS: lambda _, value, __: " / ".join(text for text in value.values() if text),
    Widget.LONG_TEXTS: lambda _, value, __: " / ".join(text for text in value.values() if text),
    Widget.TEXT_LINES: lambda _, value, __: "; ".join(" / ".join(texts.values()) for texts in value),
    Widget.LINES: lambda _, value, __: ", ".join(value),
    Widget.CHOICE: _chosen,
    Widget.CHOICES: _chosen,
    Widget.DATE: lambda _, value, around: format_date(value, "medium", locale=locale_of(around.say.language)),
    Widget.TIME: lambda _, value, __: f"{value:%H:%M}",
    Widget.ROSTER: lambda _, value, around: roster_words(value, around),
    Widget.HOURS: lambda _, value, __: _dashed(write_hours((part.begins, part.ends) for part in value)),
    Widget.WEEK: _week,
    Widget.ROWS: lambda one, value, around: "; ".join(_row(one, row, around) for row in value),
    Widget.EACH: _each_of,
}
