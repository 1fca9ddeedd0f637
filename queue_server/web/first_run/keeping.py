"""How a form's fields join what was kept of their step before.

What lives here: the one step whose form may show only a part: services that were searched for. What must not:
pages.
"""

from queue_server.web.first_run.desk import PEOPLE, ROOMS, SERVICES, Desk

SHOWN = "shown"
"""The field that names which services stood on the page: those that did not keep their state."""


def merged(desk: Desk, step: str, typed: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the step's fields as they are now, lines that are empty behind the others."""
    if step == ROOMS:
        for site in desk.template.sites:
            typed |= _empty_last(typed, f"room-{site.id}", f"counter-{site.id}")
    if step == PEOPLE:
        typed |= _empty_last(typed, "person", "user", beside=("site",))
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


def _empty_last(
    typed: dict[str, list[str]], *names: str, beside: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    every = (*names, *beside)
    columns = [typed.get(name, []) for name in every]
    count = max(map(len, columns))
    lines = [[column[at] if at < len(column) else "" for column in columns] for at in range(count)]
    lines.sort(key=lambda line: not any(line[: len(names)]))
    return {name: [line[at] for line in lines] for at, name in enumerate(every)}
