"""Printer addresses."""

from pathlib import Path

import pytest

from kiosk.target import BadTarget, Target, target_from


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("tcp://printer.example", Target("tcp", "printer.example", 9100)),
        ("tcp://[::1]:9101?status=none", Target("tcp", "::1", 9101, answers=False)),
        ("tcp://p?profile=TM-T20II&text=drawn", Target("tcp", "p", profile="TM-T20II", drawn=True)),
        ("file:///dev/usb/lp0", Target("file", port=0, path=Path("/dev/usb/lp0"), answers=False)),
        ("usb://04b8:0e15", Target("usb", "04b8:0e15", 0)),
        (
            "serial:///dev/ttyUSB0?baud=115200",
            Target("serial", port=0, path=Path("/dev/ttyUSB0"), baud=115200),
        ),
        ("preview:", Target("preview", port=0, answers=False)),
        ("preview:/var/spool", Target("preview", port=0, path=Path("/var/spool"), answers=False)),
    ],
)
def test_address_is_read(address: str, target: Target) -> None:
    assert target_from(address) == target


@pytest.mark.parametrize(
    "address",
    [
        "",
        "printer.example:9100",
        "http://printer.example",
        "tcp://",
        "tcp://p:99999",
        "tcp://p:x",
        "tcp://[::1",
        "file://relative",
        "serial://ttyUSB0",
        "tcp://p?status=maybe",
        "tcp://p?colour=red",
        "tcp://p?status",
        "serial:///dev/x?baud=fast",
    ],
)
def test_wrong_address_says_so(address: str) -> None:
    with pytest.raises(BadTarget):
        target_from(address)
