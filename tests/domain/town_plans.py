"""Plans for tests: what somebody wants to change of a set-up."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from queue_server.domain.town import Town
from queue_server.domain.town_edit import find, put, remove

Plan = Callable[[Town], Town]


def edit(what: str, id_: str, **values: Any) -> Plan:
    """Set these fields of a thing."""

    def plan(town: Town) -> Town:
        thing = find(town, what, id_)
        assert thing is not None
        changed: Any = replace(thing, **values)
        return put(town, what, changed)

    return plan


def adding(what: str, thing: Any) -> Plan:
    return lambda town: put(town, what, thing)


def without(what: str, id_: str) -> Plan:
    return lambda town: remove(town, what, id_)
