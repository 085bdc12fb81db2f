"""The language of a page: as asked for in the address, as chosen before, or as the browser prefers."""

from starlette.requests import Request
from starlette.responses import Response

LANGUAGES = ("en", "zh")
COOKIE = "lang"
_YEAR = 365 * 24 * 3600
#: Characters of a header that are looked at.
_LONGEST = 500


def language_of(request: Request) -> str:
    """`en` or `zh`."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if said in LANGUAGES:
            return said
    return _preferred(request.headers.get("accept-language", "")[:_LONGEST])


def remember(request: Request, response: Response) -> None:
    """What was asked for in the address holds from now on."""
    said = request.query_params.get("lang")
    if said in LANGUAGES:
        response.set_cookie(COOKIE, said, max_age=_YEAR, path="/room", secure=True, httponly=True, samesite="lax")


def _preferred(header: str) -> str:
    """The first of ours among the browser's languages, by weight (RFC 9110, 12.5.4)."""
    best, weight = "en", 0.0
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and (found := _weight(parameters)) > weight:
            best, weight = language, found
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
