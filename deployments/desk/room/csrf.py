"""Against forms that other sites send with a guest's cookie: a word they cannot know, and where the browser says it
comes from (Fetch Metadata).
"""

import hmac
from collections.abc import Mapping

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request

from deployments.desk.room.settings import RoomSettings
from workprint.tokens import word

FIELD, HEADER = "csrf", "x-workprint-csrf"
#: From a page of ours, or typed in by the person. Other hosts of our domain are others.
_OURS = ("same-origin", "none")


def word_for(key: SecretStr, session: str) -> str:
    """The word in every form of a session."""
    return word(key, "csrf", session)


def word_for_entering(key: SecretStr, token: str) -> str:
    """The word in the form of a personal link: nobody has a session yet."""
    return word(key, "enter", token)


def check_word(expected: str, sent: str) -> None:
    """Raise 403 unless it is the word."""
    if not hmac.compare_digest(expected.encode(), sent.encode("utf-8", "replace")):
        raise HTTPException(403, "form_outdated")


def check_form(settings: RoomSettings, session: str, form: Mapping[str, str]) -> None:
    """Raise 403 unless the form is one of this session."""
    check_word(word_for(settings.key, session), form.get(FIELD, ""))


def check_header(settings: RoomSettings, session: str, request: Request) -> None:
    """The same for what a script of ours sends."""
    check_word(word_for(settings.key, session), request.headers.get(HEADER, ""))


def check_origin(settings: RoomSettings, request: Request) -> None:
    """Raise 403 when the browser says that another site sends this."""
    origins = request.headers.getlist("origin")
    if any(origin.lower() != settings.origin for origin in origins):
        raise HTTPException(403, "other_site")
    if any(site not in _OURS for site in request.headers.getlist("sec-fetch-site")):
        raise HTTPException(403, "other_site")


def check_host(settings: RoomSettings, request: Request) -> None:
    """Raise 421 when another host was asked for: a name that somebody pointed at us, or a proxy that hides ours."""
    host = request.headers.get("host", "").lower()
    scheme, _, ours = settings.origin.partition("://")
    usual = ":443" if scheme == "https" else ":80"
    if host.removesuffix(usual) != ours.removesuffix(usual):
        raise HTTPException(421, "other_host")
