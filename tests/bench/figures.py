"""Small arithmetic of the benches: percentiles and how they are written in the table."""

from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def p50_p99(seconds: Sequence[float]) -> str:
    """Write median and 99th percentile in milliseconds."""
    return f"{percentile(seconds, 50) * 1e3:.2f} / {percentile(seconds, 99) * 1e3:.2f} ms"
