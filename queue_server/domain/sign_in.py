"""The rules of proving who one is by a password: how long it is, and how its refusals are called.

What must not live here: who may do what (`domain.access`), hashing, and the judge of a password's strength
(`adapters`).
"""

from typing import Final

from queue_server.domain.errors import Refusal

LEAST_PASSWORD: Final = 12
"""Length protects, rules about signs do not (NIST SP 800-63B, 3.1.1.2; ASVS 5.0, 6.2.5)."""
MOST_PASSWORD: Final = 128
"""ASVS 5.0, 6.2.9 asks for 64 at least; above this somebody sends a book, which costs time to hash."""


class OneTimePasswordOver(Refusal):
    """The one-time password was right, and lay unused for longer than a week."""

    code = "one_time_password_over"


class PasswordUnfit(Refusal):
    """The new password cannot be taken; `reason` says what it lacks.

    `short` (below `least` signs), `long` (above `most`), `same` (the old one again), `context` (names that
    others know), `common` (guessers try it first), `pattern` (rows and repeats), `guessable`.
    """

    code = "password_unfit"

    @property
    def text(self) -> str:
        return f"password_{self.params['reason']}" if "reason" in self.params else self.code
