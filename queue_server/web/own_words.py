"""How a page marks a town's own text that is there in German alone: browsers read it aloud as German.

What must not live here: which text is said (`domain.town.in_language`); texts of ours lack no language.
"""

from markupsafe import Markup

from queue_server.domain.town import GERMAN, InGerman
from queue_server.services.locales import direction_of


def own(text: str) -> str:
    """Mark German on a page of another language (WCAG 2.2, 3.1.2); leave every other text as it is."""
    if not text or not isinstance(text, InGerman):
        return text
    return Markup('<span lang="{}" dir="{}">{}</span>').format(GERMAN, direction_of(GERMAN), text)
