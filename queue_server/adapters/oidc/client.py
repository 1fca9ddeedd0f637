"""Speaks to the town's directory: OpenID Connect, authorization code with PKCE.

What lives here: discovery, the address that people are sent to, redeeming the code, judging the token. What
must not: who gets in (`adapters.directory_admission`), cookies and pages (`web.page_oidc`).

Heavy libraries are loaded at the first sign-in: Authlib and joserfc take a third of a second.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from queue_server.adapters.oidc.provider import OidcProvider
from queue_server.domain.sign_in import DirectoryRefused, DirectoryUnavailable, Person

TIMEOUT_S: Final = 8.0
KEPT_S: Final = 3600.0
"""So long what the directory says of itself is believed."""
LEEWAY_S: Final = 60
"""Two clocks are never quite alike."""
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures with a public key alone: no `none`, and no HMAC with a secret that is shared."""
log = logging.getLogger(__name__)


class OidcClient:
    """One for a process. `settings` gives the section as it is now; None: there is no directory."""

    def __init__(self, settings: Callable[[], OidcProvider | None], clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._known: tuple[str, float, dict[str, Any]] | None = None
        self._keys: tuple[str, Any] | None = None

    @property
    def provider(self) -> OidcProvider | None:
        return self._settings()

    async def sign_in_url(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser. Raises DirectoryUnavailable."""
        provider = self._provider()
        metadata = await self._metadata(provider)
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        url: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            provider.client_id,
            "code",
            redirect_uri=back,
            scope=" ".join(provider.scopes),
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
        )
        return url

    async def names_itself(self) -> bool:
        """Tell whether the directory says `iss` whenever it sends somebody back (RFC 9207, 3)."""
        metadata = await self._metadata(self._provider())
        return metadata.get("authorization_response_iss_parameter_supported") is True

    async def redeem(self, code: str, *, back: str, nonce: str, verifier: str) -> Person:
        """Return who it is. Raises DirectoryRefused for a code or token that is not right."""
        provider = self._provider()
        metadata = await self._metadata(provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        answer = await self._ask_for_token(provider, metadata, form)
        claims = await self._judged(provider, metadata, str(answer.get("id_token") or ""), nonce)
        groups = claims.get(provider.groups_claim)
        subject = f"{provider.issuer} {claims['sub']}"
        if len(subject) > 400:
            raise DirectoryRefused
        return Person(
            subject=subject,
            user=str(claims.get(provider.user_claim) or ""),
            groups=frozenset(map(str, groups if isinstance(groups, list) else [groups] if groups else [])),
        )

    async def sign_out_url(self, *, after: str) -> str | None:
        """Return where the browser signs out of the directory as well; None when there is no such place."""
        provider = self.provider
        if provider is None:
            return None
        try:
            place = (await self._metadata(provider)).get("end_session_endpoint")
        except DirectoryUnavailable:
            return None
        from authlib.common.urls import add_params_to_uri

        words = [("client_id", provider.client_id), ("post_logout_redirect_uri", after)]
        return str(add_params_to_uri(place, words)) if place else None

    def _provider(self) -> OidcProvider:
        provider = self.provider
        if provider is None:
            raise DirectoryUnavailable
        return provider

    async def _metadata(self, provider: OidcProvider) -> dict[str, Any]:
        """Return what the directory says of itself (OpenID Connect Discovery 1.0)."""
        now = self._clock().timestamp()
        if self._known and self._known[0] == provider.issuer and now - self._known[1] < KEPT_S:
            return self._known[2]
        url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = _json(await self._send("GET", url))
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        # The issuer has to be the one that was asked (4.3), else somebody answers in its place.
        if metadata.get("issuer") != provider.issuer or not all(map(metadata.get, needed)):
            log.error("the directory's own description does not fit the issuer in connections.toml")
            raise DirectoryUnavailable
        self._known, self._keys = (provider.issuer, now, metadata), None
        return metadata

    async def _ask_for_token(
        self, provider: OidcProvider, metadata: Mapping[str, Any], form: dict[str, str]
    ) -> dict[str, Any]:
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        auth: tuple[str, str] | None = None
        if provider.client_secret and "client_secret_basic" in ways:
            auth = _quoted(provider.client_id), _quoted(provider.client_secret)
        else:
            form = form | {"client_id": provider.client_id}
            if provider.client_secret:
                form = form | {"client_secret": provider.client_secret}
        response = await self._send("POST", metadata["token_endpoint"], data=form, auth=auth)
        if response.status_code == 401:
            log.error("the directory refuses client_id and client_secret of connections.toml")
            raise DirectoryUnavailable
        if 400 <= response.status_code < 500:
            raise DirectoryRefused
        return _json(response)

    async def _judged(
        self, provider: OidcProvider, metadata: Mapping[str, Any], id_token: str, nonce: str
    ) -> Mapping[str, Any]:
        """Return the claims of a token that is signed, for us, of now, and for this sign-in."""
        from authlib.oauth2.base import OAuth2Error
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        keys = await self._key_set(metadata)
        try:
            try:
                token = jwt.decode(id_token, keys, algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):
                # The directory may have changed its keys since.
                token = jwt.decode(id_token, await self._key_set(metadata, anew=True), list(ALGORITHMS))
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": provider.issuer},
                    "aud": {"essential": True, "value": provider.client_id},
                },
                {"nonce": nonce, "client_id": provider.client_id},
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY_S)
        except (JoseError, OAuth2Error, ValueError, TypeError, AttributeError, KeyError) as problem:
            log.warning("a token of the directory was refused: %s", type(problem).__name__)
            raise DirectoryRefused from None
        return dict(claims)

    async def _key_set(self, metadata: Mapping[str, Any], *, anew: bool = False) -> Any:
        from joserfc.jwk import KeySet

        url = metadata["jwks_uri"]
        if self._keys is None or self._keys[0] != url or anew:
            found: Any = _json(await self._send("GET", url))
            try:
                self._keys = url, KeySet.import_key_set(found)
            except (KeyError, TypeError, ValueError):
                raise DirectoryUnavailable from None
        return self._keys[1]

    async def _send(self, method: str, url: str, **more: Any) -> Any:
        from httpx2 import AsyncClient, HTTPError, InvalidURL

        try:
            async with AsyncClient(timeout=TIMEOUT_S) as client:
                response = await client.request(method, url, headers={"Accept": "application/json"}, **more)
        except (HTTPError, InvalidURL, OSError) as problem:
            log.warning("the directory does not answer: %s", type(problem).__name__)
            raise DirectoryUnavailable from None
        if response.status_code >= 500 or (method == "GET" and response.status_code != 200):
            log.warning("the directory answers with status %s", response.status_code)
            raise DirectoryUnavailable
        return response


def _json(response: Any) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DirectoryUnavailable
    return found


def _quoted(part: str) -> str:
    """Write a part of the client's name and secret as RFC 6749, 2.3.1 wants it."""
    from urllib.parse import quote_plus

    return quote_plus(part)
