"""Where citizens find a town's figures as open data: in the head of the pages they begin on, and in words.

What must not live here: what is told there, and when (`web.api_figures`).
"""

from collections.abc import Iterable

from queue_server.domain.town import Site, in_language
from queue_server.web.api import PREFIX
from queue_server.web.texts import Texts


def feeds(sites: Iterable[Site], say: Texts) -> list[tuple[str, str]]:
    """Return address and name of the last month's figures of each site that lets everybody read them."""
    return [
        (
            f"{PREFIX}/sites/{site.id}/figures",
            say("statement.figures_of", site=in_language(site.name, say.language)),
        )
        for site in sites
        if site.open_figures
    ]
