"""Sign-in for staff: the authorization code flow of OpenID Connect, with PKCE (RFC 7636), state and nonce.

Only a random state is kept, in a signed cookie of ten minutes. Verifier and nonce follow from it and the room's key,
so that no cookie holds them.
"""

import hmac
import logging
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deployments.desk.room import sessions
from deployments.desk.room.id_token import Person, person_in
from deployments.desk.room.issuer import Issuer, SignInRefused
from workprint.errors import LinkRefused, OutboundError, UnsafeUrl
from workprint.room_links import Guest
from workprint.tokens import Purpose, seal, unseal, word

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

logger = logging.getLogger(__name__)
COOKIE = "__Host-workprint-sign-in"
_LIFE = timedelta(minutes=10)
_STATE, _NEXT = "s", "x"
_HOME = "/room/"
#: A path of ours: no other host, nothing that a browser would read as one, no way up, no query.
_OURS = re.compile(r"/room/(?!sign-in|signed-in)(?:[\w-][\w.~-]*(?:/[\w-][\w.~-]*)*)?", re.ASCII)


async def sign_in(room: "Room", request: Request, _: Guest | None) -> Response:
    """Send the browser to the provider."""
    issuer, state = _issuer(room), secrets.token_urlsafe(32)
    try:
        address = (await issuer.endpoints()).authorization
    except (OutboundError, UnsafeUrl) as error:
        raise _away(error) from error
    joined = "&" if "?" in address else "?"
    answer = RedirectResponse(f"{address}{joined}{urlencode(_request(room, issuer, state))}", 302)
    fields = {_STATE: state, _NEXT: _own_path(request.query_params.get("next", ""))}
    token = seal(room.settings.key, Purpose.SIGN_IN, fields, datetime.now(UTC) + _LIFE)
    seconds = int(_LIFE.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
    return answer


async def signed_in(room: "Room", request: Request, _: Guest | None) -> Response:
    """Let somebody in whom the provider sends back, and who is one of ours."""
    issuer, now = _issuer(room), datetime.now(UTC)
    state, onward = _begun(room, request, now)
    try:
        person = await _person(room, issuer, request, state, now)
    except (OutboundError, UnsafeUrl) as error:
        raise _away(error) from error
    except SignInRefused as error:
        logger.warning("sign_in_refused %s", error)
        raise HTTPException(403, "sign_in_refused") from error
    if not issuer.settings.admits(person.email):
        raise HTTPException(403, "sign_in_stranger")
    answer = RedirectResponse(onward, 303)
    sessions.let_staff_in(room, answer, person.email, person.roles, now)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


async def _person(room: "Room", issuer: Issuer, request: Request, state: str, now: datetime) -> Person:
    asked = request.query_params
    # RFC 9207: an answer of another provider, sent here to make us talk to the wrong one.
    if asked.get("iss", issuer.settings.issuer) != issuer.settings.issuer:
        raise SignInRefused("the answer is another provider's (iss)")
    if not (code := asked.get("code")):
        raise SignInRefused(f"the provider says {asked.get('error', 'nothing')[:80]!r}")
    token = await issuer.id_token(code, _verifier(room, state), _back(room))
    return await person_in(issuer, token, _nonce(room, state), now)


def _issuer(room: "Room") -> Issuer:
    if room.issuer is None:
        raise HTTPException(404, "no_sign_in")
    return room.issuer


def _request(room: "Room", issuer: Issuer, state: str) -> dict[str, str]:
    """OpenID Connect Core 1.0, 3.1.2.1."""
    challenge = urlsafe_b64encode(sha256(_verifier(room, state).encode()).digest()).decode().rstrip("=")
    return {
        "response_type": "code",
        "client_id": issuer.settings.client_id,
        "redirect_uri": _back(room),
        "scope": "openid email profile",
        "state": state,
        "nonce": _nonce(room, state),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }


def _begun(room: "Room", request: Request, now: datetime) -> tuple[str, str]:
    """The state of the sign-in that this browser began, and where it was going. 403 for any other."""
    try:
        fields = unseal(room.settings.key, Purpose.SIGN_IN, request.cookies.get(COOKIE, ""), now)
    except LinkRefused as error:
        raise HTTPException(403, "sign_in_stale") from error
    said = request.query_params.get("state", "")
    if not hmac.compare_digest(said.encode("utf-8", "replace"), fields[_STATE].encode()):
        raise HTTPException(403, "sign_in_stale")
    return fields[_STATE], fields[_NEXT]


def _own_path(path: str) -> str:
    return path if len(path) <= 500 and _OURS.fullmatch(path) else _HOME


def _verifier(room: "Room", state: str) -> str:
    return word(room.settings.key, "pkce", state)


def _nonce(room: "Room", state: str) -> str:
    return word(room.settings.key, "nonce", state)


def _back(room: "Room") -> str:
    return f"{room.links.base_url}/room/signed-in"


def _away(error: Exception) -> HTTPException:
    logger.warning("sign_in_away %s", error)
    return HTTPException(503, "sign_in_away", {"retry-after": "5"})
