"""A machine with Aufruf installed as the operators' guide says: versions, a link, a supervisor; no network.

New environments find the libraries of this one by PYTHONPATH: a folder of links to all but Aufruf itself. So
pip finds everything installed, and installs only the wheel.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from queue_server.adapters.installing.layout import Layout
from queue_server.commands import noted
from queue_server.settings import Settings
from tests.commands.operating import Said

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "queue_server",
    "display",
    "counter_client",
    "kiosk",
    "sounds",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
SUPERVISOR = (
    """while true; do "$1/current/bin/aufruf" serve --data "$2" --port "$3" --no-speech; sleep 0.1; done"""
)
Change = Callable[[Path], None]


def build_wheel(version: str, folder: Path, change: Change | None = None) -> Path:
    """Build a wheel of this tree as another version; `change` may break it first."""
    tree = folder / f"tree-{version}"
    tree.mkdir(parents=True)
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree)
    project = tree / "pyproject.toml"
    said = project.read_text(encoding="utf-8")
    project.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', said), encoding="utf-8")
    if change is not None:
        change(tree)
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=tree, check=True, capture_output=True)
    shutil.rmtree(tree)
    return folder / f"aufruf-{version}-py3-none-any.whl"


def link_libraries(folder: Path) -> Path:
    """Fill a folder with links to every library of this environment, but not to Aufruf."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "aufruf" not in path.name and path.suffix != ".pth" and path.name != "__pycache__":
            (folder / path.name).symlink_to(path)
    return folder


@dataclass
class Machine:
    """Versions in `root`, the town's data in `data`; `environment` is everybody's."""

    root: Path
    data: Path
    environment: Mapping[str, str]

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    @property
    def settings(self) -> Settings:
        return Settings(data=self.data)

    def install(self, wheel: Path) -> None:
        """Put a first version in place by hand, without pip: that is quicker."""
        version = wheel.name.split("-")[1]
        folder = self.layout.environment(version)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(next(folder.glob("lib/python*/site-packages")))
        program = folder / "bin" / "aufruf"
        python = folder / "bin" / "python"
        program.write_text(f"#!{python}\nimport sys\nfrom queue_server.cli import main\nsys.exit(main())\n")
        program.chmod(0o755)
        self.layout.switch(version)

    def aufruf(self, *words: str | Path) -> Said:
        return self.run(str(self.layout.current), *words)

    def run(self, version: str, *words: str | Path) -> Said:
        place = [] if words[0] == "--version" else ["--data", str(self.data)]
        done = subprocess.run(
            [str(self.layout.program(version)), *map(str, words), *place],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self.environment,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, version: str, *words: str | Path) -> "subprocess.Popen[bytes]":
        """Start a command and go on; what it says is of no interest."""
        return subprocess.Popen(
            [str(self.layout.program(version)), *map(str, words), "--data", str(self.data)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )

    @contextmanager
    def supervised(self, port: int) -> Iterator[None]:
        """Keep whatever `current` is running, as systemd or a container would."""
        with self.data.with_name("server.log").open("ab") as log:
            supervisor = subprocess.Popen(
                ["bash", "-c", SUPERVISOR, "supervisor", str(self.root), str(self.data), str(port)],
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        try:
            yield
        finally:
            os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()

    def address_of(self, version: str, within_s: float = 30) -> str:
        """Wait until this version serves; return where."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            server = noted.running(self.settings)
            if server is not None and server.version == version and server.address:
                return server.address.rstrip("/")
            time.sleep(0.02)
        raise TimeoutError(f"{version} does not serve: {self.log[-2000:]}")

    @property
    def log(self) -> str:
        return self.data.with_name("server.log").read_text(encoding="utf-8")
