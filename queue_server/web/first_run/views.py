"""What stands on each step: plain values for its template.

What must not live here: reading forms (`pages`), mistakes (`steps`), and the words (the face `first`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from babel.dates import get_day_names

from queue_server.domain.first_town import categories_offered, offered
from queue_server.domain.sign_in import LEAST_PASSWORD, MOST_PASSWORD
from queue_server.domain.town import Service, Texts, in_language
from queue_server.services.locales import locale_of
from queue_server.web.first_run.desk import (
    ACCOUNT,
    HOURS,
    PEOPLE,
    ROOMS,
    SERVICES,
    SUMMARY,
    TOWN,
    WEEK,
    Desk,
)
from queue_server.web.first_run.steps import chosen
from queue_server.web.pages import PageCall

Values = dict[str, Any]


def view_of(call: PageCall, desk: Desk, step: str) -> Values:
    """Return what the template `first_run/<step>.html` shows."""
    return _VIEWS[step](call, desk)


def _account(_: PageCall, desk: Desk) -> Values:
    return {
        "user": desk.one(ACCOUNT, "user"),
        "has_password": bool(desk.draft.password_hash),
        "least": LEAST_PASSWORD,
        "most": MOST_PASSWORD,
    }


def _town(call: PageCall, desk: Desk) -> Values:
    states = [(one, call.say(f"first.state_{one.lower()}")) for one in desk.beginning.states()]
    return {
        "name": desk.one(TOWN, "name"),
        "id": desk.one(TOWN, "id"),
        "state": desk.one(TOWN, "state"),
        "states": sorted(states, key=lambda one: one[1]),
        "like": desk.template_name,
        "templates": [(one, one.replace("-", "_")) for one in desk.beginning.TEMPLATES],
        "may_lose": HOURS in desk.draft.done,
    }


def _hours(call: PageCall, desk: Desk) -> Values:
    days = get_day_names("wide", context="stand-alone", locale=locale_of(call.language))
    return {
        "sites": [
            {
                "id": site.id,
                "name": desk.one(ROOMS, f"name-{site.id}") or in_language(site.name, call.language),
                "days": [
                    {
                        "field": f"h-{site.id}-{day}",
                        "name": days[day],
                        "hours": desk.one(HOURS, f"h-{site.id}-{day}"),
                    }
                    for day in WEEK
                ],
            }
            for site in desk.template.sites
        ]
    }


def _rooms(_: PageCall, desk: Desk) -> Values:
    return {"sites": [_rooms_of(desk, site.id) for site in desk.template.sites]}


def _rooms_of(desk: Desk, site_id: str) -> Values:
    rooms, names = desk.all(ROOMS, f"room-{site_id}"), desk.all(ROOMS, f"counter-{site_id}")
    return {
        "id": site_id,
        "rows": list(zip(rooms, [*names, *[""] * len(rooms)], strict=False)),
        **{
            name: desk.one(ROOMS, f"{name}-{site_id}")
            for name in ("name", "address", "phone", "screen", "kiosk")
        },
    }


def _services(call: PageCall, desk: Desk) -> Values:
    wanted = desk.one(SERVICES, "q")
    found = [
        one
        for one in offered(desk.template, desk.catalogue)
        if wanted.casefold() in in_language(one.name, call.language).casefold()
    ]
    picked = set(desk.all(SERVICES, "service"))
    groups = [
        {
            "name": in_language(category.name, call.language),
            "services": (
                here := [_service(call, desk, one, picked) for one in found if one.category_id == category.id]
            ),
            "count": sum(one["chosen"] for one in here),
        }
        for category in categories_offered(desk.template, desk.catalogue)
    ]
    own, minutes = desk.all(SERVICES, "own"), desk.all(SERVICES, "own_minutes")
    return {
        "q": wanted,
        "groups": [group for group in groups if group["services"]],
        "shown": [one.key for one in found],
        "chosen_count": len(chosen(desk)),
        "own": list(zip(own or [""], minutes or ["10"], strict=False)),
    }


def _service(call: PageCall, desk: Desk, one: Service, picked: set[str]) -> Values:
    return {
        "key": one.key,
        "name": in_language(one.name, call.language),
        "chosen": one.key in picked,
        "minutes": desk.one(SERVICES, f"minutes-{one.key}") or str(one.minutes),
    }


def _people(_: PageCall, desk: Desk) -> Values:
    names, users = desk.all(PEOPLE, "person"), desk.all(PEOPLE, "user")
    sites = desk.all(PEOPLE, "site")
    padded = [*users, *[""] * len(names)]
    return {
        "rows": list(zip(names, padded, [*sites, *[""] * len(names)], strict=False)),
        "sites": [(site.id, desk.one(ROOMS, f"name-{site.id}")) for site in desk.template.sites],
    }


def _summary(call: PageCall, desk: Desk) -> Values:
    def words(texts: Texts) -> str:
        return in_language(texts, call.language)

    names = {one.key: words(one.name) for one in offered(desk.template, desk.catalogue)}
    hours = _hours(call, desk)["sites"]
    return {
        "user": desk.one(ACCOUNT, "user"),
        "town": {
            "name": desk.one(TOWN, "name"),
            "id": desk.one(TOWN, "id"),
            "state": desk.one(TOWN, "state"),
        },
        "like": desk.template_name.replace("-", "_"),
        "sites": [
            {
                **_rooms_of(desk, site["id"]),
                "days": site["days"],
                "rooms": desk.rooms_of(site["id"]),
            }
            for site in hours
        ],
        "services": [(names[key], minutes) for key, minutes in chosen(desk).items()]
        + desk.rows(SERVICES, "own", "own_minutes"),
        "people": desk.rows(PEOPLE, "person", "user"),
    }


_VIEWS: Final[Mapping[str, Callable[[PageCall, Desk], Values]]] = {
    ACCOUNT: _account,
    TOWN: _town,
    HOURS: _hours,
    ROOMS: _rooms,
    SERVICES: _services,
    PEOPLE: _people,
    SUMMARY: _summary,
}
