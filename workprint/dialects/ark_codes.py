"""Ark's error codes in our classes: the body's code first, the HTTP status second.

Codes: Volcengine Ark docs 82379/1299023 and the generation task API 82379/1520757; classes: docs/design.md section 3.
"""

from dataclasses import dataclass
from typing import Any

from workprint.dialects.replies import json_object, mapping, retry_after, word
from workprint.failures import Failure, FailureKind, Stage
from workprint.outcomes import Reply
from workprint.redact import redact

_K = FailureKind

#: Beginning of a code -> class; the first that fits wins. Codes carry suffixes: `...Detected.PrivacyInformation`.
_BEGINNINGS: tuple[tuple[str, FailureKind], ...] = (
    ("InvalidParameter", _K.PARAMETERS),
    ("MissingParameter", _K.PARAMETERS),
    ("InvalidEndpoint", _K.PARAMETERS),
    ("ModelNotOpen", _K.PARAMETERS),
    ("AuthenticationError", _K.AUTH),
    ("AccessDenied", _K.AUTH),
    ("AccountOverdueError", _K.QUOTA),
    ("QuotaExceeded", _K.QUOTA),
    ("RateLimitExceeded", _K.RATE_LIMIT),
    ("ModelAccountRpmRateLimitExceeded", _K.RATE_LIMIT),
    ("ServerOverloaded", _K.RATE_LIMIT),
    ("ModelLoadingError", _K.UPSTREAM),
    ("InternalServiceError", _K.UPSTREAM),
)
#: Anywhere in a code: families whose members differ in front (InputText..., OutputVideo..., ModelAccountTpm...).
_PARTS: tuple[tuple[str, FailureKind], ...] = (
    ("SensitiveContentDetected", _K.CONTENT_POLICY),
    ("RateLimitExceeded", _K.RATE_LIMIT),
)
_STATUSES: dict[int, FailureKind] = {401: _K.AUTH, 402: _K.QUOTA, 403: _K.AUTH, 429: _K.RATE_LIMIT}

#: Said after the request was taken in: whether a task exists is not known.
OUTCOME_UNKNOWN_CODES = ("internalserviceerror",)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the provider said was wrong: its code and its message, secrets removed.

    `explicit`: it stood under a key called error. A bare `{"code", "message"}` may also be a success in a wrapper.
    """

    code: str
    message: str
    explicit: bool = True


def error_in(body: dict[str, Any] | None) -> ErrorBody | None:
    """The error of a body; None when it holds none.

    Shapes: `{"error": {...}}` (Ark), `{"error": "text"}` and `{"code", "message"}` (relays in front of it), and
    `{"ResponseMetadata": {"Error": {...}}}` (the Volcengine gateway).
    """
    if body is None:
        return None
    for found in (body.get("error"), mapping(body.get("ResponseMetadata")).get("Error")):
        if isinstance(found, str) and found.strip():
            return ErrorBody("", redact(found))
        if isinstance(found, dict) and (error := _error(found)):
            return error
    return _error(body, explicit=False) if "message" in body else None


def classify(code: str, status: int) -> FailureKind:
    """The class of a code; the HTTP status decides only when the code is not known to us."""
    return kind_of_code(code) or _kind_of_status(status)


def kind_of_code(code: str) -> FailureKind | None:
    """The class of a code by its beginning, then by a part of it; None when it is not known to us."""
    folded = code.casefold()
    for beginning, kind in _BEGINNINGS:
        if folded.startswith(beginning.casefold()):
            return kind
    return next((kind for part, kind in _PARTS if part.casefold() in folded), None)


def failure_of(reply: Reply, stage: Stage) -> Failure:
    """The classified failure of a reply that is no success, whether or not it has an error body."""
    error = error_in(json_object(reply.body)) or ErrorBody("", redact(reply.body))
    kind = classify(error.code, reply.status)
    return Failure(kind, stage, error.code or f"HTTP {reply.status}", error.message, retry_after(reply))


def _kind_of_status(status: int) -> FailureKind:
    if 400 <= status < 500:
        return _STATUSES.get(status, _K.PARAMETERS)
    return _K.UPSTREAM


def _error(found: dict[str, Any], *, explicit: bool = True) -> ErrorBody | None:
    code = word(found.get("code", found.get("Code")))
    message = found.get("message", found.get("Message"))
    text = redact(message) if isinstance(message, str) else ""
    return ErrorBody(redact(code), text, explicit) if code or text else None
