"""What a template needs to draw a form: each field with its label, what is typed, its choices, what is wrong.

What must not live here: reading a form (`web.admin.reading`), and HTML.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from queue_server.domain.town import GERMAN
from queue_server.web.admin.choosing import Around, choices_of, for_key, grouped, known_texts, silent_words
from queue_server.web.admin.fields import Field, Widget
from queue_server.web.admin.reading import Typed
from queue_server.web.admin.value_words import hint, label
from queue_server.web.languages import name_in

BLANK_ROWS: Final = 2
MOST_OPEN: Final = 2
"""So many languages of a text stand in sight of each other; of more than that, German alone."""
_GROUPS: Final = frozenset(
    (
        Widget.TEXTS,
        Widget.LONG_TEXTS,
        Widget.TEXT_LINES,
        Widget.WEEK,
        Widget.CHOICES,
        Widget.ROWS,
        Widget.ROSTER,
        Widget.EACH,
    )
)
Drawn = dict[str, Any]


def drawn(
    one: Field,
    typed: Typed,
    at: str,
    what: str,
    around: Around,
    languages: Collection[str],
    errors: Mapping[str, str],
) -> Drawn:
    """Return a field as the template draws it. `what`: whose field it is, for its words."""
    say = around.say
    found: Drawn = {
        "widget": one.widget.value,
        "at": at,
        "is_group": one.widget in _GROUPS,
        "label": label(say, what, one.name),
        "hint": " ".join(filter(None, (hint(say, what, one.name), silent_words(one.choices, around)))),
        "error": errors.get(at, ""),
        "typed": typed,
        "most": one.most,
        "required": one.required,
        "parts": [],
        "others": {},
        "rows": [],
    }
    if one.widget in {Widget.TEXTS, Widget.LONG_TEXTS, Widget.TEXT_LINES}:
        parts = [
            _part(at, name, _language(around, name, languages), typed, errors)
            | {"lang": name, "known": known_texts(one.known, name, around)}
            for name in languages
        ]
        found |= _folded(parts, is_wrong=bool(found["error"]))
    elif one.widget is Widget.WEEK:
        days = [(str(day), say(f"admin.choice_weekday_{day}")) for day in range(7)]
        found["parts"] = [_part(at, day, words, typed, errors) for day, words in days]
    elif one.widget is Widget.EACH:
        found["parts"] = [
            _part(at, key, words, typed, errors)
            | {"choices": choices_of(one.choices, for_key(one.keys, key, around))}
            for key, words in choices_of(one.keys, around)
        ]
    elif one.widget is Widget.ROWS:
        found["rows"] = _rows(one, typed, at, around, languages, errors)
    elif one.choices:
        found["choices"] = _with_unknown(choices_of(one.choices, around), typed)
        if one.widget is Widget.CHOICES:
            known = choices_of(one.choices, around)
            left = [choice for choice in found["choices"] if choice not in known]
            found["groups"] = [*grouped(one.choices, around), *([("", left)] if left else [])]
    found["optional"] = one.optional
    found["told_by"] = _told_by(at, found["error"], found["hint"])
    return found


def _folded(parts: list[Drawn], *, is_wrong: bool) -> Drawn:
    """Fold the boxes of further languages where they would fill a screen, unless something is wrong.

    `is_wrong`: of the text as a whole; then the language that is meant may be any.
    """
    if len(parts) <= MOST_OPEN:
        return {"parts": parts}
    german = [one for one in parts if one["key"] == GERMAN] or parts[:1]
    others = [one for one in parts if one not in german]
    filled = sum(bool(one["typed"].strip()) for one in others)
    is_wrong |= any(one["error"] for one in others)
    return {"parts": german, "others": {"parts": others, "filled": filled, "is_open": is_wrong}}


def empty(one: Field) -> Typed:
    """Return what an untouched field of a new thing shows."""
    if one.widget in {Widget.CHOICES, Widget.ROWS, Widget.ROSTER}:
        return []
    return {} if one.widget in _GROUPS else ""


def _part(at: str, key: str, words: str, typed: Any, errors: Mapping[str, str]) -> Drawn:
    inner = f"{at}.{key}"
    error = errors.get(inner, "")
    return {
        "told_by": _told_by(inner, error),
        "at": inner,
        "key": key,
        "label": words,
        "typed": typed.get(key, ""),
        "error": error,
    }


def _told_by(at: str, error: str, hint_: str = "") -> str:
    """Return the ids of what is said about a field beside its label."""
    return " ".join([*([f"e-{at}"] if error else []), *([f"h-{at}"] if hint_ else [])])


def _rows(
    one: Field,
    typed: Any,
    at: str,
    around: Around,
    languages: Collection[str],
    errors: Mapping[str, str],
) -> list[Drawn]:
    blank = {column.name: empty(column) for column in one.columns}
    return [
        {
            "error": errors.get(f"{at}.{number}", ""),
            "at": f"{at}.{number}",
            "is_new": number >= len(typed),
            "cells": [
                drawn(
                    column,
                    row[column.name],
                    f"{at}.{number}.{column.name}",
                    one.name,
                    around,
                    languages,
                    errors,
                )
                for column in one.columns
            ],
        }
        for number, row in enumerate([*typed, *[blank] * BLANK_ROWS])
    ]


def _language(around: Around, name: str, languages: Collection[str]) -> str:
    return name_in(around.say, name) if len(languages) > 1 else ""


def _with_unknown(choices: list[tuple[str, str]], typed: Any) -> list[tuple[str, str]]:
    """Keep what is set although it may not be chosen any more: it is not lost by looking at it."""
    words = typed if isinstance(typed, list) else [typed] if typed else []
    return choices + [(word, word) for word in words if word not in dict(choices)]
