"""How a form's fields join what was kept of their step before.

What lives here: the one step whose form may show only a part, services that were searched for; hours as they
were understood; and a form that is older than what was kept. What must not: pages.
"""

from dataclasses import replace

from queue_server.web.first_draft import Typed
from queue_server.web.first_run.desk import HOURS, PEOPLE, ROOMS, SERVICES, Desk

SHOWN = "shown"
"""The field that names which services stood on the page: those that did not keep their state."""


def merged(desk: Desk, step: str, typed: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the step's fields as they are now, lines that are empty behind the others."""
    typed = dict(typed)
    if step == HOURS:
        typed = {name: [_understood(desk, text) for text in texts] for name, texts in typed.items()}
    if step == ROOMS:
        for site in (one for one in desk.template.sites if f"room-{one.id}" in typed):
            typed |= _empty_last(typed, f"room-{site.id}", f"counter-{site.id}")
    if step == PEOPLE:
        typed |= _empty_last(typed, "person", "user", beside=("site",))
        known = [site.id for site in desk.template.sites]
        typed["site"] = [one if one in known else known[0] for one in typed["site"]]
    if step != SERVICES:
        return typed
    typed |= _empty_last(typed, "own", beside=("own_minutes",))
    shown = set(typed.pop(SHOWN, ()))
    before = desk.fields(SERVICES)
    kept = [key for key in before.get("service", ()) if key not in shown]
    minutes = {
        name: list(values)
        for name, values in before.items()
        if name.startswith("minutes-") and name.removeprefix("minutes-") not in shown
    }
    return {**minutes, **typed, "service": [*kept, *typed.get("service", ())]}


def is_older(desk: Desk, step: str, stamp: str, now: Typed) -> bool:
    """Say whether a form was opened before the step was kept from another window, and says something else."""
    return stamp != desk.stamp(step) and now != desk.draft.sent.get(step)


def laid_over(desk: Desk, step: str, typed: Typed) -> Desk:
    """Return a desk that shows an older form's fields and keeps nothing of them.

    What that form does not know, a building of another template, stays as it is.
    """
    current = dict(desk.fields(step))
    for name in typed:
        if step == ROOMS and name.startswith("name-"):  # a box without a tick is not sent
            site = name.removeprefix("name-")
            current |= {f"screen-{site}": [], f"kiosk-{site}": []}
    shown = {**desk.draft.typed, step: {**current, **typed}}
    return Desk(replace(desk.draft, typed=shown), desk.beginning, desk.language)


def _understood(desk: Desk, text: str) -> str:
    """Hours come back as they were read, so that a misunderstanding is seen; others stay as they are."""
    found = desk.beginning.read_hours(text)
    return text if found is None else desk.beginning.write_hours(found)


def _empty_last(
    typed: dict[str, list[str]], *names: str, beside: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    every = (*names, *beside)
    columns = [typed.get(name, []) for name in every]
    count = max(map(len, columns))
    lines = [[column[at] if at < len(column) else "" for column in columns] for at in range(count)]
    lines.sort(key=lambda line: not any(line[: len(names)]))
    return {name: [line[at] for line in lines] for at, name in enumerate(every)}
