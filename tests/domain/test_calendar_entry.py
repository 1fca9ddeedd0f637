"""What makes a calendar's entry the same one ever after, and a later word win over an earlier."""

from datetime import UTC, datetime, timedelta

from queue_server.domain.calendar_entry import calendar_uid, revision

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_same_appointment_keeps_its_id() -> None:
    assert calendar_uid("musterstadt", "K7F3XA") == "k7f3xa@musterstadt.aufruf"
    assert calendar_uid("altena", "K7F3XA") != calendar_uid("musterstadt", "K7F3XA")


def test_each_change_has_a_higher_revision_at_whatever_site() -> None:
    assert revision(NOW, 5) < revision(NOW, 6) < revision(NOW + timedelta(minutes=1), 0)
    assert revision(NOW + timedelta(minutes=1), 4) > revision(NOW, 40_000)
    assert revision(NOW + timedelta(days=60 * 365), 63) < 2**31
