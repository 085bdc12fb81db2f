"""Kling's error codes in our classes.

Codes: Kling API docs "Error Codes" (read in a mirror of the official page, 21 codes). Balance errors (1100 to 1102) and
the IP allow-list (1304) arrive as HTTP 429 and cannot be helped by waiting, so the code decides before the status. A
failed task has no code, only words.
"""

from typing import Any

from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import word
from workprint.failures import FailureKind
from workprint.redact import redact

_K = FailureKind

KLING_ERRORS = ErrorBook(
    beginnings=(
        ("1000", _K.AUTH),
        ("1001", _K.AUTH),
        ("1002", _K.AUTH),
        ("1003", _K.AUTH),
        ("1004", _K.AUTH),
        ("1100", _K.QUOTA),
        ("1101", _K.QUOTA),
        ("1102", _K.QUOTA),
        ("1103", _K.AUTH),
        ("1200", _K.PARAMETERS),
        ("1201", _K.PARAMETERS),
        ("1202", _K.PARAMETERS),
        ("1203", _K.PARAMETERS),
        ("1300", _K.CONTENT_POLICY),
        ("1301", _K.CONTENT_POLICY),
        ("1302", _K.RATE_LIMIT),
        ("1303", _K.RATE_LIMIT),
        ("1304", _K.AUTH),
        ("5000", _K.UPSTREAM),
        ("5001", _K.UPSTREAM),
        ("5002", _K.UPSTREAM),
    ),
    doubtful=("5000", "5001", "5002"),
)
#: Of a task that failed. The docs name one reason, "triggering the content risk control of the platform".
KLING_ENDINGS = ErrorBook(
    beginnings=(),
    words=tuple(
        (said, _K.CONTENT_POLICY)
        for said in ("risk control", "sensitive", "content policy", "content security", "风控", "敏感", "违规")
    ),
)
#: How a refusal sounds whose reason is that our id is taken: no code of its own is documented (1201 was seen).
_TAKEN = ("already exist", "duplicate", "已存在", "重复")
_SUCCESS = "0"
_NO_RESOURCE, _WRONG_VALUE = "1203", "1201"


def error_in(body: dict[str, Any] | None) -> ErrorBody | None:
    """The error of an answer: any code but 0, at whatever HTTP status. None when it holds none.

    Only a number is Kling's own: a relay's `"code": "success"` must not be taken for a refusal.
    """
    code = word((body or {}).get("code"))
    if body is None or not code or code == _SUCCESS:
        return None
    message = body.get("message")
    return ErrorBody(redact(code), redact(message) if isinstance(message, str) else "", code.isdecimal())


def says_taken(error: ErrorBody) -> bool:
    """Whether the refusal means that a task with our id is there already: then one may have been made."""
    return any(said in error.message.casefold() for said in _TAKEN)


def says_gone(error: ErrorBody) -> bool:
    """Whether the answer to a question about a task means that there is no such task."""
    return error.code == _NO_RESOURCE or (error.code == _WRONG_VALUE and "not found" in error.message.casefold())
