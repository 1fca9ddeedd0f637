"""JSON schemas (2020-12) of the `TypedDict`s that go out. Not of bodies that come in: pydantic makes those.

Pydantic refuses `typing.TypedDict` before Python 3.12, and `protocol`, which clients import, must do with
the standard library; what answers need is a page of code.
"""

import types
from collections.abc import Mapping
from typing import Any, Final, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

_PLAIN: Final[Mapping[object, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    object: {},
    types.NoneType: {"type": "null"},
}


def schema_of(kind: Any, ref: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type; its `TypedDict`s go into `found` by name and are referred to by `ref`.

    Raises TypeError for a type that JSON does not have.
    """
    if is_typeddict(kind):
        if kind.__name__ not in found:
            found[kind.__name__] = {}  # a place, should it refer to itself
            found[kind.__name__] = _object(kind, ref, found)
        return {"$ref": ref.format(model=kind.__name__)}
    origin, inside = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _either([schema_of(one, ref, found) for one in inside])
    if origin is Literal:
        return {"type": "string", "enum": list(inside)}
    if origin is list:
        return {"type": "array", "items": schema_of(inside[0], ref, found)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inside[1], ref, found)}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    raise TypeError(f"JSON has no {kind!r}")


def _object(kind: Any, ref: str, found: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    properties = {name: schema_of(_inside(hint), ref, found) for name, hint in hints.items()}
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": properties,
        "required": sorted(kind.__required_keys__),
    }


def _inside(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is NotRequired else hint


def _either(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    if all(set(one) == {"type"} for one in schemas):
        return {"type": [one["type"] for one in schemas]}
    return {"anyOf": schemas}
