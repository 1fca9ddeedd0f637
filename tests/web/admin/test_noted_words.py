"""What the audit log has kept is said as pages say it."""

from datetime import UTC, date, time
from typing import Any

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.setup_words import sides
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry
from queue_server.domain.town_diff import Change
from queue_server.domain.town_edit import find, holder, things
from queue_server.web import log_words
from queue_server.web.admin.choosing import Around
from queue_server.web.admin.fields import Widget
from queue_server.web.admin.kinds import KINDS
from queue_server.web.admin.noted_words import told_by
from queue_server.web.admin.value_words import words_of
from queue_server.web.texts import load_texts
from tests.web.test_log_words import a_line

SAY = load_texts()["de"]
TOWN = sample_town()
SITE = TOWN.sites[0]
TOLD = told_by(TOWN, SAY)
PLAIN = {Widget.TEXT, Widget.NUMBER, Widget.DECIMAL, Widget.SWITCH, Widget.LINES}
"""What is kept as it is said anyway, or nearly."""
LEFT = {"documents_if"}
"""Two texts in one row cannot be told apart any more."""


def said(kind: str, name: str, was: Any, is_: Any) -> tuple[str, str]:
    """Return before and after of a field as the page shows it, by way of the log."""
    before, after = sides(Change("changed", kind, "x", {name: was}, {name: is_}))
    line = a_line(kind=kind, site_id=SITE.id, before=before, after=after)
    [(_, was_said, is_said)] = log_words.differences(SAY, line, TOLD)
    return was_said, is_said


def _nothing_like(value: Any) -> Any:
    return () if isinstance(value, tuple) else None


@pytest.mark.parametrize("what", KINDS)
def test_what_was_kept_is_said_as_in_a_form(what: str) -> None:
    """For every value of the sample town."""
    for thing in things(TOWN, what):
        site = find(TOWN, "site", holder(TOWN, what, thing.id)) or (thing if what == "site" else None)
        around = Around(TOWN, site, SAY)
        for one in KINDS[what].fields:
            value = getattr(thing, one.name)
            if one.widget in PLAIN or one.name in LEFT or not value:
                continue
            words = words_of(one, value, around)
            _, after = sides(
                Change("changed", what, thing.id, {one.name: _nothing_like(value)}, {one.name: value})
            )
            line = a_line(kind=what, site_id=site and site.id, after=after)
            [(_, _, told)] = log_words.differences(SAY, line, TOLD)
            assert told == words, (what, one.name)


def test_a_roster_is_said_as_hours_and_places() -> None:
    clerk = next(one for one in TOWN.clerks if one.roster)
    was, now = said("clerk", "roster", clerk.roster[:1], clerk.roster)
    assert was in {SAY("log.nothing"), ""}
    assert "Uhr" not in now
    assert SITE.name["de"] in now or any(site.name["de"] in now for site in TOWN.sites)
    assert " at " not in now


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (
            "service",
            "admission_times",
            (
                AdmissionTime(
                    Admission.WALK_IN, (0, 2), (Stretch(time(8), time(12)), Stretch(time(14), time(0)))
                ),
                AdmissionTime(Admission.BOTH, first=date(2026, 3, 2), last=date(2026, 4, 1), site_id=SITE.id),
                AdmissionTime(Admission.NONE),
            ),
        ),
        ("site", "field_reasons", (FieldReason("email", {"de": "Für die Bestätigung, und so", "en": "x"}),)),
        (
            "site",
            "closures",
            (Closure(date(2026, 12, 24), {"de": "Heiligabend"}), Closure(date(2026, 12, 31))),
        ),
        ("clerk", "absences", (Absence(date(2026, 8, 3), date(2026, 8, 14)),)),
        ("clerk", "absences", (Absence(date(2026, 8, 3), date(2026, 8, 14), time(11)),)),
        (
            "clerk",
            "roster",
            (
                RosterEntry(
                    0, time(8), time(12), SITE.id, SITE.counters[0].id, date(2026, 3, 2), date(2026, 9, 1)
                ),
                RosterEntry(1, time(20), time(0), SITE.id, valid_until=date(2026, 9, 1)),
            ),
        ),
        ("display", "loud_hours", (Stretch(time(8), time(12)), Stretch(time(20), time(0)))),
    ],
)
def test_rows_are_said_as_in_a_form(kind: str, name: str, value: Any) -> None:
    one = next(one for one in KINDS[kind].fields if one.name == name)
    words = words_of(one, value, Around(TOWN, SITE, SAY))
    assert said(kind, name, (), value)[1] == words
    assert words


def test_what_cannot_be_read_stays_as_it_was_kept() -> None:
    for name, kept in (
        ("roster", ["mon sometimes at rathaus"]),
        ("absences", ["nothing to 2026-01-05"]),
        ("service_ids", ["gone"]),
        ("unknown", ["x"]),
        ("starts", "someday"),
    ):
        line = a_line(kind="clerk", after={name: kept})
        [(_, _, told)] = log_words.differences(SAY, line, TOLD)
        assert told == (kept if isinstance(kept, str) else "; ".join(kept))


def test_the_day_on_which_something_begins_is_said_as_a_day() -> None:
    line = a_line(kind="room", after={"starts": "2031-03-01"})
    [(_, _, told)] = log_words.differences(SAY, line, TOLD)
    assert told == "Sa., 1. März 2031"


def test_the_table_says_the_same_as_the_page() -> None:
    opening = (OpeningHours(0, time(8), time(12)), OpeningHours(4, time(8), time(0)))
    _, after = sides(Change("changed", "site", SITE.id, {"opening": ()}, {"opening": opening}))
    line = a_line(kind="site", site_id=SITE.id, after=after)
    [(_, _, told)] = log_words.differences(SAY, line, TOLD)
    assert told in log_words.as_table(SAY, [line], UTC, told_by=TOLD)
    assert "Montag" in told
