"""Every way a request can fail, as one status and one text: nothing else of an error reaches a guest."""

import logging
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException

from deployments.desk.room.words_entrance import BY_STATUS, REFUSALS, UNEXPECTED, Said
from workprint.errors import (
    ArchiveError,
    BlockUnreadable,
    InputError,
    LedgerError,
    LinkRefused,
    NotFound,
    OutboundError,
    StaleState,
    UnsafeUrl,
)
from workprint.problems import Problem

logger = logging.getLogger(__name__)
#: Seconds after which to try again.
RETRY_AFTER = "5"
#: Links that opened something once (`workprint.tokens`, `workprint.tickets`).
_GONE = {"the link has expired": "link_expired", "the link was withdrawn": "link_withdrawn"}
_FOREIGN = {"this link is for another campaign": "link_foreign"}
_AWAY = (LedgerError, ArchiveError, BlockUnreadable, OutboundError, UnsafeUrl, TimeoutError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered instead."""

    status: int
    said: Said
    headers: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Refused(InputError):
    """What was asked for cannot be done, with a status of its own."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__([problem])
        self.status = status


def refusal_of(error: Exception, page: str) -> Refusal:
    """The answer to an error. What nobody expected is logged with its page (never with the address: it has tokens)."""
    if isinstance(error, HTTPException):
        return _by_key(error.status_code, error.detail, dict(error.headers or {}))
    if isinstance(error, LinkRefused):
        return _of_a_link(str(error))
    if isinstance(error, InputError):
        status = error.status if isinstance(error, Refused) else 422
        return Refusal(status, BY_STATUS[status], problems=error.problems)
    if isinstance(error, NotFound | StaleState):
        status = 404 if isinstance(error, NotFound) else 409
        return Refusal(status, BY_STATUS[status])
    if isinstance(error, _AWAY):
        logger.warning("room_unavailable page=%s %s: %s", page, type(error).__name__, error)
        return Refusal(503, BY_STATUS[503], {"retry-after": RETRY_AFTER})
    logger.error("room_failed page=%s", page, exc_info=error)
    return Refusal(500, BY_STATUS[500])


def _by_key(status: int, key: str, headers: dict[str, str]) -> Refusal:
    return Refusal(status, REFUSALS.get(key) or BY_STATUS.get(status, UNEXPECTED), headers)


def _of_a_link(why: str) -> Refusal:
    if why in _GONE:
        return Refusal(410, REFUSALS[_GONE[why]])
    return Refusal(403, REFUSALS[_FOREIGN.get(why, "link_damaged")])
