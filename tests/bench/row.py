"""One line of the benchmark table: what every module of this folder hands back.

Nothing is measured or printed here; `__main__` does the printing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison of ours with a reference that ran beside it.

    The texts go into the table as they are, so `reference` and `ours` carry their unit
    (`"97,412 /s"`), `ratio` reads `"1.28 x"` (empty where there is nothing to compare with) and
    `goal` says what `ok` was judged by.
    """

    what: str
    reference: str
    ours: str
    ratio: str
    goal: str
    ok: bool
    note: str = ""
