"""Two readers of calendar files that know nothing of each other, nor of the writer: ical.js and vobject."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]

SCRIPT = Path(__file__).with_name("read_ics.mjs")
Events = list[dict[str, Any]]


def by_ical_js(files: Sequence[bytes]) -> list[Events]:
    """Return the events of each file as ical.js reads them."""
    found = sorted(Path(sys.prefix).glob("ical.js-*/node_modules/ical.js/dist/ical.js"))
    if not found:
        pytest.fail("ical.js is missing: script/test installs it", pytrace=False)
    asked = json.dumps([file.decode() for file in files])
    done = subprocess.run(
        ["node", str(SCRIPT), str(found[-1])], input=asked.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    read: list[Events] = json.loads(done.stdout)
    return read


def by_vobject(files: Sequence[bytes]) -> list[Events]:
    """Return the events of each file as vobject reads them."""
    return [
        [_told(calendar, event) for event in calendar.vevent_list]
        for calendar in (vobject.readOne(file.decode()) for file in files)
    ]


def _told(calendar: Any, event: Any) -> dict[str, Any]:
    return {
        "method": calendar.method.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "summary": event.summary.value,
        "location": event.location.value,
        "description": event.description.value,
        "starts": int(event.dtstart.value.timestamp()),
        "ends": int(event.dtend.value.timestamp()),
        "status": event.status.value,
        "alarms": [int(alarm.trigger.value.total_seconds()) for alarm in getattr(event, "valarm_list", ())],
    }
