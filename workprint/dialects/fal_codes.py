"""fal's error types in our classes.

Sources: fal docs "Model Errors" (`detail` is a list of typed objects) and "Request Error Types" (`detail` is a text
beside `error_type`, also in the header `X-Fal-Error-Type`). 403 for an exhausted balance is known from its text only.
"""

from typing import Any

from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import json_object, mapping, word
from workprint.failures import FailureKind
from workprint.outcomes import Reply
from workprint.redact import redact

_K = FailureKind
#: Entries of a `detail` list that are read.
_MOST = 20
#: What the platform calls a request that its caller cancelled.
CANCELLED = "client_cancelled"

FAL_ERRORS = ErrorBook(
    beginnings=(
        ("content_policy_violation", _K.CONTENT_POLICY),
        ("no_media_generated", _K.UPSTREAM),
        ("generation_timeout", _K.QUEUE_TIMEOUT),
        ("request_timeout", _K.QUEUE_TIMEOUT),
        ("startup_timeout", _K.QUEUE_TIMEOUT),
        ("runner_", _K.UPSTREAM),
        ("downstream_service_", _K.UPSTREAM),
        ("internal_", _K.UPSTREAM),
    ),
    words=(
        ("content policy", _K.CONTENT_POLICY),
        ("content checker", _K.CONTENT_POLICY),
        ("exhausted balance", _K.QUOTA),
        ("insufficient balance", _K.QUOTA),
        ("top up your balance", _K.QUOTA),
    ),
    # Said of a request that was taken in already.
    doubtful=("generation_timeout", "request_timeout", "startup_timeout", "client_", "runner_", "internal_"),
)


def error_in(reply: Reply) -> ErrorBody | None:
    """The error of a reply; None when it holds none. `explicit`: it has a type, so a model or the platform said it."""
    body = json_object(reply.body) or {}
    detail = body.get("detail")
    if isinstance(detail, list):
        return _of_model(detail[:_MOST])
    header = word(reply.headers.get("x-fal-error-type", ""))
    return error_of(body, detail if isinstance(detail, str) else body.get("error"), header)


def error_of(body: dict[str, Any], text: object, otherwise: str = "") -> ErrorBody | None:
    """The error of an object with `error_type` and that text; None without either."""
    code = word(body.get("error_type")) or otherwise
    said = redact(text) if isinstance(text, str) else ""
    return ErrorBody(redact(code), said, explicit=bool(code)) if code or said else None


def _of_model(detail: list[Any]) -> ErrorBody | None:
    """The first entry whose type is known to us, else the first with one: several may be said of one input."""
    found = [_entry(mapping(item)) for item in detail if word(mapping(item).get("type"))]
    return next((error for error in found if FAL_ERRORS.kind_of(error)), found[0] if found else None)


def _entry(item: dict[str, Any]) -> ErrorBody:
    place = item.get("loc")
    where = ".".join(word(part) for part in place[:_MOST]) if isinstance(place, list) else ""
    message = redact(item["msg"]) if isinstance(item.get("msg"), str) else ""
    return ErrorBody(redact(word(item.get("type"))), f"{where}: {message}" if where else message)
