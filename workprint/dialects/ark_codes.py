"""Ark's error codes in our classes.

Codes: Volcengine Ark docs 82379/1299023 and the generation task API 82379/1520757; classes: docs/design.md section 3.
"""

from typing import Any

from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import mapping, word
from workprint.failures import FailureKind
from workprint.redact import redact

_K = FailureKind

#: Codes carry suffixes (`...Detected.PrivacyInformation`), and families differ in front (InputText..., OutputVideo...).
ARK_ERRORS = ErrorBook(
    beginnings=(
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
    ),
    parts=(("SensitiveContentDetected", _K.CONTENT_POLICY), ("RateLimitExceeded", _K.RATE_LIMIT)),
    doubtful=("InternalServiceError",),
)


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


def _error(found: dict[str, Any], *, explicit: bool = True) -> ErrorBody | None:
    code = word(found.get("code", found.get("Code")))
    message = found.get("message", found.get("Message"))
    text = redact(message) if isinstance(message, str) else ""
    return ErrorBody(redact(code), text, explicit) if code or text else None
