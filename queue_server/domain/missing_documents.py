"""What the notes of missing documents add up to: which texts fail people, by service and month.

What lives here: the fold of the notes, the share of the visits, and what is too small to be told. What must
not: where notes and visits come from (`adapters.missing_documents`), and words for pages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from queue_server.domain.events import DocumentWasMissing, DocumentWasThere, Event
from queue_server.domain.papers import documents_of
from queue_server.domain.town import Service, Texts

SMALL: Final = 5
"""Less is not told: of four visits somebody in the house might know whose they were."""
Visits: TypeAlias = Mapping[tuple[str, str], int]
"""(service, month) → how many visits of it came to a counter."""


Counts: TypeAlias = Mapping[tuple[str, str], Mapping[str, int]]
"""(service, document) → month → how often it was missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document of a service. `count` None: fewer than `SMALL`, and no share then; so it is with each month.

    `visits` are those of the service; `share` is a part of 1. `months` are in order.
    """

    service: str
    document: str
    count: int | None
    visits: int
    share: float | None
    months: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a document's words. `is_asked`: visitors still read them so."""

    text: Texts | None
    service: Texts | None
    is_asked: bool


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def months_until(last: date, count: int) -> list[str]:
    """Return so many months in order, the last one being that of `last`."""
    found = [divmod(last.year * 12 + last.month - 1 - back, 12) for back in reversed(range(count))]
    return [f"{year:04}-{month + 1:02}" for year, month in found]


def report(counts: Counts, visits: Visits, months: Sequence[str], services: Iterable[str]) -> list[Row]:
    """Return each document that was missing in these months, the most often missed first.

    Only of these services; small ones stand at the end, in an order that tells nothing of their counts.
    """
    told = set(services)
    rows = [
        _row(key, Counter(of_month), visits, months) for key, of_month in counts.items() if key[0] in told
    ]
    return sorted(rows, key=lambda row: (-(row.count or 0), row.service, row.document))


def words_of(row: Row, now: Iterable[Service], before: Iterable[Service]) -> Words:
    """Return the words of a document as visitors read them: of today's services, else of earlier versions.

    `before` are the versions of services that held once, the newest first: a text that was changed or taken
    away has failed people all the same.
    """
    mine = next((one for one in now if one.id == row.service), None)
    asked = documents_of(mine).get(row.document) if mine else None
    if mine is not None and asked is not None:
        return Words(asked, mine.name, is_asked=True)
    found, name = None, mine.name if mine else None
    for service in before:
        if service.id == row.service:
            found = found or documents_of(service).get(row.document)
            name = name or service.name
    return Words(found, name, is_asked=False)


def missed_in(events: Iterable[Event]) -> Counter[tuple[str, str]]:
    """Fold the notes of one day of one site: (service, document) → in how many visits it was missing.

    Once in a visit at most, and never if that was taken back.
    """
    held: dict[tuple[int, str, str], None] = {}
    for event in events:
        if isinstance(event, DocumentWasMissing):
            held.setdefault((event.ticket, event.service, event.document))
        elif isinstance(event, DocumentWasThere):
            held.pop((event.ticket, event.service, event.document), None)
    return Counter((service, document) for _, service, document in held)


def _row(key: tuple[str, str], of_month: Counter[str], visits: Visits, months: Sequence[str]) -> Row:
    service, document = key
    total = sum(of_month[month] for month in months)
    # A visit whose concern was changed after the note is none of the service any more.
    came = max(total, sum(visits.get((service, month), 0) for month in months))
    if total < SMALL:
        return Row(service, document, None, came, None, tuple((month, None) for month in months))
    return Row(service, document, total, came, total / came, tuple(_told(of_month, months)))


def _told(of_month: Counter[str], months: Sequence[str]) -> Iterable[tuple[str, int | None]]:
    """Yield the months; small ones take others with them, until what the hidden ones have is no small number.

    Else the sum less the other months would tell it: of one small month, and of one beside an empty one.
    """
    by_count = sorted(months, key=lambda month: of_month[month])
    hidden = [month for month in by_count if of_month[month] < SMALL]
    others = by_count[len(hidden) :]
    while others and (len(hidden) == 1 or 0 < sum(of_month[month] for month in hidden) < SMALL):
        hidden.append(others.pop(0))
    return ((month, None if month in hidden else of_month[month]) for month in months)
