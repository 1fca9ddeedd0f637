"""What is asked can be written down, read again, and kept within limits."""

from datetime import date, time
from typing import Any

import pytest

from queue_server.domain.simulation.asking import (
    AS_IT_IS,
    Question,
    Rule,
    WhatIf,
    question_of,
    stretch_of,
    what_if_of,
)
from queue_server.domain.simulation.disciplines import (
    AppointmentsFirst,
    AsRecorded,
    FirstCome,
    Ours,
    Weights,
)
from tests.bench.slots import a_book

SITE = a_book().town.sites[0]
ALL = WhatIf(5, ((time(9), time(12)), (time(13, 30), time(16))), 1.2, Rule.FIRST_COME, 6.0, 15.0)


def test_a_what_if_is_read_as_it_was_written() -> None:
    assert (
        ALL.words()
        == "counters:5 hours:09:00-12:00,13:30-16:00 walk-ins:120 rule:first-come patience:6 under:15"
    )
    rostered = WhatIf(roster=(((time(8), time(16)),), ((time(8), time(12)), (time(13), time(16)))))
    assert rostered.words() == "roster:08:00-16:00;08:00-12:00,13:00-16:00"
    for one in (ALL, AS_IT_IS, WhatIf(walk_ins=0.0), WhatIf(counters=1), rostered):
        assert what_if_of(one.words()) == one


def test_a_question_goes_to_another_process_and_stays_the_same() -> None:
    asked = Question("rathaus", date(2026, 3, 11), 80, 0.5, 7, (AS_IT_IS, ALL))
    assert question_of(asked.words()) == asked


@pytest.mark.parametrize(
    "words",
    [
        "counters:0",
        "counters:31",
        "counters:nan",
        "walk-ins:1001",
        "hours:12-9",
        "hours:9-12,11-13",
        "roster:8-16;12-9",
        "roster:" + ";".join(["8-16"] * 31),
        "rule:x",
        "who:me",
    ],
)
def test_what_lies_outside_the_limits_is_refused(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for programs
        what_if_of(words)


def test_a_stretch_is_one() -> None:
    assert stretch_of("9-12") == (time(9), time(12))
    for text in ("x", "", "9-12,13-14"):
        with pytest.raises(ValueError):  # noqa: PT011
            stretch_of(text)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, AsRecorded),
        ({"patience": 2.0}, Ours),
        ({"rule": Rule.FIRST_COME}, FirstCome),
        ({"rule": Rule.APPOINTMENTS_FIRST}, AppointmentsFirst),
        ({"rule": Rule.WEIGHTS}, Weights),
    ],
)
def test_each_rule_is_a_discipline_with_the_settings_of_the_site(asked: dict[str, Any], kind: type) -> None:
    rule = WhatIf(**asked).discipline(SITE)
    assert type(rule) is kind
    if isinstance(rule, Ours):
        assert rule.patience_factor == asked.get("patience", SITE.patience_factor)
