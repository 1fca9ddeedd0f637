"""Which tokens are believed: signed by the directory's own key, for us, of now, for this sign-in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from queue_server.adapters.oidc.client import OidcClient
from queue_server.adapters.oidc.provider import OidcProvider
from queue_server.domain.sign_in import DirectoryRefused, DirectoryUnavailable

ISSUER, CLIENT, NONCE = "https://anmeldung.stadt.example", "aufruf", "of-this-sign-in"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())
KEY = RSAKey.generate_key(2048, {"kid": "1"})
OTHER = RSAKey.generate_key(2048, {"kid": "1"})
SECRET = "a secret that is shared with the directory"
GOOD = {"iss": ISSUER, "aud": CLIENT, "sub": "4711", "iat": NOW, "exp": NOW + 300, "nonce": NONCE}


def a_provider() -> OidcProvider:
    return OidcProvider(
        issuer=ISSUER,
        client_id=CLIENT,
        client_secret=SECRET,
        scopes=("openid",),
        user_claim="preferred_username",
        groups_claim="groups",
        groups=(),
        link_by_user=False,
        create=False,
        required=False,
        button={},
    )


async def judged(token: str) -> Any:
    client, keys = OidcClient(a_provider, lambda: NOON), KeySet([KEY])

    async def key_set(metadata: Any, *, anew: bool = False) -> Any:
        return keys

    client._key_set = key_set  # type: ignore[method-assign]
    return await client._judged(a_provider(), {}, token, NONCE)


def signed(key: Any = KEY, algorithm: str = "RS256", **claims: Any) -> str:
    body = {name: value for name, value in (GOOD | claims).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "1"}, body, key, algorithms=[algorithm])


async def test_a_right_token_is_believed() -> None:
    assert (await judged(signed()))["sub"] == "4711"
    assert (await judged(signed(aud=[CLIENT, "another"], azp=CLIENT)))["sub"] == "4711"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": None},
        {"exp": NOW - 120},
        {"exp": None},
        {"iat": NOW + 600},
        {"iat": None},
        {"nonce": "of-another"},
        {"nonce": None},
        {"sub": None},
    ],
)
async def test_a_token_for_others_or_another_time_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DirectoryRefused):
        await judged(signed(**wrong))


async def test_a_token_with_another_signature_is_refused() -> None:
    for token in (signed(OTHER), "", "a.b.c", signed()[:-6] + "AAAAAA"):
        with pytest.raises(DirectoryRefused):
            await judged(token)


@pytest.mark.filterwarnings("ignore")  # that nobody should sign like this
async def test_a_token_without_signature_or_with_a_shared_secret_is_refused() -> None:
    for algorithm, key in (("none", None), ("HS256", OctKey.import_key(SECRET))):
        with pytest.raises(DirectoryRefused):
            await judged(signed(key, algorithm))


async def test_a_description_of_another_issuer_is_not_believed() -> None:
    """Whoever answers in the directory's place names itself, or lies about its name."""
    client = OidcClient(a_provider, lambda: NOON)

    class Answer:
        status_code = 200

        @staticmethod
        def json() -> dict[str, str]:
            places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return dict.fromkeys(places, "https://evil.example") | {"issuer": "https://evil.example"}

    async def send(*_: Any, **__: Any) -> Answer:
        return Answer()

    client._send = send  # type: ignore[method-assign]
    with pytest.raises(DirectoryUnavailable):
        await client.sign_in_url(back="https://a", state="s", nonce="n", verifier="v" * 43)
