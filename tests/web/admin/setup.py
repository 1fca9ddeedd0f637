"""The administration's forms as a browser without scripts fills them: read, changed, sent.

What must not live here: what a page answers; that stands in the tests.
"""

from typing import Any

from queue_server.domain.town import Town as TownSettings
from queue_server.domain.town_edit import find
from tests.page_forms import form_in
from tests.web.running import Town


async def read(town: Town, path: str, who: dict[str, str] | None = None) -> str:
    answer = await town.client.get(path, headers=who or town.headers("administrator"))
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
    return answer.text


async def send(
    town: Town, path: str, who: dict[str, str] | None = None, *, page: str = "", **typed: Any
) -> Any:
    """Fill the form of a page and send it. `typed` by field, "__" for "."; lists for boxes, None: nothing."""
    who = who or town.headers("administrator")
    town.clock.forward(seconds=1)  # two changes are two moments
    pairs = form_in(page or await read(town, path, who))
    changes = {name.replace("__", "."): value for name, value in {"act": "save", **typed}.items()}
    kept = [(name, value) for name, value in pairs if name not in changes]
    for name, value in changes.items():
        kept += [(name, one) for one in (value if isinstance(value, list) else [value]) if one is not None]
    body: dict[str, list[str]] = {}
    for name, one in kept:
        body.setdefault(name, []).append(one)
    return await town.client.post(path, data=body, headers=who)


def found(town: Town, what: str, id_: str) -> Any:
    """Return a thing of the set-up that holds."""
    return find(settings(town), what, id_)


def settings(town: Town, site_id: str = "rathaus") -> TownSettings:
    return town.house.directory.sites[site_id][0]
