"""Randomness of the operating system, fetched in blocks.

Each fetch lets the interpreter go, and beside a busy event loop it comes back after half a millisecond;
a drawn number may need eight values. What must not live here: what is drawn.
"""

import base64
import os
from typing import Final

BLOCK_BYTES: Final = 4096
VALUE_BYTES: Final = 8
KEY_BYTES: Final = 9
"""72 bits, twelve characters."""


class Randomness:
    """Random values for one thread, as hard to foretell as `os.urandom`; none is given twice."""

    def __init__(self) -> None:
        self._block = b""
        self._at = 0

    def below(self, bound: int) -> int:
        """Return an equally likely whole number ≥ 0 and below `bound`, which is at most 2^32."""
        most = (1 << 8 * VALUE_BYTES) // bound * bound
        while (value := int.from_bytes(self.bytes(VALUE_BYTES), "big")) >= most:
            pass  # once in four billion: what is left over would favour the small ones
        return value % bound

    def key(self) -> str:
        """Return twelve URL-safe characters."""
        return base64.urlsafe_b64encode(self.bytes(KEY_BYTES)).decode()

    def bytes(self, count: int) -> bytes:
        """Return so many random bytes, at most a block."""
        if self._at + count > len(self._block):
            self._block, self._at = os.urandom(BLOCK_BYTES), 0
        self._at += count
        return self._block[self._at - count : self._at]
