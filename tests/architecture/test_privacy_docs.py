"""The data protection officer reads docs/privacy.md, not our code: it has to name all that is kept."""

import re
from dataclasses import fields

from queue_server.adapters.auditing.allowed import BELONGS, STAFF
from queue_server.adapters.schema import metadata
from tests.architecture.source import ROOT

PRIVACY = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
CLERKS = (ROOT / "docs" / "personalrat.md").read_text(encoding="utf-8")
OF_CLERKS = {"account", "session", "token", "pairing", "counter_binding", "calendar_copy", "overrule.by"}


def named(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_.]+)`", text))


def test_every_table_is_named() -> None:
    assert {table.name for table in metadata.sorted_tables} - named(PRIVACY) == set()


def test_the_tables_of_visitors_stand_first_and_no_more_are_named_so() -> None:
    head = PRIVACY.split("## How it goes away")[0]
    rows = [line for line in head.splitlines() if line.startswith("| `")]
    assert [re.findall(r"`(\w+)`", row)[0] for row in rows[:2]] == list(BELONGS)


def test_what_the_audit_leaves_alone_is_explained() -> None:
    tables = {name.partition(".")[0] for name in STAFF}
    assert tables <= named(PRIVACY) | named(CLERKS)
    assert named(CLERKS) >= OF_CLERKS


def test_the_longest_times_are_those_of_the_program() -> None:
    from queue_server.adapters.forgetting import marks, nightly
    from queue_server.adapters.post import outbox, spool
    from queue_server.commands.running import PAST_YEARS
    from queue_server.domain.town import Site
    from queue_server.domain.town_values import SITE_RANGES
    from queue_server.settings import Settings

    assert (marks.KEPT.days, nightly.NOTED.days, outbox.KEPT.days, spool.KEPT.days) == (30, 100, 7, 2)
    usual = next(one.default for one in fields(Site) if one.name == "erase_days")
    assert (usual, SITE_RANGES["erase_days"]) == (2, (0, 14))
    assert PAST_YEARS == next(one.default for one in fields(Settings) if one.name == "past_years") == 10
    for words in (
        "ten years, or `--past-years`",
        "100 days",
        "| 30 days |",
        "7 days after it left",
        "(0–14, usually 2)",
    ):
        assert words in PRIVACY
