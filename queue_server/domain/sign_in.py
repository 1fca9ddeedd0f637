"""The rules of proving who one is by a password: how long it is, how slow guessing is, what is refused.

What must not live here: who may do what (`domain.access`), hashing, and the judge of a password's strength
(`adapters`).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from queue_server.domain.errors import Refusal

LEAST_PASSWORD: Final = 12
"""Length protects, rules about signs do not (NIST SP 800-63B, 3.1.1.2; ASVS 5.0, 6.2.5)."""
MOST_PASSWORD: Final = 128
"""ASVS 5.0, 6.2.9 asks for 64 at least; above this somebody sends a book, which costs time to hash."""


FREE_TRIES: Final = 5
"""So many wrong passwords cost nothing: for one browser or network, with one user name."""
FREE_TRIES_OF_ALL: Final = 30
"""And so many from all strange networks together, which is where a guesser with many addresses ends."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""A ceiling: 96 guesses a day find nothing, and nobody is locked out for good (ASVS 5.0, 6.3.1)."""
FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Wrong passwords of yesterday do not count."""


def wait_after(wrong_count: int, free: int = FREE_TRIES) -> timedelta:
    """Return how long to wait after the last of so many wrong passwords: 30 s, 1, 2, 4, 8, 15 minutes."""
    if wrong_count < free:
        return timedelta(0)
    wait = FIRST_WAIT
    for _ in range(min(wrong_count - free, 10)):
        wait *= 2
    return min(wait, LONGEST_WAIT)


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the town's own directory. `subject` never changes; `user` and `groups` may."""

    subject: str
    user: str
    groups: frozenset[str]


class DirectoryUnavailable(Refusal):
    """The town's directory does not answer, or not as it should; passwords still work."""

    code = "directory_unavailable"


class DirectoryRefused(Refusal):
    """The way back from the town's directory is not the one that began here, or its token is not right."""

    code = "directory_refused"


class NotAdmittedHere(Refusal):
    """The person is right, but has no `account` here, or is in no `group` that may come in."""

    code = "not_admitted_here"

    @property
    def text(self) -> str:
        return "no_group_here" if self.params.get("reason") == "group" else self.code


class SignInElsewhere(Refusal):
    """The password is right, but this account signs in with the town's directory."""

    code = "sign_in_elsewhere"
