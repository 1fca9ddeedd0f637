"""`/admin/setup/<kind>`: all things of a kind, searched, filtered by site, page by page; and their order.

What must not live here: forms (`web.admin.page_setup`).
"""

from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Site, Town, in_language
from queue_server.domain.town_edit import IN_SITE, find, holder, things
from queue_server.web.admin.changing import keep, moving
from queue_server.web.admin.choosing import Around, choices_of
from queue_server.web.admin.fields import Sort
from queue_server.web.admin.frame import framed, may_change, sent, sites_of, town_of
from queue_server.web.admin.notices import notice
from queue_server.web.admin.page_setup import SETUP, sort_of
from queue_server.web.admin.value_words import label, words_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

A_PAGE: Final = 50
LONGEST_WORDS: Final = 100


async def list_page(call: PageCall) -> Response:
    """Show the things of a kind; of what there is one alone, its form."""
    await call.house.renew_if_changed()
    sort, town = sort_of(call), town_of(call)
    if call.request.method == "POST" and not sort.one:
        return await _move(call, sort, town)
    if sort.one:
        return RedirectResponse(f"{SETUP}/{sort.what}/{town.id}", status_code=303)
    query = call.request.query_params
    words, site_id = query.get("q", "").strip()[:LONGEST_WORDS], query.get("site", "")
    sites = sites_of(call, town)
    asked = {name: query.get(name, "")[:LONGEST_WORDS] for name in sort.filters}
    found = [one for one in _rows(call, sort, town, sites, site_id, asked) if _holds(one, words)]
    number = query.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1
    last = max(1, -(-len(found) // A_PAGE))
    page = min(max(page, 1), last)
    kept = {name: value for name, value in (("q", words), ("site", site_id), *asked.items()) if value}
    # The neighbours must be those that are seen: a list that is searched has no order to change.
    can_order = _may_order(call, sort) and kept.keys() <= {"site"}
    return framed(
        call,
        "admin/list.html",
        sort=sort,
        rows=found[(page - 1) * A_PAGE : page * A_PAGE],
        count=len(found),
        q=words,
        site_id=site_id,
        sites=[(one.id, in_language(one.name, call.language)) for one in sites]
        if sort.what in IN_SITE and len(sites) > 1
        else [],
        filters=_filters(call, sort, town, asked),
        page=page,
        last=last,
        kept=urlencode(kept),
        path=SETUP,
        notice=notice(call),
        can_order=can_order and len(found) > 1,
        ordering=can_order and query.get("order") == "1",
        can_add=sort.what != "site" or may_change(call),
    )


def _may_order(call: PageCall, sort: Sort) -> bool:
    """Say whether the order is theirs: that of sites is the whole town's."""
    return sort.what != "site" or may_change(call)


async def _move(call: PageCall, sort: Sort, town: Town) -> Response:
    """Move a thing before or behind its neighbour: visitors see things in this order."""
    form = await sent(call)
    id_, act = str(form.get("id") or ""), form.get("act")
    place = holder(town, sort.what, id_)
    if (
        find(town, sort.what, id_) is None
        or not _may_order(call, sort)
        or (place and not may_change(call, place))
    ):
        raise NotFound(what=sort.what)
    if act not in {"up", "down"}:
        raise BadInput(field="act")
    await keep(call, moving(sort.what, id_, place, -1 if act == "up" else 1))
    site = f"&site={quote(place)}" if call.request.query_params.get("site") else ""
    return RedirectResponse(f"{SETUP}/{sort.what}?order=1{site}#o-{quote(id_)}", status_code=303)


def _filters(call: PageCall, sort: Sort, town: Town, asked: dict[str, str]) -> list[dict[str, Any]]:
    around = Around(town, None, call.say)
    return [
        {
            "name": one.name,
            "label": label(call.say, sort.what, one.name),
            "choices": choices_of(one.choices, around),
            "asked": asked[one.name],
        }
        for one in sort.fields
        if one.name in sort.filters
    ]


def _is_asked(thing: Any, asked: dict[str, str]) -> bool:
    """Say whether each filter fits: a value itself, or one of several."""
    for name, wanted in asked.items():
        value = getattr(thing, name)
        held = [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
        if wanted and wanted not in held:
            return False
    return True


def _rows(
    call: PageCall, sort: Sort, town: Town, sites: list[Site], site_id: str, asked: dict[str, str]
) -> list[dict[str, Any]]:
    say = call.say
    if sort.what not in IN_SITE:
        own = {site.id for site in sites}
        near = [one for one in things(town, sort.what) if sort.what != "site" or one.id in own]
        shown = [one for one in near if _is_asked(one, asked)]
        return [_row(sort, one, Around(town, one if sort.what == "site" else None, say)) for one in shown]
    return [
        _row(sort, one, Around(town, site, say)) | {"site": in_language(site.name, call.language)}
        for site in sites
        if site_id in {"", site.id}
        for one in things(town, sort.what, site.id)
    ]


def _row(sort: Sort, one: Any, around: Around) -> dict[str, Any]:
    told = [
        (label(around.say, sort.what, field.name), words_of(field, getattr(one, field.name), around))
        for field in sort.fields
        if field.in_list and field.name != "name"
    ]
    return {
        "id": one.id,
        "name": around.text(one.name),
        "site": "",
        "told": [pair for pair in told if pair[1]],
    }


def _holds(row: dict[str, Any], words: str) -> bool:
    """Say whether each of the words stands somewhere in the row."""
    text = " ".join([row["id"], row["name"], row["site"], *(value for _, value in row["told"])]).casefold()
    return all(word in text for word in words.casefold().split())


ROUTES = [PageRoute(f"{SETUP}/{{what}}", list_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST"))]
