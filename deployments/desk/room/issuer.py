"""The OpenID provider: where it does what, the keys it signs with, and the exchange of a code for an ID token.

Every way out goes through `blocks.guard`; nothing is asked twice.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

import httpx

from blocks.guard import fetch, guarded_client
from blocks.http import capped_body, describe
from deployments.desk.room.oidc_settings import OidcSettings
from workprint.errors import FetchFailed

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

logger = logging.getLogger(__name__)
#: Bytes of any document of the provider.
LONGEST = 256 * 1024
#: Seconds of one question in all.
_PATIENCE = 10.0
#: Seconds that the provider's documents are believed.
_FRESH = 3600.0
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class SignInRefused(Exception):
    """The provider, or what it sent, does not let this person in. Its text is for the log."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider does what (OpenID Connect Discovery 1.0, section 3)."""

    authorization: str
    token: str
    jwks: str
    #: Whether the client's secret goes into the Authorization header, else into the form.
    basic: bool


class Issuer:
    """One provider, as this desk knows it. Belongs to one event loop."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._endpoints: Endpoints | None = None
        self._keys: KeySet | None = None
        self._found_at = self._keys_at = -math.inf
        self._one_at_a_time = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Its addresses. FetchFailed, UnsafeUrl."""
        async with self._one_at_a_time:
            if self._endpoints is None or time.monotonic() - self._found_at > _FRESH:
                url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                self._endpoints = self._read(await self._json(url), url)
                self._found_at = time.monotonic()
            return self._endpoints

    async def keys(self, *, newer: bool = False) -> "KeySet":
        """What it signs with. `newer`: asked for again, unless somebody just did. FetchFailed, UnsafeUrl."""
        endpoints = await self.endpoints()
        async with self._one_at_a_time:
            age = time.monotonic() - self._keys_at
            if self._keys is None or age > (self.settings.pause if newer else _FRESH):
                self._keys = _key_set(await self._json(endpoints.jwks), endpoints.jwks)
                self._keys_at = time.monotonic()
            return self._keys

    async def id_token(self, code: str, verifier: str, redirect_uri: str) -> str:
        """Exchange the code (RFC 6749, 4.1.3; RFC 7636, 4.5). SignInRefused; FetchFailed, UnsafeUrl."""
        endpoints = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        status, found = await self._post(endpoints, form)
        if status >= 500:
            raise FetchFailed(f"{endpoints.token}: HTTP {status}", retryable=True, fix="see that the provider works")
        token = found.get("id_token") if isinstance(found, dict) else None
        if status != 200 or not isinstance(token, str):
            error = found.get("error") if isinstance(found, dict) else None
            raise SignInRefused(f"the exchange of the code gave HTTP {status} {str(error)[:80]!r}")
        return token

    async def _post(self, endpoints: Endpoints, form: Mapping[str, str]) -> tuple[int, Any]:
        name, secret = self.settings.client_id, self.settings.client_secret.get_secret_value()
        # RFC 6749, 2.3.1: both are form-encoded before they become a header.
        auth = httpx.BasicAuth(quote_plus(name), quote_plus(secret)) if endpoints.basic else None
        data = dict(form) if endpoints.basic else {**form, "client_id": name, "client_secret": secret}
        try:
            async with (
                asyncio.timeout(_PATIENCE),
                guarded_client(allow_private=self.settings.private, follow_redirects=False) as client,
                client.stream("POST", endpoints.token, data=data, auth=auth) as response,
            ):
                return response.status_code, _parsed(await capped_body(response, LONGEST))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise FetchFailed(describe(error, endpoints.token), retryable=True, fix="see that it answers") from error

    async def _json(self, url: str) -> Mapping[str, Any]:
        found = await fetch(url, max_bytes=LONGEST, allow_private=self.settings.private, seconds=_PATIENCE)
        # Scheme, host and port: what comes from elsewhere is somebody else's.
        document = _parsed(found.body)
        if urlsplit(found.final_url)[:2] != urlsplit(url)[:2] or not isinstance(document, dict):
            raise FetchFailed(f"{url} is no JSON object of its own host", retryable=False, fix="check the issuer")
        return document

    def _read(self, document: Mapping[str, Any], url: str) -> Endpoints:
        """Section 4.3: the issuer must be, to the letter, the one that was asked."""
        addresses = [document.get(name) for name in _ADDRESSES]
        if document.get("issuer") != self.settings.issuer or not all(map(self._may_be_asked, addresses)):
            fix = "set the issuer exactly as the provider writes it; its endpoints must be https"
            raise FetchFailed(f"{url} describes another issuer, or lacks an endpoint", retryable=False, fix=fix)
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        authorization, token, jwks = map(str, addresses)
        return Endpoints(authorization, token, jwks, "client_secret_basic" in methods)

    def _may_be_asked(self, url: object) -> bool:
        return isinstance(url, str) and url.startswith(("https://", "http://") if self.settings.private else "https://")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _key_set(document: Mapping[str, Any], url: str) -> "KeySet":
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        return KeySet.import_key_set({"keys": document["keys"]})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FetchFailed(f"{url} holds no key set", retryable=True, fix="check the provider") from error
