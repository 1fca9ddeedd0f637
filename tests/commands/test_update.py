"""`aufruf update` with real wheels, environments and servers: it comes up, or goes back by itself."""

import os
import random
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.adapters.installing.layout import Switch
from queue_server.commands import noted
from queue_server.commands.coming_up import is_up
from tests.commands.installed import Machine, build_wheel, link_libraries
from tests.commands.operating import EXAMPLE, written
from tests.newer_release import a_migration

pytestmark = pytest.mark.timeout(600)
HERE = "0.9.0"
BROKEN = "9.1.0"
GOOD = "9.2.0"
READY = 'ready = database == "ok"'


def give_a_migration(tree: Path) -> None:
    folder = tree / "queue_server/adapters/migrations/versions"
    (folder / "9001_later.py").write_text(a_migration())


def never_be_ready(tree: Path) -> None:
    """Break it so that the rehearsal does not notice: only the real data are too much for it."""
    give_a_migration(tree)
    file = tree / "queue_server/web/health.py"
    text = file.read_text(encoding="utf-8")
    assert READY in text
    file.write_text(
        text.replace(READY, 'ready = ".restore-work" in str(house.settings.data)'), encoding="utf-8"
    )


class Wheels(dict[str, Path]):
    """The releases, each built when a test asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, version: str) -> Path:
        change = {HERE: None, BROKEN: never_be_ready, GOOD: give_a_migration}[version]
        self[version] = build_wheel(version, self.folder, change)
        return self[version]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    return Wheels(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_libraries(tmp_path_factory.mktemp("machine") / "libraries")


@pytest.fixture
def machine(tmp_path: Path, wheels: Wheels, libraries: Path) -> Machine:
    """The example town on an installed version, not yet running."""
    environment = {**os.environ, "PYTHONPATH": str(libraries), "PYTHONUNBUFFERED": "1"}
    made = Machine(tmp_path / "opt", tmp_path / "town", environment)
    made.layout.versions.mkdir(parents=True)
    made.install(wheels[HERE])
    file = written(tmp_path / "town.toml", EXAMPLE)
    assert made.aufruf("init", "--from", file, "--yes").status == 0
    return made


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def take_number(address: str, token: str, press: str) -> int:
    answer = httpx2.post(
        f"{address}/api/v1/sites/rathaus/tickets",
        headers={"Authorization": f"Bearer {token}"},
        json={"request_id": press, "services": [{"id": "id-card"}]},
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


def waiting(address: str) -> set[int]:
    queue = httpx2.get(f"{address}/api/v1/sites/rathaus/queue").json()
    return {entry["number"] for entry in queue["waiting"]}


def test_a_version_that_does_not_answer_goes_back_with_what_was_done_meanwhile(
    machine: Machine, wheels: Wheels, port: int
) -> None:
    token = machine.aufruf("token", "create", "--role", "clerk", "--site", "rathaus").last
    with machine.supervised(port):
        before = take_number(machine.address_of(HERE), token, "before")
        meanwhile: list[int] = []

        def visitor() -> None:
            meanwhile.append(take_number(machine.address_of(BROKEN, 500), token, "meanwhile"))

        visiting = threading.Thread(target=visitor)
        visiting.start()
        said = machine.aufruf("update", wheels[BROKEN], "--offline", "--limit", "20")
        visiting.join()

        assert said.status == 1, said
        assert f"version {HERE} runs again, with everything that was done meanwhile" in said.err
        assert (machine.layout.current, machine.layout.previous) == (HERE, None)
        address = machine.address_of(HERE)
        assert waiting(address) == {before, *meanwhile}
        assert len(meanwhile) == 1
        database = Database(machine.settings.database_url)
        assert database.read(schema.current) == "9001"  # not restored: the old program serves the new shape
        database.dispose()
        assert take_number(address, token, "after")
        assert machine.aufruf("check").status == 0

        put_right_after_a_kill(machine)


def put_right_after_a_kill(machine: Machine) -> None:
    """An update that was killed while the broken version started: the next run goes back first."""
    layout = machine.layout
    layout.begin(Switch(HERE, BROKEN))
    layout.switch(BROKEN)
    (layout.versions / ".making-9.9.9").touch()
    layout.environment("9.9.9").mkdir()
    said = machine.aufruf("update", "9.9.9", "--from", machine.data, "--limit", "20")
    assert f"there is no aufruf-9.9.9-….whl in {machine.data}" in said.err
    assert f"Going back to {HERE}" in said.out
    assert "An update to 9.9.9 was broken off; what it left is gone." in said.out
    assert (layout.current, layout.begun(), layout.environment("9.9.9").exists()) == (HERE, None, False)
    assert is_up(machine.settings, HERE)


@pytest.mark.long
def test_the_other_version_at_hand_comes_up(machine: Machine, wheels: Wheels, port: int) -> None:
    token = machine.aufruf("token", "create", "--role", "clerk", "--site", "rathaus").last
    machine.install(wheels[GOOD])
    machine.layout.confirm(Switch(GOOD, HERE))
    machine.layout.switch(HERE)
    with machine.supervised(port):
        number = take_number(machine.address_of(HERE), token, "before")
        refused = machine.aufruf("update", "--back", "--limit", "20")
        assert (refused.status, "run: aufruf migrate" in refused.err) == (1, True)
        migrated = machine.run(GOOD, "migrate", "--beside")
        assert (
            migrated.out
            == f"The database went from shape {schema.head()} to 9001; version {HERE} serves it too.\n"
        )
        database = Database(machine.settings.database_url)
        database.write(lambda conn: conn.execute(sa.text("UPDATE ticket SET persons = 7")))
        database.dispose()
        said = machine.aufruf("update", "--back")
        assert (said.status, "log and rows differ" in said.err) == (0, True), said
        assert (machine.layout.current, machine.layout.previous) == (GOOD, HERE)
        assert waiting(machine.address_of(GOOD)) == {number}
        assert machine.aufruf("--version").out == f"aufruf {GOOD}\n"


@pytest.mark.long
def test_a_good_version_comes_up_and_the_one_before_stays_at_hand(
    machine: Machine, wheels: Wheels, port: int
) -> None:
    token = machine.aufruf("token", "create", "--role", "clerk", "--site", "rathaus").last
    with machine.supervised(port):
        number = take_number(machine.address_of(HERE), token, "before")
        said = machine.aufruf("update", GOOD, "--from", wheels[GOOD].parent, "--offline")
        assert said.status == 0, said
        assert f"Version {GOOD} answers." in said.out
        assert "It starts, log and rows agree as before, and it gives number" in said.out
        assert (machine.layout.current, machine.layout.previous) == (GOOD, HERE)
        assert waiting(machine.address_of(GOOD)) == {number}
        assert list(machine.data.glob(".restore-work-*")) == []

        again = machine.aufruf("update", wheels[GOOD], "--offline")
        assert (again.status, f"version {GOOD} is here already" in again.err) == (1, True)

        said = machine.aufruf("update", "--back")
        assert said.status == 0, said
        assert (machine.layout.current, machine.layout.previous) == (HERE, GOOD)
        assert waiting(machine.address_of(HERE)) == {number}


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4))
def test_an_update_that_is_killed_leaves_the_service_running(
    machine: Machine, wheels: Wheels, port: int, seed: int
) -> None:
    """`kill -9` at a random moment; the next run tidies up and goes through."""
    dice = random.Random(seed)
    token = machine.aufruf("token", "create", "--role", "clerk", "--site", "rathaus").last
    with machine.supervised(port):
        machine.address_of(HERE)
        updating = machine.start(HERE, "update", wheels[GOOD], "--offline")
        try:
            updating.wait(dice.uniform(1, 25))
        except subprocess.TimeoutExpired:
            updating.kill()
            updating.wait()
        server = noted.running(machine.settings)
        while server is None or not server.address or not is_up(machine.settings, server.version):
            time.sleep(0.05)
            server = noted.running(machine.settings)
        number = take_number(server.address.rstrip("/"), token, "meanwhile")
        said = machine.aufruf("update", wheels[GOOD], "--offline")
        assert said.status == 0 or f"version {GOOD} is here already" in said.err, said
        assert machine.layout.current == GOOD
        assert waiting(machine.address_of(GOOD)) == {number}
        assert list(machine.layout.versions.glob(".making-*")) == []
        assert list(machine.data.glob(".restore-work-*")) == []
