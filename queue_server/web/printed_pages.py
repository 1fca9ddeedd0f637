"""Pages as they were printed last: between two bookings all who want the same look at the same page.

What lives here: keeping them, and what each reader has of their own in them. What must not: what makes a
page another one; who prints it says that.
"""

import secrets
from collections.abc import Callable, Hashable
from typing import Final

PRINTED_MOST: Final = 64
"""So many pages are kept, at 12 to 50 kB: towns have that many usual wishes."""
MARK: Final = secrets.token_hex(16)
"""Stands in a kept page where the reader's own token goes. Nobody can know it, so no text can hold it."""


class PrintedPages:
    """Used by the event loop alone."""

    def __init__(self, most: int = PRINTED_MOST) -> None:
        self._most = most
        self._pages: dict[Hashable, tuple[tuple[object, ...], bytes]] = {}

    def page(
        self,
        asked: Hashable,
        shows: tuple[object, ...],
        token: str,
        render: Callable[[str], bytes | memoryview],
    ) -> bytes:
        """Return the page that was `asked` for with the reader's token in it.

        It is printed anew, with `render(token)`, unless it was printed of these very objects: what it
        `shows` must be compared by identity, for comparing a sheet costs as much as printing it.
        """
        kept = self._pages.pop(asked, None)
        if kept is None or not _are_same(kept[0], shows):
            kept = shows, bytes(render(MARK))
        self._pages[asked] = kept  # last used, last forgotten
        if len(self._pages) > self._most:
            del self._pages[next(iter(self._pages))]
        return kept[1].replace(MARK.encode(), token.encode())


def _are_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
