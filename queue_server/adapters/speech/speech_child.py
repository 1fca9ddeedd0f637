"""One text, one process: `python -m queue_server.adapters.speech.speech_child` renders it and ends.

Reads one JSON task from standard input, writes one JSON answer as the last line of standard output.
Here lives everything that touches a speech engine. The server must not import this: pyttsx3
loses the first of two queued texts, mixes files up between threads, and reports success for
an unwritable path or an unknown voice (which silently becomes English). A process for each text can do
none of it, and can be killed.
"""

import contextlib
import ctypes
import io
import json
import os
import signal
import subprocess
import sys
import threading
import wave
from array import array
from pathlib import Path
from typing import Final

from queue_server.adapters.speech import loudness

NICENESS = 10  # a call being answered always goes before a text rendered ahead
LONGEST_S = 60
SHORTEST_S = 0.15  # "ja" takes 0.3 s; anything shorter is a fragment


_RATE: Final = 1  # espeakRATE of speak_lib.h


class UnusableSpeechError(Exception):
    """The engine gave no usable speech."""


def main() -> None:
    """Do the one task and answer; an error is an answer too, with status 1."""
    os.nice(NICENESS)
    # Who waits for the answer may be gone, and the engine's own thread may hang: nobody else would end this.
    signal.alarm(LONGEST_S)
    try:
        task = json.load(sys.stdin)
        with contextlib.redirect_stdout(sys.stderr):  # pyttsx3 prints
            answer = ENGINES[task["engine"]](task)
    except Exception as error:  # every failure must reach the parent, with its reason
        answer = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.exit("error" in answer)


def _pyttsx3(task: dict[str, str]) -> dict[str, object]:
    version = _load_espeak()
    import pyttsx3

    engine = pyttsx3.init("espeak")
    if task["act"] == "describe":
        return {"version": version, "voices": [voice.id for voice in engine.getProperty("voices")]}
    raw = Path(task["path"] + ".raw")
    _settle(task["voice"], int(task["rate"]))
    engine.save_to_file(task["text"], str(raw))
    # runAndWait comes back after 10 ms whether or not espeak's own thread is done: on a busy machine
    # 4 of 60 files were missing or half written. The event comes after the file is closed.
    finished = threading.Event()
    engine.connect("finished-utterance", lambda **_: finished.set())
    engine.runAndWait()
    finished.wait()  # the parent's deadline limits it
    if engine.getProperty("voice") != task["voice"]:
        raise UnusableSpeechError(f"voice {task['voice']} became {engine.getProperty('voice')}")
    return _finish(raw.read_bytes(), Path(task["path"]))


def _settle(voice: str, rate: int) -> None:
    """Set voice and rate, each when espeak's own thread has done what came before.

    Through pyttsx3 they overtake each other on a busy machine: one text in 240 was spoken at the 200 words a
    minute with which pyttsx3 begins, and would have stayed so in the cache.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())  # loaded already: the same one
    library.espeak_Synchronize()
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_Synchronize()
    library.espeak_SetParameter(_RATE, rate, 0)
    library.espeak_Synchronize()
    if library.espeak_GetParameter(_RATE, 1) != rate:
        raise UnusableSpeechError(f"rate {rate} was not taken")


def _load_espeak() -> str:
    """Load the wheel's library before pyttsx3 looks for one by name; return its version.

    The dynamic linker hands out a loaded library for its soname, so pyttsx3's plain
    "libespeak-ng.so.1" becomes this one and an older one of the system is never mixed with these data.
    """
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = ctypes.c_char_p
    return str(library.espeak_Info(None).decode())


def _espeak_ng(task: dict[str, str]) -> dict[str, object]:
    if task["act"] == "describe":
        version, listing = _run(["--version"]).decode(), _run(["--voices"]).decode()
        # Pty Language Age/Gender VoiceName File ...
        voices = [line.split()[4] for line in listing.splitlines()[1:]]
        return {"version": version.partition(": ")[2].split()[0], "voices": voices}
    options = ["-v", task["voice"], "-s", task["rate"], "--stdin", "--stdout"]
    return _finish(_run(options, task["text"]), Path(task["path"]))


def _run(options: list[str], text: str = "") -> bytes:
    done = subprocess.run(["espeak-ng", *options], input=text.encode(), capture_output=True, check=False)  # noqa: S603, S607 - no shell; the operator's PATH decides
    if done.returncode:
        raise UnusableSpeechError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _finish(raw: bytes, path: Path) -> dict[str, object]:
    """Check, trim and level what the engine made, and write it to `path`."""
    samples, rate = _read(raw)
    spoken = loudness.trim(samples, rate)
    if len(spoken) < SHORTEST_S * rate:
        raise UnusableSpeechError("silent or too short")
    finished = loudness.normalise(spoken, rate)
    _write(path, finished, rate)
    return {"duration_ms": round(1000 * len(finished) / rate)}


def _read(raw: bytes) -> "tuple[array[int], int]":
    with wave.open(io.BytesIO(raw)) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            raise UnusableSpeechError("not mono 16 bit")
        # A pipe has no length: espeak-ng --stdout claims 2^31 bytes, so take what is there.
        samples = array("h", file.readframes(len(raw) // 2))
        rate = file.getframerate()
    if sys.byteorder == "big":
        samples.byteswap()
    return samples, rate


def _write(path: Path, samples: "array[int]", rate: int) -> None:
    if sys.byteorder == "big":
        samples.byteswap()
    with path.open("wb") as target:
        with wave.open(target, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes(samples.tobytes())
        target.flush()
        # The cache is believed for ever, so a power cut must not leave a file of zeros behind the name.
        os.fsync(target.fileno())


ENGINES = {"pyttsx3": _pyttsx3, "espeak-ng": _espeak_ng}

if __name__ == "__main__":
    main()
