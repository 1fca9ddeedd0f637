"""The difference between two set-ups as lines to read before saying yes.

What must not live here: comparing (`domain.town_diff`) and applying (`commands.init`).
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from textwrap import wrap
from typing import Final

from queue_server.domain.setup_words import each, worded
from queue_server.domain.town import GERMAN
from queue_server.domain.town_diff import Change

WIDTH: Final = 100
MANY: Final = 3
"""So many things of one kind that come or go are named in one line, not each in its own."""
SIGNS: Final = {"added": "+", "changed": "~", "removed": "-"}
PLURALS: Final = {"category": "categories"}


def lines_of(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the changes as lines, in their order: `+` added, `~` changed, `-` removed."""
    for (kind, what), group in groupby(changes, key=lambda change: (change.kind, change.what)):
        same = list(group)
        if kind != "changed" and len(same) >= MANY:
            named = ", ".join(change.id for change in same)
            yield from _wrapped(f"{SIGNS[kind]} {len(same)} {PLURALS.get(what, what + 's')}: ", named)
            continue
        for change in same:
            yield f"{SIGNS[kind]} {what} {change.id}{_name(change)}"
            if kind == "changed":
                yield from _fields(change)


def _name(change: Change) -> str:
    name = change.after.get("name") if change.kind == "added" else change.before.get("name")
    if change.kind == "changed" or not name or name == change.id:
        return ""
    return f" ({name.get(GERMAN, '') if isinstance(name, Mapping) else name})"


def _fields(change: Change) -> Iterator[str]:
    for name, before in change.before.items():
        after = change.after[name]
        if isinstance(before, tuple) and isinstance(after, tuple) and set(each(before)) != set(each(after)):
            gone = [one for one in each(before) if one not in each(after)]
            come = [one for one in each(after) if one not in each(before)]
            yield from _wrapped(f"    {name}: no longer ", "; ".join(gone)) if gone else ()
            yield from _wrapped(f"    {name}: now also ", "; ".join(come)) if come else ()
        else:
            yield from _wrapped(f"    {name}: ", f"{worded(before)} -> {worded(after)}")


def _wrapped(head: str, text: str) -> list[str]:
    indent = " " * (len(head) - len(head.lstrip()) + 4)
    return wrap(head + text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
