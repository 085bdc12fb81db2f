"""MiniMax's error codes in our classes.

Shapes: `{"type": "error", "error": {"type", "message": "... (2013)", "http_code"}}` (v2, the code is the last word of
the message), `{"code", "message"}` in a failed task, and `base_resp.status_code` at HTTP 200 as v1 and relays in front
of it say it. Codes: MiniMax docs "Create Video Generation Task" (examples of all statuses, read in a mirror of the
official page); 1001, 1027 and 2049 from the v1 reference (third party).
"""

import re
from typing import Any

from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import mapping, word
from workprint.failures import FailureKind
from workprint.redact import redact

_K = FailureKind

MINIMAX_ERRORS = ErrorBook(
    beginnings=(
        ("2013", _K.PARAMETERS),
        ("1004", _K.AUTH),
        ("2049", _K.AUTH),
        ("1008", _K.QUOTA),
        ("1002", _K.RATE_LIMIT),
        ("1026", _K.CONTENT_POLICY),
        ("1027", _K.CONTENT_POLICY),
        ("1000", _K.UPSTREAM),
        ("1001", _K.UPSTREAM),
        # Where no number stands at the end of the message.
        ("bad_request", _K.PARAMETERS),
        ("authorized_error", _K.AUTH),
        ("insufficient_balance", _K.QUOTA),
        ("rate_limit", _K.RATE_LIMIT),
        ("unprocessable_entity", _K.CONTENT_POLICY),
        ("overloaded", _K.UPSTREAM),
        ("server_error", _K.UPSTREAM),
    ),
    doubtful=("1000", "1001", "overloaded", "server_error"),
)
_CODE = re.compile(r"\((\d{3,6})\)\s*$")
#: Of a task older than seven days, or of another account.
_NO_TASK = "invalid task_id"


def error_in(body: dict[str, Any] | None) -> ErrorBody | None:
    """The error of an answer, or of a task that failed; None when it holds none."""
    if body is None:
        return None
    found = body.get("error")
    if isinstance(found, str) and found.strip():
        return ErrorBody("", redact(found))
    if isinstance(found, dict) and (error := _error(found)):
        return error
    base = mapping(body.get("base_resp"))
    code = word(base.get("status_code"))
    return ErrorBody(redact(code), _text(base.get("status_msg"))) if code not in {"", "0"} else None


def says_gone(error: ErrorBody) -> bool:
    """Whether the answer to a question about a task means that there is no such task (any more)."""
    return _NO_TASK in error.message.casefold()


def _error(found: dict[str, Any]) -> ErrorBody | None:
    text = _text(found.get("message"))
    number = _CODE.search(text[-16:])
    code = word(found.get("code")) or (number[1] if number else word(found.get("type")))
    return ErrorBody(redact(code), text) if code or text else None


def _text(value: object) -> str:
    return redact(value) if isinstance(value, str) else ""
