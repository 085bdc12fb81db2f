"""The ID token: whether it is the provider's, for us, for this very sign-in, and about whom (OpenID Connect Core 1.0,
section 3.1.3.7).
"""

import hmac
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import KeySet

from deployments.desk.room.issuer import Issuer, SignInRefused
from deployments.desk.room.oidc_settings import OidcSettings
from workprint.policy import ApproverRole

#: Signatures with a pair of keys: whoever can check them cannot make them. RFC 9864 has a name of its own for Ed25519.
ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
#: Seconds that clocks may differ.
LEEWAY = 60


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: the verified address, which goes on record, and what they answer for."""

    email: str
    roles: tuple[ApproverRole, ...]


async def person_in(issuer: Issuer, token: str, nonce: str, now: datetime) -> Person:
    """Whom the token is about. SignInRefused for any doubt; FetchFailed, UnsafeUrl when the keys cannot be had."""
    claims = await _signed(issuer, token)
    _check_claims(claims, issuer.settings, now)
    _check_once(claims, nonce)
    return Person(_email(claims), _roles(claims, issuer.settings.roles_claim))


async def _signed(issuer: Issuer, token: str) -> Mapping[str, Any]:
    """The claims of a token that one of the provider's keys signed. A key nobody knows may be a new one."""
    try:
        return _decoded(token, await issuer.keys())
    except (InvalidKeyIdError, BadSignatureError):
        keys = await issuer.keys(newer=True)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefused(f"the ID token cannot be believed ({type(error).__name__})") from error
    try:
        return _decoded(token, keys)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefused(f"the ID token is not signed by the provider ({type(error).__name__})") from error


def _decoded(token: str, keys: KeySet) -> Mapping[str, Any]:
    with warnings.catch_warnings():
        # Ed25519 under its old name: deprecated by RFC 9864, and what providers still write.
        warnings.simplefilter("ignore", SecurityWarning)
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    if not isinstance(claims, dict):
        raise TypeError("claims")
    return claims


def _check_claims(claims: Mapping[str, Any], settings: OidcSettings, now: datetime) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": settings.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise SignInRefused(f"the ID token is not for us, or not for now ({error})") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else settings.client_id) != settings.client_id:
        raise SignInRefused("the ID token was made for another client (azp)")


def _check_once(claims: Mapping[str, Any], nonce: str) -> None:
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):
        raise SignInRefused("the ID token belongs to another sign-in (nonce)")


def _email(claims: Mapping[str, Any]) -> str:
    """An address that the provider has verified: anybody can claim any other."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        raise SignInRefused("the provider has not verified the e-mail address")
    if email.count("@") != 1 or not email.isprintable() or " " in email or len(email) > 120:
        raise SignInRefused("the e-mail address is none")
    return email


def _roles(claims: Mapping[str, Any], name: str) -> tuple[ApproverRole, ...]:
    """Those of the claim that we know, in our order."""
    said = claims.get(name)
    return tuple(role for role in ApproverRole if isinstance(said, list) and role.value in said)
