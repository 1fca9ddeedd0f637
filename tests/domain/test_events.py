"""Every event survives the way into the log and back, and tells nothing about a person."""

import dataclasses
import json
from datetime import datetime
from typing import Any, get_type_hints

import pytest

from queue_server.domain import events as e
from queue_server.domain.events import KINDS, event_of, payload_of
from queue_server.domain.ticket import DueReason, Origin
from tests.domain.builders import at


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_of_event_comes_back_without_its_optional_fields(kind: type[e.Event]) -> None:
    plain: dict[object, Any] = {
        int: 7,
        str: "c1",
        bool: False,
        datetime: at("09:00"),
        Origin: Origin.KIOSK,
    }
    plain |= {DueReason: DueReason.LATE, tuple[tuple[str, int], ...]: (("pass", 2),)}
    plain |= {tuple[tuple[int, int], ...]: ((480, 720),)}
    hints = get_type_hints(kind)
    needed = {
        f.name: plain.get(hints[f.name])
        for f in dataclasses.fields(kind)  # type: ignore[arg-type]
        if f.default is dataclasses.MISSING
    }
    event = kind(**needed)
    payload = payload_of(event)
    assert None not in payload.values()
    assert event_of(kind.type, json.loads(json.dumps(payload))) == event


def test_the_type_in_the_log_is_the_name_of_the_event() -> None:
    assert e.TicketCalled.type == "TicketCalled"
    assert KINDS["TicketCalled"] is e.TicketCalled
    assert len(KINDS) == 49


def test_an_unknown_type_is_an_error_and_a_missing_field_too() -> None:
    with pytest.raises(KeyError):
        event_of("TicketTeleported", {})
    with pytest.raises(TypeError, match="ticket"):
        event_of("TicketCalled", {"counter": "c1"})


def test_an_entry_of_an_older_version_is_read_with_the_defaults_of_today() -> None:
    assert event_of("TicketCalled", {"ticket": 3, "counter": "c1"}) == e.TicketCalled(3, "c1")


def test_no_event_has_a_place_for_people_or_free_text() -> None:
    """Failure 27: the log holds ids and numbers; needs, names, contacts, clerks stand elsewhere."""
    names = {name for kind in KINDS.values() for name in get_type_hints(kind)}
    assert not names & {
        "name",
        "needs",
        "contact",
        "mail",
        "phone",
        "clerk",
        "user",
        "remark",
        "text",
        "note",
    }
    texts = {
        n for kind in KINDS.values() for n, hint in get_type_hints(kind).items() if hint in {str, str | None}
    }
    plain = {*("key", "language", "area", "counter", "sound", "by", "mode"), "reference", "channel"}
    plain |= {"service", "document"}  # ids of the set-up and a hash of its words
    assert texts == plain | {"site", "replaces_site"}
