"""What holds for every test: the long ones run only when asked for, and browser tests are marked.

Fixtures live in the folder that uses them; this file has none.
"""

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what is marked `long`")
    parser.addoption("--screenshots", action="store_true", help="renew the pictures in docs/screenshots")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    if not config.getoption("--long"):
        leave_out = [item for item in items if "long" in item.keywords]
        config.hook.pytest_deselected(items=leave_out)
        items[:] = [item for item in items if item not in leave_out]
