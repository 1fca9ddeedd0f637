"""Which documents are missing how often: the fold of the notes, what is too small, what was renamed."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.events import DocumentWasMissing, DocumentWasThere, Event
from queue_server.domain.missing_documents import (
    SMALL,
    Counts,
    Row,
    Words,
    missed_in,
    months_until,
    report,
    words_of,
)
from queue_server.domain.papers import key_of
from tests.domain.town_builders import a_service

MAY, JUNE, JULY = MONTHS = ["2026-05", "2026-06", "2026-07"]
PHOTO, CARD = {"de": "Foto"}, {"de": "Ausweis"}
PASS = a_service("pass", documents=(PHOTO, CARD))


@dataclass(frozen=True)
class Noted:
    """An entry about a document, of one site and one month: here each has one day."""

    site_id: str
    month: str
    event: Event


def missing(ticket: int, month: str = JUNE, document: str = "photo", site: str = "hall") -> Noted:
    return Noted(site, month, DocumentWasMissing(ticket, "pass", document))


def there(ticket: int, month: str = JUNE, document: str = "photo") -> Noted:
    return Noted("hall", month, DocumentWasThere(ticket, "pass", document))


def counted(noted: list[Noted]) -> Counts:
    """Add up the days of all sites."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for place in {(one.site_id, one.month) for one in noted}:
        of_day = missed_in(one.event for one in noted if (one.site_id, one.month) == place)
        for what, count in of_day.items():
            found.setdefault(what, Counter())[place[1]] += count
    return found


def of(noted: list[Noted], visits: int = 100) -> list[Row]:
    return report(counted(noted), {("pass", JUNE): visits}, MONTHS, ["pass"])


def test_a_document_is_counted_with_its_share_of_the_visits() -> None:
    [row] = of([missing(n) for n in range(8)], visits=40)
    assert (row.count, row.visits, row.share) == (8, 40, 0.2)


def test_a_visit_counts_once_and_a_note_that_was_taken_back_not_at_all() -> None:
    noted = [missing(n) for n in range(6)] + [missing(0), there(1), there(99)]
    assert of(noted)[0].count == 5
    assert of([*noted, missing(1)])[0].count == 6, "noted again after all"


def test_two_sites_number_their_visits_alike() -> None:
    noted = [missing(n, site=site) for n in range(3) for site in ("hall", "annex")]
    assert of(noted)[0].count == 6


def test_fewer_than_five_have_neither_count_nor_share() -> None:
    [row] = of([missing(n) for n in range(SMALL - 1)])
    assert (row.count, row.share) == (None, None)
    assert {count for _, count in row.months} == {None}


def test_small_rows_stand_last_in_an_order_that_tells_nothing() -> None:
    noted = [missing(n, document="zz") for n in range(9)]
    noted += [missing(n, document="b") for n in range(4)] + [missing(0, document="a")]
    assert [row.document for row in of(noted)] == ["zz", "a", "b"]


def test_a_month_that_is_small_alone_takes_another_with_it() -> None:
    """Else the sum less the other months would tell it."""
    noted = [missing(n, MAY) for n in range(7)] + [missing(n + 50, JUNE) for n in range(9)]
    noted += [missing(n + 90, JULY) for n in range(2)]
    [row] = of(noted)
    assert (row.count, row.months) == (18, ((MAY, None), (JUNE, 9), (JULY, None)))


def test_a_small_month_beside_an_empty_one_takes_another_with_it() -> None:
    """Six, one and none: the six would leave the one to be worked out."""
    noted = [missing(n, MAY) for n in range(6)] + [missing(9, JUNE)]
    assert of(noted)[0].months == ((MAY, None), (JUNE, None), (JULY, None))


def test_two_small_months_hide_each_other() -> None:
    [row] = of([missing(n) for n in range(6)])
    assert row.months == ((MAY, None), (JUNE, 6), (JULY, None))


def test_a_service_that_is_not_asked_for_is_not_told() -> None:
    noted = [missing(n) for n in range(6)]
    assert report(counted(noted), {}, MONTHS, ["card"]) == []
    assert report(counted(noted), {}, MONTHS, ["pass"])[0].share == 1, "no share is above the whole"


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(MONTHS)), max_size=90))
def test_no_month_can_be_told_from_the_sum(pairs: list[tuple[int, str]]) -> None:
    for row in of([missing(ticket, month) for ticket, month in dict(pairs).items()]):
        hidden = [month for month, count in row.months if count is None]
        assert all(count is None or count >= SMALL for _, count in row.months)
        assert row.count is None or len(hidden) != 1
        rest = 0 if row.count is None else row.count - sum(count or 0 for _, count in row.months)
        assert rest == 0 or rest >= SMALL


def test_months_go_back_over_the_turn_of_the_year() -> None:
    assert months_until(date(2026, 2, 28), 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]


def a_row(document: str, service: str = "pass") -> Row:
    return Row(service, document, 9, 10, 0.9, ())


def test_a_document_is_named_as_visitors_read_it() -> None:
    assert words_of(a_row(key_of(PHOTO)), [PASS], []) == Words(PHOTO, PASS.name, is_asked=True)


def test_a_document_that_was_renamed_is_named_as_it_was_read() -> None:
    old = replace(PASS, documents=({"de": "Lichtbild"},))
    found = words_of(a_row(key_of({"de": "Lichtbild"})), [PASS], [PASS, old])
    assert found == Words({"de": "Lichtbild"}, PASS.name, is_asked=False)


def test_a_service_that_is_gone_is_named_by_its_last_version() -> None:
    older = replace(PASS, name={"de": "Pass alt"})
    found = words_of(a_row(key_of(CARD)), [], [PASS, older])
    assert found == Words(CARD, PASS.name, is_asked=False)
    assert words_of(a_row("0" * 12), [], []) == Words(None, None, is_asked=False)
