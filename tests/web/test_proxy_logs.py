"""The log formats that the operators' guide gives for nginx and Caddy leave every secret out."""

import re
from pathlib import Path

import pytest

from queue_server.web.routes import PAGE_ROUTES

GUIDE = (Path(__file__).parents[2] / "docs" / "operators" / "security.md").read_text(encoding="utf-8")
SECRET = "NLGm046ac0mjFfs4xhGhVAABSlA0UFdE"
WITH_SECRETS = sorted({route.path for route in PAGE_ROUTES if "{secret}" in route.path})


def nginx_writes(path: str) -> str:
    """Return what the guide's `map $uri $aufruf_path` makes of a path: the first pattern that fits."""
    found = re.search(r"map \$uri \$aufruf_path \{(.*?)\}", GUIDE, re.DOTALL)
    assert found
    for pattern, written in re.findall(r"~(\S+)\s+(\S+);", found[1]):
        if re.search(pattern, path):
            return str(written)
    return path


def caddy_writes(uri: str) -> str:
    found = re.search(r'request>uri regexp "([^"]+)" "-"', GUIDE)
    assert found
    return re.sub(found[1], "-", uri)


def test_there_are_addresses_with_secrets() -> None:
    assert {path.split("{", maxsplit=1)[0] for path in WITH_SECRETS} == {
        *("/t/", "/termin/v/", "/calendar/"),
        "/first-run/",
    }


@pytest.mark.parametrize("path", WITH_SECRETS)
def test_no_log_keeps_the_secret_of_an_address(path: str) -> None:
    address = path.replace("{secret}", SECRET).replace("{step}", "town")
    assert SECRET not in nginx_writes(address)
    for uri in (address, f"{address}?lang=en", address.replace("/", "//"), address.replace("/t", "/%74", 1)):
        assert SECRET not in caddy_writes(uri)


def test_other_addresses_are_kept_for_who_looks_for_a_fault() -> None:
    assert nginx_writes("/termin/rathaus") == caddy_writes("/termin/rathaus") == "/termin/rathaus"
