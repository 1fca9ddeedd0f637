"""The section `[oidc]` of the connections."""

from pathlib import Path

import pytest

from queue_server.adapters.connections import load_connections
from queue_server.adapters.oidc.provider import OidcProvider
from queue_server.adapters.town.file import TownFileError
from queue_server.domain.access import Role

LEAST = '[oidc]\nissuer = "https://anmeldung.stadt.example/realms/stadt"\nclient_id = "aufruf"\n'


def loaded(folder: Path, text: str) -> OidcProvider:
    file = folder / "connections.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    found = load_connections(file).oidc
    assert found is not None
    return found


def test_issuer_and_client_are_enough(tmp_path: Path) -> None:
    found = loaded(tmp_path, LEAST)
    assert (found.scopes, found.user_claim) == (("openid", "profile"), "preferred_username")
    assert (found.required, found.create, found.link_by_user, found.groups) == (False, False, False, ())


def test_the_first_group_of_the_file_counts(tmp_path: Path) -> None:
    groups = '[[oidc.groups]]\nname = "A"\nrole = "lead"\ndepartment = "d"\n[[oidc.groups]]\nname = "B"\n'
    found = loaded(tmp_path, LEAST + groups)
    group = found.group_of({"B", "A", "C"})
    assert group is not None
    assert (group.role, group.department_id, group.site_id) == (Role.LEAD, "d", None)
    assert found.group_of({"C"}) is None


def test_the_secret_shows_nowhere(tmp_path: Path) -> None:
    assert "geheim" not in repr(loaded(tmp_path, LEAST + 'client_secret = "geheim"\n'))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[oidc]\nissuer = "http://anmeldung.stadt.example"\nclient_id = "a"\n', "bad_address"),
        ('[oidc]\nissuer = "https://user:x@stadt.example"\nclient_id = "a"\n', "bad_address"),
        ('[oidc]\nissuer = "https://stadt.example?x=1"\nclient_id = "a"\n', "bad_address"),
        ('[oidc]\nissuer = "https://stadt.example"\n', "missing_key"),
        (LEAST + "create = true\n", "missing_key"),
        (LEAST + '[[oidc.groups]]\nname = "A"\nrole = "kiosk"\n', "not_a_choice"),
        (LEAST + 'secret = "x"\n', "unknown_key"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(TownFileError) as caught:
        loaded(tmp_path, text)
    assert [one.code for one in caught.value.problems] == [code]
