"""All kinds of things that have forms: one table, put together from those of each part."""

from collections.abc import Mapping
from typing import Final

from queue_server.web.admin import kinds_offers, kinds_places, kinds_site
from queue_server.web.admin.fields import Sort

KINDS: Final[Mapping[str, Sort]] = {**kinds_site.KINDS, **kinds_places.KINDS, **kinds_offers.KINDS}
