"""What stands on a day sheet, and what does not."""

from dataclasses import replace
from datetime import date, time

from queue_server.domain.day_sheet import Expected, InLine, Sheet
from queue_server.domain.town import RosterEntry
from queue_server.services.day_sheet import sheet_of
from queue_server.web.texts import load_texts
from tests.town_hall import CAR, CARD, DAY, at, the_town

SAY = load_texts()


def made(
    *expected: Expected, in_line: tuple[InLine, ...] = (), names: bool = False, language: str = "de"
) -> Sheet:
    town = the_town()
    entry = RosterEntry(1, time(8), time(12), "hall", "c3")
    clerks = tuple(replace(one, roster=(entry,)) if one.id == "anna" else one for one in town.clerks)
    town, day = replace(town, clerks=clerks), date.fromisoformat(DAY)
    return sheet_of(SAY[language], town, town.sites[0], day, at("08:00"), expected, in_line, names=names)


def an_appointment(clock: str = "08:30", **values: object) -> Expected:
    usual = Expected(at(clock), 417, ((CARD, 2),), 1, "anna", "booked", "Erika Muster")
    return replace(usual, **values)  # type: ignore[arg-type]


def test_time_number_concern_clerk_and_room_stand_there() -> None:
    [row] = made(an_appointment()).parts[0].rows
    time_, number, concern, where, state, box = row
    assert (time_, number, state, box) == ("09:30", "417", "", "□")
    assert concern.startswith("2 × ")
    assert where.endswith(" · 3")


def test_no_name_stands_there_unless_it_is_asked_for() -> None:
    assert "Muster" not in str(made(an_appointment()))
    with_names = made(an_appointment(), names=True)
    assert "Erika Muster" in with_names.parts[0].rows[0]
    assert "vernichten" in with_names.note


def test_outside_of_the_roster_no_room_is_told() -> None:
    assert "·" not in made(an_appointment("13:00")).parts[0].rows[0][3]
    assert made(an_appointment(clerk_id=None)).parts[0].rows[0][3] == ""


def test_who_is_there_or_done_is_marked() -> None:
    sheet = made(*(an_appointment(state=state) for state in ("checked_in", "completed", "missed", "booked")))
    assert [row[4] for row in sheet.parts[0].rows] == ["ist da", "erledigt", "nicht da", ""]


def test_who_waits_has_a_table_of_their_own_in_the_order_given() -> None:
    waiting = tuple(
        InLine(n, ((CAR, 1),), at("08:05"), state) for n, state in ((302, "waiting"), (117, "away"))
    )
    line = made(in_line=waiting, language="en").parts[1]
    assert [(row[0], row[3]) for row in line.rows] == [("302", ""), ("117", "away")]
    assert len(made().parts) == 1


def test_a_service_that_is_gone_is_not_named() -> None:
    """It may have been sensitive, and its id may say so."""
    assert made(an_appointment(concern=(("gone", 1),))).parts[0].rows[0][2] == "Vertraulich"


def test_the_shares_of_the_page_are_whole() -> None:
    for names in (False, True):
        part = made(names=names).parts[0]
        assert (sum(part.widths), len(part.widths)) == (100, len(part.head))
