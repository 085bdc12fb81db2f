"""Errors of the servers that speak `/v1/video...` in our classes, and what of them proves that nothing was made.

Shapes: New API's task handler `{"code", "message", "data": null}` and its middleware `{"error": {...}}` (QuantumNous/
new-api: controller/relay.go, relay/relay_task.go, types/error.go), OpenAI's `{"error": {...}}`, and FastAPI's
`{"detail": ...}` of vLLM-Omni and SGLang, a text or a list of fields. Reasons for failed tasks come as text, with the
upstream's code in it where there is luck: words decide there, and which words there are is documented nowhere.
"""

from typing import Any

from workprint.dialects.ark_codes import error_in as plain_error_in
from workprint.dialects.error_book import ErrorBody, ErrorBook
from workprint.dialects.replies import json_object, mapping, word
from workprint.failures import FailureKind
from workprint.outcomes import Refused, Reply, Unanswered
from workprint.redact import redact

_K = FailureKind
#: Parts of a `detail` that are told: a body may have many wrong fields.
_MOST_DETAILS = 5

VIDEO_ERRORS = ErrorBook(
    beginnings=(
        ("invalid", _K.PARAMETERS),
        ("missing_", _K.PARAMETERS),
        ("bad_request_body", _K.PARAMETERS),
        ("convert_request_failed", _K.PARAMETERS),
        ("read_request_body_failed", _K.PARAMETERS),
        ("model_", _K.PARAMETERS),
        ("access_denied", _K.AUTH),
        ("entitlement_", _K.QUOTA),
        ("sensitive_words_detected", _K.CONTENT_POLICY),
        ("prompt_blocked", _K.CONTENT_POLICY),
        ("violation_fee", _K.CONTENT_POLICY),
        ("content_policy", _K.CONTENT_POLICY),
        # vLLM-Omni says the reason of a failed task as an HTTP number.
        ("400", _K.PARAMETERS),
        ("422", _K.PARAMETERS),
    ),
    parts=(("SensitiveContentDetected", _K.CONTENT_POLICY), ("quota", _K.QUOTA)),
    words=(
        ("SensitiveContent", _K.CONTENT_POLICY),
        ("sensitive content", _K.CONTENT_POLICY),
        ("sensitive information", _K.CONTENT_POLICY),
        ("content policy", _K.CONTENT_POLICY),
        ("敏感", _K.CONTENT_POLICY),
        ("违规", _K.CONTENT_POLICY),
        ("quota", _K.QUOTA),
        ("insufficient balance", _K.QUOTA),
        ("余额", _K.QUOTA),
        ("额度", _K.QUOTA),
    ),
    # `invalid_response`: the upstream answered, and the relay could not read what.
    doubtful=("invalid_response",),
)


def error_in(body: dict[str, Any] | None) -> ErrorBody | None:
    """The error of a body; None when it holds none. New API's `code: "success"` is none."""
    if body is None or word(body.get("code")).casefold() == "success":
        return None
    return _detail(body.get("detail")) or plain_error_in(body)


def no_task(reply: Reply) -> Refused | Unanswered:
    """An answer to a submit that names no task.

    A relay sends a submit on over one upstream after another on 429 and 5xx, and only the last answer is told. So an
    error of its task handler that we would answer by sending again (rate limit, upstream) proves nothing: an upstream
    before it may have made a task. Errors of the middleware, and those that a person must mend first, are refusals.
    """
    error = error_in(json_object(reply.body))
    answer = VIDEO_ERRORS.no_task(reply, error)
    if isinstance(answer, Refused) and error and _in_doubt(reply.status, error, answer):
        return Unanswered(f"HTTP {reply.status}: an upstream may have been reached before this answer", answer.raw)
    return answer


def _in_doubt(status: int, error: ErrorBody, answer: Refused) -> bool:
    """A server error says no only by a code of its own: its text may be any upstream's."""
    if status >= 500 and VIDEO_ERRORS.kind_of(ErrorBody(error.code, "")) is None:
        return True
    return not error.explicit and answer.failure.submit_retries > 0


def is_gone(reply: Reply) -> bool:
    """Whether the server knows no task of that id. New API says so with 400, and with 404 that the address is wrong."""
    error = error_in(json_object(reply.body)) or ErrorBody("", "")
    if error.code.casefold() == "task_not_exist":
        return True
    return reply.status == 404 and not error.message.casefold().startswith("invalid url")


def reason_in(task: dict[str, Any], status: str) -> ErrorBody:
    """Why a task failed: `error`, else `fail_reason` or `message`."""
    said = next((text for text in (task.get("fail_reason"), task.get("message")) if isinstance(text, str) and text), "")
    text = redact(said) or "the provider names no error and gives no usable link"
    return plain_error_in({"error": task.get("error")}) or ErrorBody(status, text)


def _detail(detail: object) -> ErrorBody | None:
    """FastAPI's error: `"Video not found"`, or `[{"loc": ["body", "prompt"], "msg": "Field required"}]`."""
    parts = detail if isinstance(detail, list) else [detail]
    text = "; ".join(told for part in parts[:_MOST_DETAILS] if (told := _told(part)))
    return ErrorBody("", redact(text)) if text else None


def _told(part: object) -> str:
    if isinstance(part, str):
        return part.strip()
    place, message = mapping(part).get("loc"), mapping(part).get("msg", mapping(part).get("message"))
    where = ".".join(map(word, place)) if isinstance(place, list) else ""
    return f"{where}: {message}".removeprefix(": ") if isinstance(message, str) else ""
