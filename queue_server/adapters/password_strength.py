"""Whether a password is hard to guess.

What lives here: the words that guessers of a German town hall try first, and the judge (zxcvbn). What must
not: hashing (`adapters.accounts`) and who may choose when (`web.signing_in`). There are no rules about
capitals, digits or signs: they make passwords worse (NIST SP 800-63B, 3.1.1.2; ASVS 5.0, 6.2.5).
"""

import re
import unicodedata
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Final

from queue_server.domain.sign_in import LEAST_PASSWORD, MOST_PASSWORD

JUDGED: Final = 64
"""So many signs are looked at: zxcvbn's time grows with the square, and a good beginning is enough."""
GOOD: Final = 4
"""More than 10^10 guesses (zxcvbn's highest mark): "Sommer2026!!" has 10^9.8 and is refused."""


def weakness(password: str, context: Iterable[str] = ()) -> str | None:
    """Return why the password is unfit, as `PasswordUnfit.reason`; None when it is fit.

    `context`: names that a stranger would try, such as the user's and the town's. Takes 2–25 ms.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) < LEAST_PASSWORD:
        return "short"
    if len(password) > MOST_PASSWORD:
        return "long"
    # Imported here: its lists of words take 40 ms and 8 MB, and most processes never need them.
    from zxcvbn import zxcvbn

    own = _words(context)
    judged: Any = zxcvbn(password[:JUDGED], user_inputs=[*own, *_guessed_first()], max_length=JUDGED)
    return None if judged["score"] >= GOOD else _reason(judged["sequence"], own)


def _guessed_first() -> list[str]:
    """Read what a German office's monthly change of password ends in; zxcvbn knows English."""
    return files("queue_server.adapters").joinpath("guessed_first.txt").read_text("utf-8").split()


def _words(context: Iterable[str]) -> list[str]:
    """Split names into words; the whole name counts as well."""
    names = [unicodedata.normalize("NFC", name).casefold() for name in context]
    parts = [part for name in names for part in re.split(r"[\W_]+", name)]
    return sorted({word for word in (*names, *parts) if len(word) > 2})


def _reason(sequence: list[dict[str, Any]], own: list[str]) -> str:
    """Name what the password is made of, by its longest part that is no mere random signs."""
    known = [match for match in sequence if match["pattern"] != "bruteforce"]
    if not known:
        return "guessable"
    longest = max(known, key=lambda match: len(match["token"]))
    if longest["pattern"] in {"repeat", "sequence", "spatial"}:
        return "pattern"
    if longest.get("matched_word") in own:
        return "context"
    return "common" if longest.get("dictionary_name") in {"user_inputs", "passwords"} else "guessable"
