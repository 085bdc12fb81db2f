"""OpenRouter's errors in our classes.

Sources: OpenRouter API reference "Video Generation" (400, 401, 402, 404, 429, 500, each `{"error": {"code", ...}}` with
the HTTP number as code) and "Errors and Debugging" (403: flagged by moderation). A failed job says its reason as text
only, so words decide there; which words are used is not documented, and unknown ones mean the model failed.
"""

from dataclasses import replace

from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import json_object, mapping, ok, word
from workprint.failures import FailureKind
from workprint.outcomes import Reply
from workprint.redact import redact

_K = FailureKind

OPENROUTER_ERRORS = ErrorBook(
    beginnings=(("401", _K.AUTH), ("402", _K.QUOTA), ("429", _K.RATE_LIMIT)),
    words=(
        ("content policy", _K.CONTENT_POLICY),
        ("content_policy", _K.CONTENT_POLICY),
        ("policy violation", _K.CONTENT_POLICY),
        ("moderation", _K.CONTENT_POLICY),
        ("flagged", _K.CONTENT_POLICY),
        ("sensitive", _K.CONTENT_POLICY),
        ("safety", _K.CONTENT_POLICY),
        ("nsfw", _K.CONTENT_POLICY),
        ("insufficient credits", _K.QUOTA),
        ("insufficient balance", _K.QUOTA),
        ("rate limit", _K.RATE_LIMIT),
        ("invalid parameter", _K.PARAMETERS),
        ("not supported", _K.PARAMETERS),
    ),
    # A server error proves nothing, whatever its text says: a maker behind OpenRouter may have begun.
    doubtful=("5",),
)


def error_in(reply: Reply) -> ErrorBody | None:
    """The error of a reply, `{"error": {"code", "message"}}` or `{"error": "text"}`; None when it holds none."""
    found = (json_object(reply.body) or {}).get("error")
    number = str(reply.status) if reply.status >= 500 else ""
    if isinstance(found, str):
        return ErrorBody(number, redact(found)) if found.strip() else None
    code, message = word(mapping(found).get("code")), mapping(found).get("message")
    text = redact(message) if isinstance(message, str) else ""
    return ErrorBody(redact(code) or number, text) if code or text else None


def as_said(reply: Reply, error: ErrorBody | None) -> Reply:
    """The reply with the status its body says: a 200 may carry an error whose code is another HTTP number."""
    number = error.code if error else ""
    said = number.isascii() and number.isdigit() and 400 <= int(number) < 600
    return replace(reply, status=int(number)) if said and ok(reply) else reply
