"""The counter's small client: what sounds and what does not, that it comes back, and a real server."""

import json
import stat
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from counter_client.client import CounterClient
from counter_client.player import RATE, Siren, find_player, write_siren
from counter_client.watch import LONGEST_SOUND_S, Watch, listen
from tests.counter_client.conftest import Hall

DESK = {"counter_id": "", "room": "", "name": "", "floor": ""}


def an_alarm(id_: str = "a", told: str = "far", **changes: Any) -> Any:
    place = {"counter_id": "rathaus-1", "room": "1", "name": "", "floor": "EG"}
    usual = {
        "id": id_,
        "place": place,
        "told": told,
        "test": False,
        "raised": "10:42",
        "age_ms": 0,
        "going": [],
    }
    return usual | changes


class Ear:
    """Stands for the loudspeaker."""

    def __init__(self) -> None:
        self.sounds = False

    def start(self) -> None:
        self.sounds = True

    def stop(self) -> None:
        self.sounds = False


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watch(ear: Ear, said: list[str]) -> Watch:
    return Watch("rathaus-2", ear, said.append, lambda text: said.append(f"notice {text}"))


@pytest.mark.parametrize(("told", "sounds"), [("far", True), ("near", False), ("raised", False)])
def test_it_sounds_where_the_server_says_so(watch: Watch, ear: Ear, told: str, sounds: bool) -> None:
    watch.take([an_alarm(told=told)], 0)
    assert ear.sounds is sounds


def test_it_is_silent_once_somebody_goes_from_here_or_it_is_over(
    watch: Watch, ear: Ear, said: list[str]
) -> None:
    watch.take([an_alarm()], 0)
    heard = []
    for going in ([DESK], [DESK | {"counter_id": "rathaus-2"}]):
        watch.take([an_alarm(going=going)], 1)
        heard.append(ear.sounds)
    assert heard == [True, False], "that others go silences nothing here"
    watch.take([], 3)
    assert said == ["ALARM 10:42 1 / EG", "notice ALARM 10:42 1 / EG", "over: ALARM 10:42 1 / EG"]


def test_what_was_acknowledged_is_silent_and_the_next_one_sounds(watch: Watch, ear: Ear) -> None:
    watch.take([an_alarm()], 0)
    watch.acknowledge()
    watch.take([an_alarm()], 1)
    assert not ear.sounds
    watch.take([an_alarm(), an_alarm("b")], 2)
    assert ear.sounds


def test_an_empty_room_does_not_ring_all_night(watch: Watch, ear: Ear) -> None:
    watch.take([an_alarm()], 0)
    heard = []
    for now in (LONGEST_SOUND_S - 1, LONGEST_SOUND_S):
        watch.tick(now)
        heard.append(ear.sounds)
    assert heard == [True, False]


def test_where_it_was_raised_no_notice_comes(watch: Watch, said: list[str]) -> None:
    watch.take([an_alarm(told="raised", place=DESK, test=True)], 0)
    assert said == ["TEST ALARM 10:42 desk"]


def until(true: Callable[[], bool], within_s: float = 10) -> None:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < within_s, "it never came"
        time.sleep(0.01)


def test_it_comes_back_and_sees_what_runs_then(watch: Watch, ear: Ear, said: list[str]) -> None:
    visits: list[str] = []

    def answer(socket: ServerConnection) -> None:
        visits.append(str(socket.request and socket.request.path))
        if len(visits) == 1:
            return  # gone without a word
        socket.send(json.dumps({"alarms": [an_alarm()]}))
        until(stopped.is_set)

    stopped = threading.Event()
    with serve(answer, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        with CounterClient(f"http://127.0.0.1:{port}", "rathaus-2", token="t") as client:
            listening = threading.Thread(target=listen, args=(client, watch, stopped, said.append))
            listening.start()
            until(lambda: ear.sounds)
            stopped.set()
            listening.join(15)
        server.shutdown()
    assert set(visits) == {"/live/counters/rathaus-2/alarms"}
    assert said[:2] == ["the server cannot be reached; trying again", "connected again"]


def test_a_server_that_goes_away_makes_no_sound_endless(
    watch: Watch, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the sound must not hang on a word of the server."""
    stopped = threading.Event()

    class Gone(CounterClient):
        def alarms(self) -> Any:
            raise ConnectionRefusedError

    monkeypatch.setattr("counter_client.watch.LONGEST_SOUND_S", 0.2)
    monkeypatch.setattr("counter_client.watch.LONGEST_REST_S", 0.1)
    watch.take([an_alarm()], time.monotonic())
    assert ear.sounds
    with Gone("http://127.0.0.1:1", "rathaus-2", token="t") as client:
        listening = threading.Thread(target=listen, args=(client, watch, stopped, lambda _: None))
        listening.start()
        until(lambda: not ear.sounds)
        stopped.set()
        listening.join(15)


@pytest.fixture
def player(tmp_path: Path) -> tuple[Path, Path]:
    """A program that notes what it was given to play, and the file where it does."""
    program, notes = tmp_path / "player", tmp_path / "played"
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(notes)!r}, 'a').write(sys.argv[1])\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program, notes


def test_a_player_plays_again_until_it_is_stopped(tmp_path: Path, player: tuple[Path, Path]) -> None:
    found = find_player(str(player[0]))
    assert found is not None
    siren = Siren([found[0], *found[1]("x")])
    siren.start()
    until(lambda: player[1].exists() and player[1].read_text().count("x") >= 2)
    siren.stop()
    assert not siren.sounds
    assert find_player(str(tmp_path / "missing")) is None


def test_the_siren_is_a_file_that_players_read(tmp_path: Path) -> None:
    write_siren(tmp_path / "siren.wav")
    with wave.open(str(tmp_path / "siren.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert 7 < file.getnframes() / RATE < 9


@pytest.fixture
def colleague(hall: Hall) -> Iterator[CounterClient]:
    token = hall.token("--role", "clerk", "--site", "rathaus", "--user", "bernd")
    with CounterClient(hall.server.url, "rathaus-2", token=token) as client:
        yield client


def test_a_real_server_is_heard_and_the_own_alarm_is_silent(
    hall: Hall, colleague: CounterClient, watch: Watch, ear: Ear, said: list[str]
) -> None:
    """Failure 25: no page is open at this counter."""
    stopped = threading.Event()
    listening = threading.Thread(target=listen, args=(colleague, watch, stopped, said.append))
    listening.start()
    try:
        raised = hall.anna.raise_alarm(test=True)
        until(lambda: ear.sounds)
        hall._http.post(f"/sites/rathaus/alarms/{raised['id']}", json={"act": "end"}).raise_for_status()
        until(lambda: not ear.sounds)
        own = colleague.raise_alarm(test=True)
        until(lambda: len(said) >= 4)
        assert not ear.sounds
        hall._http.post(f"/sites/rathaus/alarms/{own['id']}", json={"act": "end"}).raise_for_status()
    finally:
        stopped.set()
        listening.join(15)


def test_a_token_that_is_not_good_ends_it(hall: Hall, watch: Watch, said: list[str]) -> None:
    with CounterClient(hall.server.url, "rathaus-2", token="nonsense") as client:
        assert listen(client, watch, threading.Event(), said.append) == 1
    assert "401" in said[0]
