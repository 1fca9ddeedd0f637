"""What clerks at the desk choose and type, read from addresses and forms."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import FormData, QueryParams, UploadFile

from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Service
from queue_server.web.desk_wish import Typed, read_typed, read_wish

SERVICES = {
    id_: Service(id_, id_, "d", "c", {"de": id_}, minutes=10, max_count=most)
    for id_, most in (("id-card", 4), ("passport", 1))
}
BERLIN = ZoneInfo("Europe/Berlin")


def wish(query: str) -> Any:
    return read_wish(QueryParams(query), SERVICES)


def typed(**fields: str | list[str]) -> Typed:
    pairs: list[tuple[str, str | UploadFile]] = [
        (name, one)
        for name, value in fields.items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    return read_typed(FormData(pairs), ("de", "en"), "de")


def test_a_concern_is_read_in_the_order_it_was_chosen() -> None:
    assert wish("n-passport=1&n-id-card=2&persons=2").pairs == (("passport", 1), ("id-card", 2))
    assert wish("n-passport=1&n-id-card=2&persons=2").persons == 2


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("add=id-card", (("id-card", 1),)),
        ("n-id-card=1&add=id-card", (("id-card", 2),)),
        ("n-id-card=1&set=id-card:3", (("id-card", 3),)),
        ("n-id-card=2&n-passport=1&set=id-card:0", (("passport", 1),)),
        ("n-id-card=99", (("id-card", 4),)),
        ("n-id-card=many", (("id-card", 1),)),
        ("add=", ()),
    ],
)
def test_adding_and_counting_work_without_scripts(query: str, pairs: tuple[tuple[str, int], ...]) -> None:
    assert wish(query).pairs == pairs


def test_persons_stay_within_what_a_visit_may_have() -> None:
    assert (wish("persons=0").persons, wish("persons=99").persons, wish("persons=x").persons) == (1, 20, 1)


def test_a_service_of_another_site_is_not_found() -> None:
    """Failure 15: a foreign id is 404, also in an address that was typed by hand."""
    with pytest.raises(NotFound):
        wish("n-dog-tax=1")


def test_a_day_that_is_none_means_as_soon_as_possible() -> None:
    assert wish("day=2026-03-11").day == date(2026, 3, 11)
    assert wish("day=tomorrow").day is None


@pytest.mark.parametrize(
    ("contact", "email", "phone"),
    [
        ("erika@example.org", "erika@example.org", ""),
        ("0371 488-0", "", "0371 488-0"),
        ("+49 (371) 488/0", "", "+49 (371) 488/0"),
        ("", "", ""),
    ],
)
def test_one_field_takes_a_phone_or_an_address(contact: str, email: str, phone: str) -> None:
    read = typed(at="x", contact=contact)
    assert (read.email, read.phone, dict(read.problems)) == (email, phone, {})


@pytest.mark.parametrize("contact", ["erika", "@example.org", "a b@example.org", "erika@localhost", "12"])
def test_what_reaches_nobody_is_named_beside_the_field(contact: str) -> None:
    assert typed(at="x", contact=contact).problems == {"contact": "desk.problem_contact"}


def test_a_reminder_needs_somewhere_to_go() -> None:
    assert typed(at="x", reminder="60").problems == {"contact": "desk.problem_reminder"}
    assert typed(at="x", reminder="60", contact="0371 4880").reminder_min == 60
    assert typed(at="x", reminder="7").reminder_min is None


def test_unknown_needs_and_languages_are_left_out() -> None:
    read = typed(at="x", needs=["deaf", "gold"], language="tlh")
    assert (read.needs, read.language) == (("deaf",), "de")


def test_a_booking_needs_a_time() -> None:
    assert typed(name="Erika").problems == {"at": "desk.problem_at"}


def test_an_own_time_needs_a_reason_and_a_reason_overrules() -> None:
    assert typed(own_day="2026-03-10", own_time="18:30").problems == {"reason": "desk.problem_reason"}
    read = typed(own_day="2026-03-10", own_time="18:30", reason="Notfall")
    assert (read.reason, dict(read.problems)) == ("Notfall", {})
    assert read.starts_at(BERLIN) == datetime(2026, 3, 10, 17, 30, tzinfo=UTC)


def test_an_offered_time_is_read_with_its_distance_from_utc() -> None:
    """Failure 7: in the night when the clocks change each of two doubled hours is a time of its own."""
    read = [typed(at=f"2026-10-25T02:30+0{hours}:00").starts_at(BERLIN) for hours in (2, 1)]
    assert [at.astimezone(UTC).hour for at in read] == [0, 1]


@pytest.mark.parametrize("at", ["2026-03-10T09:00", "soon", "2026-13-01T09:00+01:00"])
def test_a_time_that_no_page_sends_is_bad_input(at: str) -> None:
    with pytest.raises(BadInput):
        typed(at=at).starts_at(BERLIN)
