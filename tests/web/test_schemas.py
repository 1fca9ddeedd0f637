"""Schemas of what goes out; and the live frames fit the types that clients import."""

import json
from typing import Any, Literal, NotRequired, TypedDict

import jsonschema_rs
import pytest

from queue_server import protocol
from queue_server.web.schemas import schema_of
from tests.web.running import Town
from tests.web.test_sockets import picture

REF = "#/$defs/{model}"


class Inner(TypedDict):
    """Inside."""

    word: Literal["a", "b"]


class Outer(Inner):
    """Outside,
    on two lines."""

    numbers: list[int]
    by_name: NotRequired[dict[str, Inner]]
    perhaps: Inner | None
    either: int | None


class Tree(TypedDict):
    """Holds itself."""

    below: "list[Tree]"


def test_a_typed_dict_becomes_a_schema() -> None:
    found: dict[str, Any] = {}
    assert schema_of(Outer, REF, found) == {"$ref": "#/$defs/Outer"}
    assert found["Inner"]["properties"] == {"word": {"type": "string", "enum": ["a", "b"]}}
    outer = found["Outer"]
    assert outer["required"] == ["either", "numbers", "perhaps", "word"]
    assert outer["description"] == "Outside, on two lines."
    assert outer["properties"]["numbers"] == {"type": "array", "items": {"type": "integer"}}
    assert outer["properties"]["either"] == {"type": ["integer", "null"]}
    assert outer["properties"]["perhaps"] == {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]}


def test_a_type_may_hold_itself() -> None:
    found: dict[str, Any] = {}
    schema_of(Tree, REF, found)
    assert found["Tree"]["properties"]["below"]["items"] == {"$ref": "#/$defs/Tree"}


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        schema_of(bytes, REF, {})


def strict(kind: Any) -> dict[str, Any]:
    """Return a schema in which every object is closed."""
    found: dict[str, Any] = {}
    top = schema_of(kind, REF, found)
    return {**top, "$defs": {name: one | {"additionalProperties": False} for name, one in found.items()}}


@pytest.mark.parametrize(
    ("who", "path", "kind"),
    [
        ("display", "/live/displays/rathaus-eg", protocol.Frame),
        ("anna", "/live/counters/rathaus-1", protocol.CounterFrame),
        ("kiosk", "/live/kiosks/rathaus-kiosk", protocol.KioskFrame),
        (None, "/live/sites/rathaus", protocol.PhoneFrame),
    ],
)
async def test_live_frames_are_what_clients_import(
    served_town: Town, who: str | None, path: str, kind: Any
) -> None:
    await served_town.open()
    for _ in range(3):
        await served_town.take(needs=["deaf"])
    await served_town.call()
    validator = jsonschema_rs.validator_for(strict(kind))
    async with served_town.socket(who, path) as listening:
        frame = await picture(listening)
        assert [f"{e.message} at {e.instance_path}" for e in validator.iter_errors(frame)] == []
        await served_town.call(finish_current=True)
        frame = await picture(listening)
        assert [f"{e.message} at {e.instance_path}" for e in validator.iter_errors(frame)] == []


async def test_alarms_are_told_as_clients_import_them(served_town: Town) -> None:
    validator = jsonschema_rs.validator_for(strict(protocol.AlarmFrame))
    await served_town.do("anna", "counters/rathaus-1/alarm", 201)
    async with served_town.socket("anna", "/live/counters/rathaus-2/alarms") as listening:
        frame = json.loads(await listening.recv())
        assert len(frame["alarms"]) == 1
        assert [f"{e.message} at {e.instance_path}" for e in validator.iter_errors(frame)] == []
