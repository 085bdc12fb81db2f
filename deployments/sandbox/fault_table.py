"""Every fault, and where it strikes. What each does is told in the package's docstring."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """Where in the life of a task a fault strikes."""

    SUBMIT = "submit"
    POLL = "poll"
    LIST = "list"
    END = "end"
    DOWNLOAD = "download"
    CALLBACK = "callback"


class FaultName(StrEnum):
    """Everything that can go wrong on request."""

    ACCEPT_THEN_TIMEOUT = "accept_then_timeout"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    OK_WITH_ERROR_BODY = "ok_with_error_body"
    OK_WITHOUT_ID = "ok_without_id"
    GARBLED_ANSWER = "garbled_answer"
    CUT_ANSWER = "cut_answer"
    RESET_BEFORE = "reset_before"
    SLOW_ANSWER = "slow_answer"
    GATEWAY_TIMEOUT = "gateway_timeout"
    OVERDUE_ACCOUNT = "overdue_account"

    FLAPPING = "flapping"
    POLL_ERROR = "poll_error"
    POLL_STORM = "poll_storm"
    UNKNOWN_STATUS = "unknown_status"
    GARBLED_POLL = "garbled_poll"
    CLOCK_SKEW = "clock_skew"
    STATUS_BACKWARDS = "status_backwards"

    LIST_LAG = "list_lag"
    LIST_ERROR = "list_error"
    LIST_WITHOUT_REFERENCE = "list_without_reference"

    CONTENT_REJECTED = "content_rejected"
    FAILED_TASK = "failed_task"
    CHARGED_BUT_FAILED = "charged_but_failed"
    COMPLETED_BUT_FAILED = "completed_but_failed"
    COMPLETED_WITHOUT_LINK = "completed_without_link"
    UNSAFE_LINK = "unsafe_link"
    EXPIRED_TASK = "expired_task"
    CANCELLED_BY_PROVIDER = "cancelled_by_provider"
    CANCEL_IGNORED = "cancel_ignored"
    NEVER_ENDS = "never_ends"

    ZERO_BYTE_FILE = "zero_byte_file"
    WRONG_DURATION = "wrong_duration"
    EXPIRED_LINK = "expired_link"
    SLOW_DOWNLOAD = "slow_download"
    TRUNCATED_DOWNLOAD = "truncated_download"
    NOT_READY = "not_ready"
    HTML_FILE = "html_file"

    CALLBACK_NEVER = "callback_never"
    CALLBACK_DUPLICATE = "callback_duplicate"
    CALLBACK_EARLY = "callback_early"
    CALLBACK_LATE = "callback_late"
    CALLBACK_REORDERED = "callback_reordered"
    CALLBACK_LYING = "callback_lying"
    CALLBACK_FORGED = "callback_forged"
    CALLBACK_MALFORMED = "callback_malformed"
    CALLBACK_OVERSIZED = "callback_oversized"
    CALLBACK_UNKNOWN_ID = "callback_unknown_id"
    CALLBACK_BAD_SIGNATURE = "callback_bad_signature"


_F = FaultName
_BY_STAGE: Mapping[Stage, tuple[FaultName, ...]] = {
    Stage.SUBMIT: (
        _F.ACCEPT_THEN_TIMEOUT, _F.TOO_MANY_REQUESTS, _F.SERVER_ERROR, _F.OK_WITH_ERROR_BODY, _F.OK_WITHOUT_ID,
        _F.GARBLED_ANSWER, _F.CUT_ANSWER, _F.RESET_BEFORE, _F.SLOW_ANSWER, _F.GATEWAY_TIMEOUT, _F.OVERDUE_ACCOUNT,
    ),
    Stage.POLL: (
        _F.FLAPPING, _F.POLL_ERROR, _F.POLL_STORM, _F.UNKNOWN_STATUS, _F.GARBLED_POLL, _F.CLOCK_SKEW,
        _F.STATUS_BACKWARDS,
    ),
    Stage.LIST: (_F.LIST_LAG, _F.LIST_ERROR, _F.LIST_WITHOUT_REFERENCE),
    Stage.END: (
        _F.CONTENT_REJECTED, _F.FAILED_TASK, _F.CHARGED_BUT_FAILED, _F.COMPLETED_BUT_FAILED, _F.COMPLETED_WITHOUT_LINK,
        _F.UNSAFE_LINK, _F.EXPIRED_TASK, _F.CANCELLED_BY_PROVIDER, _F.CANCEL_IGNORED, _F.NEVER_ENDS,
    ),
    Stage.DOWNLOAD: (
        _F.ZERO_BYTE_FILE, _F.WRONG_DURATION, _F.EXPIRED_LINK, _F.SLOW_DOWNLOAD, _F.TRUNCATED_DOWNLOAD, _F.NOT_READY,
        _F.HTML_FILE,
    ),
    Stage.CALLBACK: (
        _F.CALLBACK_NEVER, _F.CALLBACK_DUPLICATE, _F.CALLBACK_EARLY, _F.CALLBACK_LATE, _F.CALLBACK_REORDERED,
        _F.CALLBACK_LYING, _F.CALLBACK_FORGED, _F.CALLBACK_MALFORMED, _F.CALLBACK_OVERSIZED, _F.CALLBACK_UNKNOWN_ID,
        _F.CALLBACK_BAD_SIGNATURE,
    ),
}  # fmt: skip
#: Where each fault strikes.
STRIKES: Mapping[FaultName, Stage] = {fault: stage for stage, faults in _BY_STAGE.items() for fault in faults}
