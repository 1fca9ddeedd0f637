"""An id for a new thing, made from its name: short, in small letters, not given yet.

What must not live here: what an id may be (`domain.town_values`).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Final

from queue_server.domain.town import Town
from queue_server.domain.town_edit import IN_SITE, IN_TOWN, things

LONGEST: Final = 40
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_IN_ADDRESSES: Final = frozenset({"site", "clerk", *IN_SITE})


def proposed_id(name: str, what: str, site_id: str, taken: Collection[str]) -> str:
    """Return an id that is free. Things of a site carry the site's id in front: theirs count everywhere."""
    plain = (
        unicodedata.normalize("NFKD", name.casefold().translate(_FOLDED)).encode("ascii", "ignore").decode()
    )
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or what
    whole = slug if not site_id or slug.startswith(f"{site_id}-") else f"{site_id}-{slug}"
    return next(one for one in _tries(whole[:LONGEST].strip("-")) if one not in taken)


def taken_ids(towns: Mapping[str, Town], what: str, own: str) -> set[str]:
    """Return the ids that are given already: of what stands in addresses, those of other towns too."""
    found = [town for id_, town in towns.items() if id_ == own or what in _IN_ADDRESSES]
    return {one.id for town in found for one in things(town, what)} if what in {*IN_SITE, *IN_TOWN} else set()


def _tries(slug: str) -> Iterator[str]:
    yield slug
    for number in count(2):
        end = f"-{number}"
        yield slug[: LONGEST - len(end)].strip("-") + end
