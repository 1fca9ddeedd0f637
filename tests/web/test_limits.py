"""How often somebody may ask, with a clock that the tests wind themselves."""

import asyncio
import threading

import pytest

from queue_server.domain.access import TooManyRequests
from queue_server.web.limits import UNLIMITED, Gate, Limits, Rate, RateLimiter, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused_for(limiter: RateLimiter, key: str = "kiosk-1") -> int:
    """Return the seconds to wait, 0 when the request passed."""
    try:
        limiter.check(key)
    except TooManyRequests as refusal:
        wait = refusal.params["retry_after_s"]
        assert isinstance(wait, int)
        return wait
    return 0


def test_a_burst_passes_and_the_next_is_told_when() -> None:
    limiter = RateLimiter(Rate(per_min=6, burst=3), clock=Clock())
    assert [refused_for(limiter) for _ in range(4)] == [0, 0, 0, 10]


def test_who_waits_as_told_gets_in() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(per_min=7, burst=2), clock=clock)
    for _ in range(20):
        clock.now += refused_for(limiter)
        if wait := refused_for(limiter):
            clock.now += wait
            assert refused_for(limiter) == 0


def test_refused_requests_do_not_lengthen_the_wait() -> None:
    limiter = RateLimiter(Rate(per_min=60, burst=1), clock=Clock())
    limiter.check("kiosk-1")
    assert {refused_for(limiter) for _ in range(100)} == {1}


def test_in_the_long_run_the_rate_holds() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(per_min=60, burst=5), clock=clock)
    passed = 0
    for _ in range(6000):
        clock.now += 0.1
        passed += refused_for(limiter) == 0
    assert 600 <= passed <= 606


def test_one_does_not_pay_for_another() -> None:
    limiter = RateLimiter(Rate(per_min=60, burst=1), clock=Clock())
    assert [refused_for(limiter, key) for key in ("a", "b", "a")] == [0, 0, 1]


def test_a_flood_of_names_does_not_fill_the_memory_nor_free_the_busy() -> None:
    limiter = RateLimiter(Rate(per_min=60, burst=1), clock=Clock(), most_keys=100)
    limiter.check("busy")
    for number in range(1000):
        limiter.check(f"stranger {number}")
        if number % 50 == 0:
            assert refused_for(limiter, "busy") == 1
    assert len(limiter._full_at) == 100


def test_without_a_rate_nothing_is_limited() -> None:
    limiter = RateLimiter(None)
    assert {refused_for(limiter) for _ in range(10_000)} == {0}
    limits = Limits(UNLIMITED)
    for _ in range(10_000):
        limits.check_ticket("kiosk-1")
        limits.check_pairing("10.0.0.7")


def test_a_thousand_phones_behind_one_address_come_back_at_once() -> None:
    limits = Limits(clock=Clock())
    for _ in range(1000):
        for bucket in ("status", "status", *["files"] * 12):  # the page, its socket, what it loads
            limits.check_stranger(bucket, "203.0.113.9")


def test_ipv6_is_counted_by_what_one_customer_holds() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::2:3:4:5")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("203.0.113.9") == "203.0.113.9"
    assert network_of("") == ""


async def test_few_slow_checks_run_at_once_and_too_many_are_sent_away() -> None:
    gate, hold = Gate(at_once=2, most_waiting=3), threading.Event()
    running: list[int] = []

    def slow() -> bool:
        running.append(1)
        hold.wait(5)
        return True

    inside = [asyncio.create_task(gate.run(slow)) for _ in range(5)]
    while len(running) < 2:
        await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await gate.run(slow)
    assert len(running) == 2
    hold.set()
    assert await asyncio.gather(*inside) == [True] * 5
    assert await gate.run(lambda: 7) == 7


async def test_a_check_that_fails_frees_its_place() -> None:
    gate = Gate(at_once=1, most_waiting=0)

    def broken() -> None:
        raise RuntimeError("broken")

    for _ in range(3):
        with pytest.raises(RuntimeError):
            await gate.run(broken)


def test_what_went_wrong_three_times_needs_a_pause() -> None:
    """References and numbers are short: a kiosk does not let anybody try them one after the other."""
    clock = Clock()
    limits = Limits(clock=clock)
    for _ in range(3):
        limits.check_check_in("kiosk-1")
        limits.note_wrong_check_in("kiosk-1")
    with pytest.raises(TooManyRequests) as refused:
        limits.check_check_in("kiosk-1")
    limits.check_check_in("kiosk-2")
    clock.now += int(str(refused.value.params["retry_after_s"]))
    limits.check_check_in("kiosk-1")


def test_asking_whether_one_may_counts_nothing() -> None:
    limiter = RateLimiter(Rate(per_min=6, burst=1), clock=Clock())
    for _ in range(5):
        limiter.check_only("kiosk-1")
    limiter.check("kiosk-1")
    with pytest.raises(TooManyRequests):
        limiter.check_only("kiosk-1")


def test_thirty_times_may_be_held_from_one_address_in_ten_minutes() -> None:
    """Failure 21: nobody without a token empties a day's times from one place."""
    clock = Clock()
    limits = Limits(clock=clock)
    for _ in range(30):
        limits.check_hold("10.0.0.7")
    with pytest.raises(TooManyRequests):
        limits.check_hold("10.0.0.7")
    clock.now += 600
    for _ in range(30):
        limits.check_hold("10.0.0.7")
