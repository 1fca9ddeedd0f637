"""What the pages of accounts and tokens share: pages of a list, who writes an act down, words of days.

What must not live here: anything of one page, and the rules (`domain.people`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData, QueryParams

from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.town import Town
from queue_server.services.locales import locale_of
from queue_server.web.noting import note
from queue_server.web.pages import PageCall

A_PAGE: Final = 50
LONGEST_WORDS: Final = 100
EVERYWHERE: Final = "everywhere"
"""As a filter: what is valid at every site."""

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list: what stands on it, how many there are, and the ways to its neighbours."""

    items: list[Any]
    count: int
    before: str
    after: str


def one_page(found: Sequence[One], asked: dict[str, str], given: str) -> Shown:
    """Return the page of a list that is asked for; the last one for a number beyond it."""
    last = max(0, (len(found) - 1) // A_PAGE)
    at = min(int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0, last)
    kept = {name: words for name, words in asked.items() if words}

    def way(n: int) -> str:
        return f"?{urlencode({**kept, 'page': n})}"

    items = list(found[at * A_PAGE : (at + 1) * A_PAGE])
    return Shown(items, len(found), way(at - 1) if at else "", way(at + 1) if at < last else "")


def asked_for(given: QueryParams | FormData, *names: str) -> dict[str, str]:
    """Return what was typed or chosen, trimmed and cut; nothing for what was not."""
    return {name: str(given.get(name) or "").strip().replace("\0", "")[:LONGEST_WORDS] for name in names}


def role_of(word: str) -> Role:
    """Return the role of that name; a visitor's, which nobody can be given, for another word."""
    try:
        return Role(word)
    except ValueError:
        return Role.VISITOR


def writes_down(call: PageCall) -> Any:
    """Return what notes an act in the name of who asks, as `adapters.people` calls it."""
    return partial(_note, call)


def _note(call: PageCall, conn: Connection, act: Done, kind: str, ref: str, **more: Any) -> None:
    note(call.house, conn, call.actor, act, kind, ref, **more)


def site_choices(call: PageCall, town: Town) -> list[tuple[str, str]]:
    """Return the sites within reach, each with its name."""
    own = call.actor.site_id
    return [(one.id, call.say.in_words(one.name)) for one in town.sites if own in {None, one.id}]


def site_name(call: PageCall, town: Town, site_id: str | None) -> str:
    found = next((one for one in town.sites if one.id == site_id), None)
    return call.say.in_words(found.name) if found else site_id or call.say("people.every_site")


def zone_of(call: PageCall, town: Town) -> ZoneInfo:
    """Return the time zone of the own site, or of the first."""
    own = next((site for site in town.sites if site.id == call.actor.site_id), None)
    first = own or next(iter(town.sites), None)
    return ZoneInfo(first.time_zone if first else "UTC")


def day(call: PageCall, town: Town, at: datetime | date | None) -> str:
    """Say a day in the town's time; nothing for none."""
    if at is None:
        return ""
    local = at.astimezone(zone_of(call, town)).date() if isinstance(at, datetime) else at
    return format_date(local, "medium", locale=locale_of(call.language))
