"""The mistakes of each step, and what is filled in for who left it empty.

What lives here: field → key of the catalogues, for plain typed values. What must not: pages, and the
password, which is judged where it is typed (`pages`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from typing import Final

from queue_server.domain.first_town import offered, slug
from queue_server.domain.town import end_minute
from queue_server.domain.town_values import SERVICE_RANGES, SLUG, USER
from queue_server.domain.written_hours import on_grid
from queue_server.web.first_run.desk import (
    ACCOUNT,
    HOURS,
    PEOPLE,
    ROOMS,
    SERVICES,
    TOWN,
    WEEK,
    Desk,
)

Errors = dict[str, str]
MOST_PEOPLE: Final = 20
"""Each needs a password that takes a quarter of a second to hash; more are added later."""


def errors_of(desk: Desk, step: str) -> Errors:
    """Return field → key of its error text; empty when the step may be left."""
    return _CHECKS[step](desk) if step in _CHECKS else {}


def filled_in(desk: Desk, step: str) -> Mapping[str, list[str]]:
    """Return what is proposed for fields that were left empty: an id, user names."""
    if step == TOWN and not desk.one(TOWN, "id"):
        return {"id": [slug(desk.one(TOWN, "name"))]}
    if step == PEOPLE:
        return {"user": _proposed_users(desk)}
    return {}


def minutes(text: str) -> int | None:
    """Return a service's minutes; None when they are none."""
    least, most = SERVICE_RANGES["minutes"]
    return int(text) if text.isascii() and text.isdigit() and least <= int(text[:5]) <= most else None


def chosen(desk: Desk) -> dict[str, str]:
    """Return key → minutes as typed of the services that were chosen, in the order of the catalogue."""
    keys = set(desk.all(SERVICES, "service"))
    services = offered(desk.template, desk.catalogue)
    return {
        one.key: desk.one(SERVICES, f"minutes-{one.key}") or str(one.minutes)
        for one in services
        if one.key in keys
    }


def _users(desk: Desk) -> list[str]:
    count = len(desk.all(PEOPLE, "person"))
    return [*desk.all(PEOPLE, "user"), *[""] * count][:count]


def _proposed_users(desk: Desk) -> list[str]:
    """Return the user names, each empty one beside a name filled in with one that nobody has yet."""
    users = _users(desk)
    taken = {slug(one) for one in (desk.one(ACCOUNT, "user"), *users) if one}
    for index, name in enumerate(desk.all(PEOPLE, "person")):
        if name.split() and not users[index]:
            users[index] = next(one for one in _users_of(name) if slug(one) not in taken)
            taken.add(slug(users[index]))
    return users


def _users_of(name: str) -> Iterator[str]:
    """Yield user names for a person: mueller, p.mueller, petra.mueller, mueller2 and so on.

    A name without any letter of ours is "person", whatever its script.
    """
    words = name.split()
    first, last = slug(words[0]), slug(words[-1]) or "person"
    yield last
    if first and first != last:
        yield f"{first[0]}.{last[:30]}"
        yield f"{first[:15]}.{last[:20]}"
    yield from (f"{last[:30]}{number}" for number in range(2, 100))


def _account(desk: Desk) -> Errors:
    user = desk.one(ACCOUNT, "user")
    errors: Errors = {}
    if not USER.fullmatch(user):
        errors["user"] = "first.wrong_user" if user else "first.missing_user"
    if not desk.draft.password_hash:
        errors["password"] = "first.missing_password"  # noqa: S105 - the key of a text
    elif desk.draft.password_of != user and "user" not in errors:
        errors["password"] = "first.password_again"  # noqa: S105 - the key of a text
    return errors


def _town(desk: Desk) -> Errors:
    errors: Errors = {}
    if not desk.one(TOWN, "name"):
        errors["name"] = "first.missing_town"
    elif not SLUG.fullmatch(desk.one(TOWN, "id")):
        errors["id"] = "first.wrong_id"
    if desk.one(TOWN, "state") not in desk.beginning.states():
        errors["state"] = "first.missing_state"
    return errors


