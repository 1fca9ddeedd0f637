"""The states of a component without a hand on it: rules of our stylesheets, written for a class.

`.button:hover { … }` becomes `.button.is-hover { … }`, and what stands under `prefers-contrast: more` stands
without that question when it was asked for. What the style guide shows by this is the product's own rule:
neither can drift away from the other, and no stylesheet carries classes that only the guide uses. What must
not live here: samples (templates/styleguide).
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

CONTRAST: Final = "(prefers-contrast: more)"
CALM: Final = "(prefers-reduced-motion: reduce)"

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_STATE: Final = re.compile(r":(hover|active|focus)(?:-visible)?(?![\w-])")
_LEFT_OUT: Final = ("@keyframes", "@media print", "@page")


def states_of(css: str, asked: Collection[str] = ()) -> str:
    """Return the rules for hands, keys and, of the `asked` media, for eyes, in their order."""
    return "".join(_rules(_COMMENT.sub("", css), asked, whole=False))


def _rules(css: str, asked: Collection[str], *, whole: bool) -> Iterator[str]:
    """`whole`: the question around these rules is answered, so that plain ones count too."""
    for prelude, body in blocks(css):
        if prelude.startswith(_LEFT_OUT):
            continue
        if prelude.startswith("@"):
            answered = prelude.removeprefix("@media").strip() in asked
            inner = "".join(_rules(body, asked, whole=whole or answered))
            yield (inner if answered else f"{prelude}{{{inner}}}") if inner else ""
            continue
        if whole:
            yield f"{prelude}{{{body}}}"
        by_hand = [_STATE.sub(r".is-\1", one) for one in selectors(prelude) if _is_of_a_hand(one)]
        if by_hand:
            yield f"{','.join(by_hand)}{{{body}}}"


def _is_of_a_hand(selector: str) -> bool:
    """What is so only *without* a hand stays with the product's own rule."""
    return bool(_STATE.search(selector)) and ":not(:" not in selector


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each outermost brace, and what stands within."""
    depth, begin, opened, prelude = 0, 0, 0, ""
    for at, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                prelude, opened = css[begin:at].strip(), at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield prelude, css[opened:at].strip()
                begin = at + 1


def selectors(prelude: str) -> list[str]:
    """Split a list of selectors at the commas that stand in no bracket."""
    found, depth = [""], 0
    for sign in prelude:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return [one.strip() for one in found]
