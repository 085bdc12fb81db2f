"""A small OpenID provider over HTTP on loopback: authorization code, PKCE, discovery, JWKS. It can also misbehave."""

import hmac
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.blocks.loopback import serving

CLIENT, SECRET = "room client", "s3cret of the client: ü"
Key = ECKey | OKPKey | RSAKey


def new_key(kid: str = "first", alg: str = "ES256") -> Key:
    """A pair of keys for an algorithm."""
    if alg == "RS256":
        return RSAKey.generate_key(2048, {"kid": kid})
    if alg == "ES256":
        return ECKey.generate_key("P-256", {"kid": kid})
    return OKPKey.generate_key("Ed25519", {"kid": kid})


@dataclass
class Provider:
    """The provider, and everything about it that a test may change while it runs."""

    redirect_uri: str
    issuer: str = ""
    alg: str = "ES256"
    key: Key = field(default_factory=new_key)
    #: What it publishes; None: its key.
    published: list[Key] | None = None
    #: Claims that differ from a good token's; None leaves one out.
    claims: dict[str, Any] = field(default_factory=dict)
    #: Fields of the discovery document that differ.
    discovery: dict[str, Any] = field(default_factory=dict)
    #: Makes the token from the claims in place of `signed`.
    forge: Any = None
    #: An error that the person, or the provider, answers the request with.
    error: str = ""
    #: What it answers a code with, when not 200.
    token_status: int = 200
    #: Parameters of the way back that differ.
    back: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    jwks_asked: int = 0

    def about(self, nonce: str) -> dict[str, Any]:
        """The claims of the next ID token."""
        now = int(datetime.now(UTC).timestamp())
        good = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "email": "Mei@example.com",
            "email_verified": True,
            "workprint_roles": ["legal", "creative", "emperor"],
        }
        return {name: value for name, value in {**good, **self.claims}.items() if value is not None}

    def signed(self, claims: dict[str, Any]) -> str:
        """As a provider signs."""
        return jwt.encode({"alg": self.alg, "kid": self.key.kid}, claims, self.key, algorithms=[self.alg])

    async def describe(self, _: Request) -> Response:
        """OpenID Connect Discovery."""
        good = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return JSONResponse({**good, **self.discovery})

    async def keys(self, _: Request) -> Response:
        """Its public keys."""
        self.jwks_asked += 1
        keys = [self.key] if self.published is None else self.published
        return JSONResponse(KeySet(list(keys)).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        """The person agrees at once."""
        asked = dict(request.query_params)
        assert (CLIENT, self.redirect_uri, "code", "S256") == tuple(
            asked[name] for name in ("client_id", "redirect_uri", "response_type", "code_challenge_method")
        )
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        said = {"error": self.error} if self.error else {"code": code, "iss": self.issuer}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode({**said, 'state': asked['state'], **self.back})}", 302)

    async def token(self, request: Request) -> Response:
        """An ID token for a code, once, for whoever knows the verifier and the client's secret."""
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form.get("code", ""), None)
        if self.token_status != 200:
            return PlainTextResponse("no", self.token_status)
        if (
            asked is None
            or not self._knows(request, form)
            or _challenge(form["code_verifier"]) != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert (self.redirect_uri, "authorization_code") == (form["redirect_uri"], form["grant_type"])
        token = (self.forge or self.signed)(self.about(asked["nonce"]))
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _knows(self, request: Request, form: dict[str, str]) -> bool:
        if "authorization" not in request.headers:
            return (CLIENT, SECRET) == (form.get("client_id"), form.get("client_secret"))
        said = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        name, _, secret = said.partition(":")
        return (CLIENT, SECRET) == (unquote_plus(name), unquote_plus(secret))


def unsigned(claims: dict[str, Any]) -> str:
    """A token of algorithm `none`."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def confused(provider: Provider) -> Any:
    """Makes tokens signed with HMAC, the public key being the secret."""

    def sign(claims: dict[str, Any]) -> str:
        text = f"{_part({'alg': 'HS256', 'kid': provider.key.kid})}.{_part(claims)}"
        public = provider.key.as_pem(private=False)
        return f"{text}.{_text(hmac.new(public, text.encode(), sha256).digest())}"

    return sign


def _challenge(verifier: str) -> str:
    return _text(sha256(verifier.encode()).digest())


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@asynccontextmanager
async def openid_provider(redirect_uri: str) -> AsyncIterator[Provider]:
    """A running provider, whose client comes back to this address."""
    provider = Provider(redirect_uri)
    routes = [
        Route("/.well-known/openid-configuration", provider.describe),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/jwks", provider.keys),
    ]
    async with serving(Starlette(routes=routes)) as url:
        provider.issuer = url
        yield provider