def _hours(desk: Desk) -> Errors:
    errors: Errors = {}
    for site in desk.template.sites:
        fields = {day: f"h-{site.id}-{day}" for day in WEEK}
        read = {day: desk.one(HOURS, name) for day, name in fields.items()}
        for day, text in read.items():
            wrong = _wrong_hours(desk.beginning.read_hours(text))
            if wrong:
                errors[fields[day]] = wrong
        if not any(read.values()):
            errors[fields[0]] = "first.never_open"
    return errors


def _wrong_hours(stretches: Sequence[tuple[time, time]] | None) -> str:
    """Return why hours cannot hold; empty for those that can."""
    if stretches is None:
        return "first.wrong_hours"
    if not on_grid(tuple(stretches)):
        return "first.hours_five"
    last = -1
    for begins, ends in stretches:
        start = _minute(begins)
        if end_minute(ends) <= start:
            return "first.hours_backwards"
        if start < last:
            return "first.hours_overlap"
        last = end_minute(ends)
    return ""


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _rooms(desk: Desk) -> Errors:
    errors: Errors = {}
    sites: list[str] = []
    for site in desk.template.sites:
        called = desk.one(ROOMS, f"name-{site.id}")
        if not called or called.casefold() in sites:
            errors[f"name-{site.id}"] = "first.twice_site" if called else "first.missing_site"
        sites.append(called.casefold())
        rows = desk.rooms_of(site.id)
        names = [name for _, name in rows]
        if not rows:
            errors[f"room-{site.id}-0"] = "first.missing_room"
        for index, (room, name) in enumerate(rows):
            if len(room) > 20 or len(name) > 20:
                errors[f"room-{site.id}-{index}"] = "first.long_room"
            elif name in names[:index]:
                errors[f"room-{site.id}-{index}"] = "first.twice_counter"
    return errors


def _services(desk: Desk) -> Errors:
    found = chosen(desk)
    errors: Errors = {
        f"minutes-{key}": "first.wrong_minutes" for key, typed in found.items() if minutes(typed) is None
    }
    own = desk.rows(SERVICES, "own", "own_minutes")
    services = offered(desk.template, desk.catalogue)
    known = {name.casefold() for one in services for name in one.name.values()}
    for index, (name, typed) in enumerate(own):
        if name.casefold() in known:
            errors[f"own-{index}"] = "first.twice_service"
        elif minutes(typed) is None:
            errors[f"own-{index}"] = "first.wrong_minutes"
        known.add(name.casefold())
    if not found and not own:
        errors["q"] = "first.missing_service"
    return errors


def _people(desk: Desk) -> Errors:
    errors: Errors = {}
    names, users = desk.all(PEOPLE, "person"), _users(desk)
    known = [desk.one(ACCOUNT, "user")]
    for index, (name, user) in enumerate(zip(names, users, strict=True)):
        if not name and not user:
            continue
        if not name:
            errors[f"person-{index}"] = "first.missing_person"
        elif not USER.fullmatch(user) or not slug(user):
            errors[f"user-{index}"] = "first.wrong_user"
        elif user in known or slug(user) in map(slug, known[1:]):
            errors[f"user-{index}"] = "first.twice_user"
        known.append(user)
    there = {row[1] for row in desk.rows(PEOPLE, "person", "site")}
    if not errors and len(desk.template.sites) > len(there & {site.id for site in desk.template.sites}):
        errors["person-0"] = "first.nobody" if len(desk.template.sites) == 1 else "first.nobody_there"
    if len(known) - 1 > MOST_PEOPLE:
        errors["person-0"] = "first.too_many_people"
    return errors


_CHECKS: Final[Mapping[str, Callable[[Desk], Errors]]] = {
    ACCOUNT: _account,
    TOWN: _town,
    HOURS: _hours,
    ROOMS: _rooms,
    SERVICES: _services,
    PEOPLE: _people,
}
