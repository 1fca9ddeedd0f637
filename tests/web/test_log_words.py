"""The audit log in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from queue_server.adapters.audit_lines import Line
from queue_server.domain.access import Role
from queue_server.domain.administration import VIAS, Done
from queue_server.web import log_words
from queue_server.web.texts import STAFF_LANGUAGES, load_texts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAY = load_texts()


def a_line(**values: Any) -> Line:
    usual: dict[str, Any] = {
        "id": 1,
        "site_id": "rathaus",
        "at": NOON,
        "actor": "admin",
        "role": "administrator",
        "via": "web",
        "act": "setting_changed",
        "kind": "room",
        "ref": "12",
        "before": None,
        "after": None,
    }
    return Line(**{**usual, **values})


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_act_role_and_way_has_its_words(language: str) -> None:
    say = SAY[language]
    keys = [f"log.{sort}_{act.value}" for act in Done for sort in ("act", "name")]
    keys += [f"log.via_{via}" for via in VIAS]
    keys += [f"log.role_{role.value}" for role in Role if role is not Role.VISITOR]
    assert [key for key in keys if key not in say] == []


def test_a_line_is_a_sentence_in_each_language() -> None:
    assert log_words.sentence(SAY["de"], a_line()) == "Zimmer „12“ geändert"
    assert log_words.sentence(SAY["en"], a_line()) == "Room “12” changed"
    assert log_words.doer(SAY["de"], a_line()) == "admin (Administration, im Browser)"


def test_values_are_told_as_people_say_them() -> None:
    line = a_line(before={"issuing": True, "x_y": None}, after={"issuing": False, "x_y": ["a", "b"]})
    told = list(log_words.differences(SAY["de"], line))
    assert told == [("Nummernausgabe", "ja", "nein"), ("x_y", "nichts", "a; b")]


def test_what_only_came_has_no_side_before() -> None:
    assert list(log_words.differences(SAY["de"], a_line(after={"name": "Neu"}))) == [("Name", "", "Neu")]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x"])
def test_no_cell_of_the_table_is_a_formula(name: str) -> None:
    table = log_words.as_table(SAY["de"], [a_line(ref=name, actor=name)], UTC)
    assert f";{name};" not in table
    assert f";'{name};" in table


def test_a_field_of_a_form_is_called_as_in_the_form() -> None:
    line = a_line(
        kind="site", before={"always_open": True, "sms": ""}, after={"always_open": False, "sms": "x"}
    )
    told = list(log_words.differences(SAY["de"], line))
    assert told == [("Immer geöffnet", "ja", "nein"), ("SMS anbieten", "nichts", "x")]
