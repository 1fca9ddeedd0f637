"""An entry of the log as it is stored, for what reads the past without building a hall.

What must not live here: what kinds there are (`events`), and what is made of them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

Payload: TypeAlias = Mapping[str, Any]


class Entry(NamedTuple):
    """One entry of the log: `kind` and `payload` as they are stored."""

    seq: int
    at: datetime
    kind: str
    payload: Payload


Unnamed: TypeAlias = tuple[int, datetime, str, Payload]
"""An entry as a plain tuple, of which a day's thousands are quickly made; an `Entry` is one too."""
