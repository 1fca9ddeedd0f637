"""A changed set-up in the audit log: a row for each thing, readable, and never more than a screenful or two.

What must not live here: comparing (`domain.town_diff`). Each version as a whole stands in `setting_version`.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from queue_server.commands.noting import noted
from queue_server.commands.town_changes import worded
from queue_server.domain.administration import Done
from queue_server.domain.town import Town
from queue_server.domain.town_diff import Change, diff

MOST_ROWS: Final = 100
_ACTS: Final = {
    "added": Done.SETTING_ADDED,
    "changed": Done.SETTING_CHANGED,
    "removed": Done.SETTING_REMOVED,
}


def note_setup(conn: Connection, before: Town | None, after: Town) -> None:
    """Write down what differs; of a town that is new only how large it is."""
    if before is None:
        parts = ("sites", "departments", "services", "clerks")
        counts = {name: len(getattr(after, name)) for name in parts}
        noted(conn, after.id, Done.TOWN_MADE, "town", after.id, after=counts)
        return
    changes = diff(before, after)
    for change in changes[:MOST_ROWS]:
        _note(conn, after.id, change)
    if len(changes) > MOST_ROWS:
        more = {"more": len(changes) - MOST_ROWS}
        noted(conn, after.id, Done.SETTING_CHANGED, "town", after.id, after=more)


def _note(conn: Connection, organisation_id: str, change: Change) -> None:
    old, new = _sides(change)
    noted(
        conn,
        organisation_id,
        _ACTS[change.kind],
        change.what,
        change.id,
        site_id=_site(change),
        before=old,
        after=new,
    )


def _site(change: Change) -> str | None:
    if change.what == "site":
        return change.id
    found = change.after.get("site_id") or change.before.get("site_id")
    return str(found) if found else None


def _sides(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return before and after: what has come or gone by its name alone, and of lists only what differs."""
    if change.kind != "changed":
        return _named(change.before), _named(change.after)
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name, was in change.before.items():
        old[name], new[name] = _differing(was, change.after[name])
    return old, new


def _differing(was: object, is_: object) -> tuple[Any, Any]:
    if not isinstance(was, tuple) or not isinstance(is_, tuple):
        return _words(was), _words(is_)
    gone, come = _without(was, is_), _without(is_, was)
    return (gone, come) if gone or come else ([_words(one) for one in was], [_words(one) for one in is_])


def _without(these: Sequence[object], those: Sequence[object]) -> list[str]:
    known = {_words(one) for one in those}
    return [words for words in map(_words, these) if words not in known]


def _words(value: object) -> str:
    return value if isinstance(value, str) and value else worded(value)  # nobody reads this in a shell


def _named(values: Any) -> dict[str, Any]:
    return {"name": _words(values["name"])} if values.get("name") else {}
