"""Failure 24, away from the hall: bookings, who came, searches and what is measured equal the events.

Random days are lived as a list of small stories. The naive fold counts by asking the whole log one question
after another ("was this appointment ever checked in?"), and shares
nothing with `domain.figures` but the words.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.business_day import ends_at
from queue_server.domain.entry import Entry
from queue_server.domain.figures.day import Booked, figures_of
from queue_server.domain.figures.tally import Tally
from tests.domain.builders import DAY

ZONE = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(DAY.year, DAY.month, DAY.day, tzinfo=ZONE)
SERVICES = ("passport", "car", "wedding")
ABOUT = ("AppointmentRequested", "AppointmentBooked", "AppointmentCancelled", "AppointmentMissed")
IDS = st.integers(1, 3)
HOURS = ((8 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))

an_appointment = st.builds(
    Booked,
    service=st.sampled_from(SERVICES),
    channel=st.sampled_from(("portal", "desk", "kiosk", "api")),
    minutes=st.sampled_from((10, 25, 60)),
    asked=st.booleans(),
    starts_at=st.integers(7 * 60, 17 * 60).map(lambda minute: at(minute).astimezone(UTC)),
)
of_appointments = st.tuples(
    st.sampled_from((*ABOUT, "AppointmentCheckedIn")), IDS.map(lambda id_: {"appointment": id_})
)
a_deed = st.one_of(
    of_appointments,
    st.tuples(
        st.just("SearchesFoundNothing"),
        st.lists(st.tuples(st.sampled_from((*SERVICES, "")), st.integers(1, 4)), min_size=1, max_size=3).map(
            lambda found: {"services": [list(one) for one in found]}
        ),
    ),
    st.tuples(
        st.just("DayMeasured"),
        st.fixed_dictionaries(
            {
                "opening": st.sampled_from([[], [list(one) for one in HOURS], [[0, 1440]]]),
                "capacity_min": st.sampled_from((0, 480)),
                "earliest": st.dictionaries(st.sampled_from(SERVICES), st.integers(-1, 40)).map(
                    lambda found: [list(one) for one in found.items()]
                ),
            }
        ),
    ),
    st.tuples(
        st.just("CallSettled"),
        st.fixed_dictionaries(
            {
                "call": st.integers(1, 4),
                "assigned_count": st.integers(0, 2),
                "shown_count": st.integers(0, 2),
                "sound": st.sampled_from(("started", "failed", "none", "fetched")),
            }
        ),
    ),
)
a_minute = st.one_of(st.integers(0, 1439), st.sampled_from((480, 720, 810, 1080)))
a_log = st.builds(
    lambda *some: [one for deeds in some for one in deeds],
    st.lists(st.tuples(a_minute, of_appointments), min_size=8, max_size=20),
    st.lists(st.tuples(a_minute, a_deed), max_size=12),
)


def at(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def lived(deeds: list[tuple[int, tuple[str, dict[str, Any]]]]) -> list[Entry]:
    told = sorted(deeds, key=lambda one: one[0])
    return [Entry(n, at(minute).astimezone(UTC), *deed) for n, (minute, deed) in enumerate(told, 1)]


def judged(call: int, assigned_count: int, shown_count: int, sound: str) -> str:
    if sound == "fetched" or assigned_count == 0:
        return "fetched"
    if sound == "none":
        return "fetched" if shown_count else "failed"
    return "confirmed" if sound == "started" and shown_count else "failed"


class Naive:
    """Asks the whole log again for each figure."""

    def __init__(self, log: list[Entry], booked: dict[int, Booked], *, is_over: bool) -> None:
        self.log, self.booked, self.tally = log, booked, Tally()
        noon = self.of("DayMeasured")[:1]
        for id_, one in booked.items():
            self.count_booking(id_, one, noon)
        for entry in noon:
            self.count_noon(entry.payload, is_over=is_over)
        for entry in self.of("SearchesFoundNothing"):
            for service, n in entry.payload["services"]:
                kind = "found_nothing" if service else "no_concern"
                self.tally.count(kind, service, local(entry).hour, by=n)
        for call in {entry.payload["call"] for entry in self.of("CallSettled")}:
            first = next(one for one in self.of("CallSettled") if one.payload["call"] == call)
            self.tally.count("calls", "", local(first).hour)
            what = judged(**first.payload)
            if what != "failed":
                self.tally.count(f"calls_{what}", "", local(first).hour)

    def of(self, kind: str, id_: int | None = None) -> list[Entry]:
        return [e for e in self.log if e.kind == kind and (id_ is None or e.payload["appointment"] == id_)]

    def made(self, id_: int, one: Booked) -> Iterator[Entry]:
        """Yield when it was booked: at once, or when it was asked for if somebody had to confirm it."""
        yield from self.of("AppointmentRequested", id_)
        if not one.asked:
            yield from self.of("AppointmentBooked", id_)

    def count_booking(self, id_: int, one: Booked, noon: list[Entry]) -> None:
        for entry in self.made(id_, one):
            when = local(entry)
            self.tally.count("bookings", one.service, when.hour)
            self.tally.count(f"by_{one.channel}", one.service, when.hour)
            if noon:
                self.tally.count("bookings_judged", one.service, when.hour)
                minute = when.hour * 60 + when.minute
                if not any(minute in range(*span) for span in noon[0].payload["opening"]):
                    self.tally.count("bookings_outside", one.service, when.hour)
        for entry in self.of("AppointmentCancelled", id_):
            self.tally.count("bookings_cancelled", one.service, local(entry).hour)
        ends = [*self.of("AppointmentCheckedIn", id_), *self.of("AppointmentMissed", id_)]
        if ends:
            hour = one.starts_at.astimezone(ZONE).hour
            self.tally.count("appointments", one.service, hour)
            if max(ends, key=lambda entry: entry.seq).kind == "AppointmentMissed":
                self.tally.count("missed", one.service, hour)

    def count_noon(self, told: Mapping[str, Any], *, is_over: bool) -> None:
        self.tally.count("measured_days", "", 0)
        for service, days in told["earliest"]:
            if days < 0:
                self.tally.count("none_free", service, 0)
            else:
                self.tally.time("earliest", service, 0, days)
        due = [
            id_
            for id_ in self.booked
            if self.of("AppointmentCheckedIn", id_) or self.of("AppointmentMissed", id_)
        ]
        if is_over and told["capacity_min"]:
            self.tally.count("capacity_min", "", 0, by=told["capacity_min"])
            self.tally.count("booked_min", "", 0, by=sum(self.booked[id_].minutes for id_ in due))


def local(entry: Entry) -> datetime:
    return entry.at.astimezone(ZONE)


def some(tally: Tally) -> tuple[dict[Any, int], dict[Any, dict[int, int]]]:
    """Return what was counted, without noughts."""
    return {key: n for key, n in tally.counts.items() if n}, tally.times


@settings(max_examples=150, deadline=None)
@given(a_log, st.dictionaries(IDS, an_appointment), st.booleans())
def test_bookings_misses_searches_and_measures_equal_a_naive_fold(
    deeds: list[tuple[int, tuple[str, dict[str, Any]]]], booked: dict[int, Booked], is_over: bool
) -> None:
    """Failure 24: statistics equal the events. Of an appointment nobody knows of nothing counts."""
    log = lived(deeds)
    now = None if is_over else at(1439).astimezone(UTC)
    counted = figures_of(log, booked, ZONE, ends_at(DAY, ZONE), now)
    assert some(counted) == some(Naive(log, booked, is_over=is_over).tally)
