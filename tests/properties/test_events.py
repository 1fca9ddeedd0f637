"""Whatever happens comes back from the log as it was."""

import json
from datetime import UTC, datetime
from typing import Any, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import events as e
from queue_server.domain.events import KINDS, event_of, payload_of

MOMENTS = st.datetimes(timezones=st.just(UTC))
BY_HINT: dict[object, st.SearchStrategy[Any]] = {datetime: MOMENTS, datetime | None: st.none() | MOMENTS}
EVENTS = st.one_of(
    [
        st.builds(kind, **{k: BY_HINT[h] for k, h in get_type_hints(kind).items() if h in BY_HINT})
        for kind in KINDS.values()
    ]
)


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(EVENTS)
def test_every_event_comes_back_from_json_as_it_was(event: e.Event) -> None:
    stored = json.loads(json.dumps(payload_of(event)))
    assert event_of(event.type, stored) == event
