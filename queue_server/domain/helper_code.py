"""The code of a trusted helper (library, social service) who books for many: how it is typed and shown.

What must not live here: making one (randomness) and storing its hash.
"""

from typing import Final

SIGNS: Final = 12
"""52 bits in twenty letters: guessing is slowed down, and the hash is made with the server's key."""
_GROUP: Final = 4


def normal_code(text: str) -> str:
    """Return a code as it is hashed: no case, spaces or hyphens."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def printed_code(code: str) -> str:
    """Return a code in groups of four, as it is handed over."""
    return "-".join(code[begin : begin + _GROUP] for begin in range(0, len(code), _GROUP))
