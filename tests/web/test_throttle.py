"""Guessing passwords: slow from everywhere, and never in the way of the account's owner for good."""

import pytest

from queue_server.domain.access import TooManyRequests
from queue_server.web.limits import Limits
from queue_server.web.newcomers import browser_of
from queue_server.web.throttle import Strikes, Throttle
from tests.web.running import PASSWORD, Town

HOUR, DAY = 3600.0, 86400.0
SESSIONS = "/api/v1/sessions"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_throttle(clock: Clock) -> Throttle:
    return Throttle(Limits(clock=clock), clock=clock)


def wait_of(
    throttle: Throttle, address: str = "10.0.0.7", user: str = "beate", known: str | None = None
) -> int:
    """Try a wrong password; return how long one has to wait instead, 0 when it was looked at."""
    try:
        throttle.begin(user, address, known)
    except TooManyRequests as refusal:
        return int(str(refusal.params["retry_after_s"]))
    return 0


def test_after_five_mistakes_each_further_one_waits_longer_up_to_a_quarter_of_an_hour() -> None:
    clock = Clock()
    throttle = a_throttle(clock)
    waits = []
    for _ in range(12):
        wait = wait_of(throttle)
        if wait:
            waits.append(wait)
            clock.now += wait
            assert wait_of(throttle) == 0, "who waits as told is heard"
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_a_day_of_guessing_from_one_network_gets_about_a_hundred_guesses() -> None:
    clock = Clock()
    throttle, guesses = a_throttle(clock), 0
    begin = clock.now
    while clock.now < begin + DAY:
        guesses += wait_of(throttle) == 0
        clock.now += 10
    assert 90 <= guesses <= 110


def test_a_day_of_guessing_from_a_new_network_each_time_is_as_slow() -> None:
    clock = Clock()
    throttle, guesses = a_throttle(clock), 0
    for number in range(int(DAY / 10)):
        guesses += wait_of(throttle, f"2001:db8:{number // 60000:x}:{number % 60000:x}::1") == 0
        clock.now += 10
    assert 100 <= guesses <= 140


def test_the_owners_browser_is_let_in_while_strangers_guess_from_everywhere() -> None:
    clock = Clock()
    throttle = a_throttle(clock)
    for number in range(200):
        wait_of(throttle, f"203.0.113.{number}")
    assert wait_of(throttle, "198.51.100.1") > 0
    assert wait_of(throttle, "203.0.113.1", known="my own browser") == 0


def test_a_stranger_in_another_network_does_not_slow_a_new_browser_down() -> None:
    throttle = a_throttle(Clock())
    for _ in range(20):
        wait_of(throttle, "203.0.113.9")
    assert wait_of(throttle, "203.0.113.9") > 0
    assert wait_of(throttle, "198.51.100.1") == 0


def test_a_known_browser_that_was_stolen_may_not_guess_on_and_on() -> None:
    throttle = a_throttle(Clock())
    waits = [wait_of(throttle, f"203.0.113.{n}", known="stolen") for n in range(8)]
    assert waits == [0] * 5 + [30] * 3


def test_signing_in_rightly_never_counts_and_forgives_the_mistakes_before() -> None:
    throttle = a_throttle(Clock())
    for _ in range(100):
        throttle.begin("beate", "10.0.0.7", None).right()
    for _ in range(4):
        assert wait_of(throttle) == 0
    throttle.begin("beate", "10.0.0.7", None).right()
    assert [wait_of(throttle) for _ in range(6)] == [0] * 5 + [30]


def test_one_password_tried_with_many_names_is_slow_and_the_office_still_gets_in() -> None:
    clock = Clock()
    throttle = a_throttle(clock)
    tried = [wait_of(throttle, user=f"user{n}") == 0 for n in range(100)]
    assert sum(tried) == 30
    assert wait_of(throttle, user="beate", known="her own browser") == 0
    clock.now += HOUR
    assert wait_of(throttle, user="somebody new") == 0


def test_attempts_at_the_same_time_are_counted_before_they_are_answered() -> None:
    throttle = a_throttle(Clock())
    assert [wait_of(throttle) for _ in range(50)].count(0) == 5


def test_what_was_not_looked_at_does_not_count() -> None:
    throttle = a_throttle(Clock())
    for _ in range(50):
        throttle.begin("beate", "10.0.0.7", None).unseen()
    assert wait_of(throttle) == 0


def test_the_mistakes_of_yesterday_are_forgotten() -> None:
    clock = Clock()
    throttle = a_throttle(clock)
    for _ in range(6):
        wait_of(throttle)
    clock.now += DAY
    assert [wait_of(throttle) for _ in range(6)] == [0] * 5 + [30]


def test_a_flood_of_names_fills_no_memory_and_frees_nobody_who_waits() -> None:
    strikes = Strikes(free=1, clock=Clock(), most_keys=100)
    strikes.take("guessed at")
    for number in range(1000):
        strikes.take(f"stranger {number}")
        if number % 50 == 0:
            with pytest.raises(TooManyRequests):
                strikes.take("guessed at")
    assert len(strikes._counts) == 100


async def test_a_browser_that_was_in_is_known_by_a_cookie_that_opens_nothing(town: Town) -> None:
    town.house.throttle = Throttle(Limits(), clock=Clock())
    first = await town.client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
    cookie = next(one for one in first.headers.get_list("set-cookie") if "aufruf_known_" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "anna" not in cookie
    await town.client.delete(SESSIONS)
    known = {name: value for name, value in town.client.cookies.items() if name.startswith("aufruf_known_")}
    assert len(known) == 1, "it stays when signing out"
    assert (await town.client.get(SESSIONS)).json()["role"] == "visitor"

    town.client.cookies.clear()
    wrong = {"user": "anna", "password": "falsch"}
    statuses = [(await town.client.post(SESSIONS, json=wrong)).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    right = {"user": "anna", "password": PASSWORD}
    assert (await town.client.post(SESSIONS, json=right)).status_code == 429
    pair = "; ".join(f"{name}={value}" for name, value in known.items())
    again = await town.client.post(SESSIONS, json=right, headers={"cookie": pair})
    assert again.status_code == 201


async def test_one_accounts_cookie_is_none_of_anothers(town: Town) -> None:
    town.house.throttle = Throttle(Limits(), clock=Clock())
    await town.client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
    (name, value), *_ = [pair for pair in town.client.cookies.items() if pair[0].startswith("aufruf_known_")]
    await town.client.post(SESSIONS, json={"user": "admin", "password": PASSWORD})
    others = [other for other in town.client.cookies if other.startswith("aufruf_known_") and other != name]
    town.client.cookies.clear()
    pair = {"cookie": f"{others[0]}={value}"}
    wrong = {"user": "admin", "password": "falsch"}
    for _ in range(5):
        await town.client.post(SESSIONS, json=wrong)
    assert (await town.client.post(SESSIONS, json=wrong, headers=pair)).status_code == 429


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/131.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome, Windows"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {SAFARI}", "Safari, iPhone"),
        ("python-httpx2/2.16", ""),
        ("", ""),
        ("Firefox/" * 5000, "Firefox"),
    ],
)
def test_of_a_browser_only_its_kind_and_system_are_kept(user_agent: str, told: str) -> None:
    assert browser_of(user_agent) == told
