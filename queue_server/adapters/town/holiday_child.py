"""A process that knows public holidays: `python -m queue_server.adapters.town.holiday_child 2026 2031`.

Prints, for each German state, the days of those years with their names, as JSON. The library brings all
countries of the world with it (300 modules, 12 MB), which would stay in a server for good.
"""

import json
import sys
from collections.abc import Iterable
from typing import Final

from holidays.countries.germany import Germany

LANGUAGES: Final = {"de": "de", "en": "en_US"}


def of_years(years: Iterable[int]) -> dict[str, dict[str, dict[str, str]]]:
    """Return state → ISO date → language → name."""
    wanted = list(years)
    return {state: _of_state(state, wanted) for state in sorted(Germany.subdivisions)}


def _of_state(state: str, years: list[int]) -> dict[str, dict[str, str]]:
    named = {
        ours: Germany(subdiv=state, years=years, language=theirs, expand=False)
        for ours, theirs in LANGUAGES.items()
    }
    return {day.isoformat(): {one: named[one][day] for one in named} for day in sorted(named["de"])}


if __name__ == "__main__":
    first, last = (int(year) for year in sys.argv[1:])
    json.dump(of_years(range(first, last + 1)), sys.stdout)
