"""The counter's small client: hears staff alarms when no page is open, sounds, and calls for help itself.

It holds one socket that tells alarms and nothing else, comes back by itself, and knows no rule: what is to be
done with an alarm stands in its `told`. What must not live here: how a sound is made (`player`).
"""

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from websockets.exceptions import InvalidStatus, WebSocketException

from counter_client.client import CounterClient, Refused, Unreachable
from counter_client.player import Siren, find_player, write_siren
from queue_server.protocol import HEARTBEAT_S, AlarmEntry

SILENCE_S: Final = 3 * HEARTBEAT_S
"""After so long without a beat the line is dead, whatever TCP says."""
FIRST_REST_S: Final = 0.5
LONGEST_REST_S: Final = 8.0
LONGEST_SOUND_S: Final = 600.0
"""An empty room must not ring all night."""
Say = Callable[[str], None]


class Sound(Protocol):
    """What sounds; `counter_client.player.Siren` does."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Watch:
    """What one counter's small client knows. `say` prints, `notify` shows it on the desktop."""

    def __init__(self, counter: str, sound: Sound, say: Say, notify: Say) -> None:
        self._counter = counter
        self._sound = sound
        self._say = say
        self._notify = notify
        self._heard: dict[str, float] = {}
        self._acknowledged: set[str] = set()
        self._alarms: Sequence[AlarmEntry] = ()

    def take(self, alarms: Sequence[AlarmEntry], now: float) -> None:
        """Take in what runs: the whole picture, so that nothing is missed over a break."""
        before, self._alarms = {one["id"]: one for one in self._alarms}, alarms
        running = {one["id"]: one for one in alarms}
        for id_, one in running.items():
            if id_ not in before:
                self._heard.setdefault(id_, now)
                self._tell(one)
        for id_ in before.keys() - running.keys():
            self._say(f"over: {in_short(before[id_])}")
        self.tick(now)

    def tick(self, now: float) -> None:
        """Sound what has to sound now, and nothing else."""
        if any(self._must_sound(one, now) for one in self._alarms):
            self._sound.start()
        else:
            self._sound.stop()

    def acknowledge(self) -> None:
        """Silence what sounds; the next alarm sounds again."""
        self._acknowledged.update(one["id"] for one in self._alarms)
        self._sound.stop()

    def _must_sound(self, one: AlarmEntry, now: float) -> bool:
        goes = any(place["counter_id"] == self._counter for place in one["going"])
        is_young = now - self._heard[one["id"]] < LONGEST_SOUND_S
        return one["told"] == "far" and not goes and is_young and one["id"] not in self._acknowledged

    def _tell(self, one: AlarmEntry) -> None:
        self._say(in_short(one))
        if one["told"] != "raised":
            self._notify(in_short(one))


def in_short(one: AlarmEntry) -> str:
    """Say an alarm in a line: when, which room, which counter in it, on which floor."""
    place = one["place"]
    where = " / ".join(part for part in (place["room"], place["name"], place["floor"]) if part) or "desk"
    return f"{'TEST ALARM' if one['test'] else 'ALARM'} {one['raised']} {where}"


def listen(client: CounterClient, watch: Watch, stopped: threading.Event, say: Say) -> int:
    """Listen until told to stop; come back after every break. 1: the server refuses this token or counter."""
    rest_s, was_lost = FIRST_REST_S, False
    while not stopped.is_set():
        try:
            with client.alarms() as receive:
                while not stopped.is_set():
                    message = receive(SILENCE_S)
                    if was_lost:
                        say("connected again")
                    rest_s, was_lost = FIRST_REST_S, False
                    if "alarms" in message:
                        watch.take(message["alarms"], time.monotonic())
                    watch.tick(time.monotonic())
        except InvalidStatus as refused:
            if refused.response.status_code in {401, 403, 404}:
                say(f"refused with status {refused.response.status_code}: look at the token and the counter")
                return 1
        except (OSError, TimeoutError, WebSocketException):
            pass
        if not was_lost and not stopped.is_set():
            say("the server cannot be reached; trying again")
            was_lost = True
        watch.tick(time.monotonic())  # without the server, too, a sound has its end
        stopped.wait(rest_s * (0.5 + random.random() / 2))  # noqa: S311 - so that not all come back at once
        rest_s = min(LONGEST_REST_S, rest_s * 2)
    return 0


def run(client: CounterClient, player: str | None) -> int:
    """Watch for the counter until Ctrl-C. SIGUSR1 calls for help, SIGUSR2 silences what sounds."""
    with tempfile.TemporaryDirectory(prefix="aufruf-") as folder:
        siren, found = Path(folder) / "siren.wav", find_player(player)
        if found is None:
            _print(
                "no player was found (pw-play, paplay, aplay, afplay, ffplay): alarms are shown, not heard"
            )
        else:
            write_siren(siren)
        sound = Siren([] if found is None else [found[0], *found[1](str(siren))])
        watch = Watch(client.counter, sound if found else _NoSound(), _print, _notify)
        stopped = threading.Event()
        _on_signal("SIGTERM", stopped.set)
        _on_signal("SIGUSR1", lambda: threading.Thread(target=_raise, args=(client,)).start())
        _on_signal("SIGUSR2", watch.acknowledge)
        _print(f"watching for {client.counter}, sound by {Path(found[0]).name if found else 'nothing'}")
        try:
            return listen(client, watch, stopped, _print)
        except KeyboardInterrupt:
            return 0
        finally:
            sound.stop()


class _NoSound:
    def start(self) -> None:
        return

    def stop(self) -> None:
        return


def _raise(client: CounterClient) -> None:
    try:
        client.raise_alarm()
    except (Refused, Unreachable) as problem:
        _print(f"the alarm did not get through: {problem}")


def _on_signal(name: str, act: Callable[[], object]) -> None:
    number: Any = getattr(signal, name, None)  # Windows knows only some
    if number is not None and threading.current_thread() is threading.main_thread():
        signal.signal(number, lambda *_: act())


def _print(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def _notify(text: str) -> None:
    program = shutil.which("notify-send")
    if program is not None:
        subprocess.Popen([program, "-u", "critical", "-a", "Aufruf", text])  # noqa: S603
