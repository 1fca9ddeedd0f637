"""The pictures of figures, as numbers for a template that draws SVG: bars, two lines, shades.

What must not live here: words, colours (style sheets have them), and what is shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

WIDE: Final = 720
HIGH: Final = 160
SHADES: Final = 5
_ROUND: Final = (1, 2, 2.5, 3, 4, 5)


def top_of(values: Sequence[int | None]) -> int:
    """Return a round number that none of the values exceeds: where the picture ends."""
    most = max((one for one in values if one is not None), default=0)
    step = 1
    while True:
        for factor in _ROUND:
            top = factor * step
            if top >= most and top == int(top):
                return int(top)
        step *= 10


def stacked(pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return bars of two parts each, one standing on the other."""
    top = top_of([low + high for low, high in pairs])
    room = WIDE / max(1, len(pairs))
    bars = []
    for place, (low, high) in enumerate(pairs):
        tall, both = _scaled(low, top), _scaled(low + high, top)
        bars.append(
            {
                "x": round(place * room + room * 0.12, 1),
                "width": round(room * 0.76, 1),
                "low_y": HIGH - tall,
                "low": tall,
                "high_y": HIGH - both,
                "high": both - tall,
            }
        )
    return {"bars": bars, "top": top, "width": WIDE, "height": HIGH}


def dots(lines: Sequence[Sequence[int | None]]) -> dict[str, Any]:
    """Return lines over the same parts; where a value is missing a line is interrupted."""
    top = top_of([value for line in lines for value in line])
    room = WIDE / max(1, *(len(line) for line in lines))
    return {"lines": [_line(line, room, top) for line in lines], "top": top, "width": WIDE, "height": HIGH}


def _line(values: Sequence[int | None], room: float, top: int) -> dict[str, Any]:
    points = [
        (round(place * room + room / 2, 1), HIGH - _scaled(value, top)) if value is not None else None
        for place, value in enumerate(values)
    ]
    strokes: list[list[str]] = [[]]
    for point in points:
        if point is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{point[0]},{point[1]}")
    return {
        "points": [point for point in points if point is not None],
        "strokes": [" ".join(one) for one in strokes if len(one) > 1],
    }


def strided(count: int, roomy: int, narrow: int) -> dict[int, bool]:
    """Return which of so many parts are named below a picture, and whether on a narrow screen too.

    At most `roomy` of them are, at most `narrow` where there is little room.
    """
    step = max(1, -(-count // roomy))
    step_narrow = step * max(1, -(-count // (step * narrow)))
    return {place: place % step_narrow == 0 for place in range(0, count, step)}


def feet(names: Mapping[int, str], narrow: Mapping[int, bool], count: int) -> list[dict[str, Any]]:
    """Return the names below a picture, each in the middle of its part, in per cent of the width."""
    return [
        {"x": round((place + 0.5) * 100 / count, 2), "name": name, "is_narrow": narrow[place]}
        for place, name in names.items()
    ]


def shade(value: int, most: int) -> int:
    """Return how dark a cell is, 0 (nothing) to `SHADES`."""
    return 0 if value <= 0 or most <= 0 else min(SHADES, 1 + value * SHADES // (most + 1))


def _scaled(value: int, top: int) -> int:
    return round(value * HIGH / top) if top else 0
