"""Between the frozen values of a set-up and JSON values, and changes of it as JSON.

What must not live here: where they are kept (`adapters.town.store`, `adapters.planned_changes`).
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import Enum
from typing import Any

from queue_server.domain.town_diff import LISTS, Change
from queue_server.domain.town_edit import CLASSES


def plain(value: Any) -> Any:
    """Return JSON values for a set-up's value; what no comparison sees is left out."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.compare}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def read_value(hint: Any, value: Any) -> Any:
    """Return `value` as `hint` says; a field that is missing keeps its default."""
    return _reader(hint)(value)


# A set-up has thousands of values of few types, and it is read at each start and each change: what a type
# means is worked out once.
@functools.cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return functools.partial(_read_thing, hint, _hints(hint))
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = next(arg for arg in args if arg is not type(None))
        return lambda value: None if value is None else read_value(inner, value)
    if origin is tuple:
        return lambda value: tuple(read_value(args[0], item) for item in value)
    if hint in {date, time}:
        return hint.fromisoformat  # type: ignore[no-any-return]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda value: value


def _read_thing(kind: Any, hints: Mapping[str, Any], value: Mapping[str, Any]) -> Any:
    return kind(**{name: read_value(hints[name], item) for name, item in value.items() if name in hints})


@functools.cache
def _hints(kind: Any) -> Mapping[str, Any]:
    """Return the type of each field."""
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind)}


def keeping(hint: Any, body: Any, kept: Any) -> Any:
    """Return `body` with the keys of `kept` that `hint` has no field for: a newer version has written them.

    In a list the same thing is the one with its id, or without ids the one that is otherwise alike.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if body is None or kept is None:
        return body
    if origin in {typing.Union, types.UnionType}:
        return keeping(next(arg for arg in args if arg is not type(None)), body, kept)
    if origin is tuple and dataclasses.is_dataclass(args[0]):
        return _keeping_each(args[0], body, list(kept))
    if not (isinstance(hint, type) and dataclasses.is_dataclass(hint)):
        return body
    hints = _hints(hint)
    own = {name: keeping(hints[name], value, kept.get(name)) for name, value in body.items()}
    return own | {name: value for name, value in kept.items() if name not in hints}


def _keeping_each(hint: Any, bodies: list[Any], kept: list[Any]) -> list[Any]:
    found = []
    for body in bodies:
        same = next((one for one in kept if _is_same(hint, body, one)), None)
        if same is not None:
            kept.remove(same)  # of two alike each keeps its own
        found.append(keeping(hint, body, same))
    return found


def _is_same(hint: Any, body: dict[str, Any], kept: dict[str, Any]) -> bool:
    if "id" in body:
        return bool(body["id"] == kept.get("id"))
    return bool(plain(read_value(hint, kept)) == body)


def plain_change(change: Change) -> dict[str, Any]:
    """Return a change as JSON values."""
    return {
        "kind": change.kind,
        "what": change.what,
        "id": change.id,
        "before": plain(change.before),
        "after": plain(change.after),
    }


def read_change(body: Mapping[str, Any]) -> Change:
    """Return the change that `plain_change` has written; a field that is no longer known is passed over."""
    hints = _hints(CLASSES[body["what"]])
    before, after = (_read_fields(hints, body[side]) for side in ("before", "after"))
    return Change(body["kind"], body["what"], body["id"], before, after)


def _read_fields(hints: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in values.items():
        if name in LISTS:
            found[name] = tuple(value)  # of things with an id of their own, the ids
        elif name == "site_id" and name not in hints:
            found[name] = value
        elif name in hints:
            found[name] = read_value(hints[name], value)
    return found
