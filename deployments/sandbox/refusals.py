"""Why the sandbox says no, without the words: each voice has its own HTTP status, code and shape for a reason."""

from enum import StrEnum


class Why(StrEnum):
    """The reasons a provider has."""

    INVALID = "invalid"
    MISSING = "missing"
    KEY = "key"
    MODEL = "model"
    TASK = "task"
    #: A cancel that comes too late.
    RUNNING = "running"
    SENSITIVE = "sensitive"
    RATE = "rate"
    BALANCE = "balance"
    #: The second question about a task that has not ended, or has failed.
    RESULT = "result"
    #: The file behind a link: told by the storage, in words of its own.
    STORAGE = "storage"


class Refusal(Exception):
    """The sandbox refuses a request. `param` names the field, `retry_after` is in seconds.

    `status` and `code` stand in place of the voice's own for this reason.
    """

    def __init__(
        self,
        why: Why,
        message: str,
        *,
        param: str = "",
        retry_after: int | None = None,
        status: int = 0,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.why, self.message, self.param, self.retry_after = why, message, param, retry_after
        self.status, self.code = status, code


def invalid(param: str, message: str) -> Refusal:
    """A field that is wrong."""
    return Refusal(Why.INVALID, f"The parameter `{param}` is not valid: {message}", param=param)


def missing(param: str, message: str = "it is required") -> Refusal:
    """A field that is not there."""
    return Refusal(Why.MISSING, f"The parameter `{param}` is missing: {message}", param=param)


def unauthenticated() -> Refusal:
    """No key, or not ours."""
    return Refusal(Why.KEY, "The API key in the request is missing or invalid.")


def no_such_model(name: str) -> Refusal:
    """A model nobody sells here."""
    return Refusal(Why.MODEL, f"The model or endpoint {name} does not exist.", param="model")


def no_such_task(task_id: str) -> Refusal:
    """A task nobody knows (any more)."""
    return Refusal(Why.TASK, f"The task {task_id} does not exist.", param="id")


def too_late(task_id: str, status: str) -> Refusal:
    """A task that can no longer be cancelled."""
    return Refusal(Why.RUNNING, f"The task {task_id} is {status} and cannot be cancelled.", param="id")


def sensitive_text(param: str) -> Refusal:
    """A prompt the input filter stops."""
    return Refusal(
        Why.SENSITIVE, "The request failed because the input text may contain sensitive information.", param=param
    )


def too_many(limit: int, retry_after: int) -> Refusal:
    """More than the limit a minute."""
    message = f"Requests to this endpoint exceeded its limit of {limit} per minute."
    return Refusal(Why.RATE, message, retry_after=retry_after)


def overdue() -> Refusal:
    """No money left."""
    return Refusal(Why.BALANCE, "The account has an overdue balance. Recharge it and try again.")


def stored(status: int, code: str, message: str) -> Refusal:
    """What object storage says of a link or a file: the same whoever made the film."""
    return Refusal(Why.STORAGE, message, status=status, code=code)


def no_such_key() -> Refusal:
    """No file of that name."""
    return stored(404, "NoSuchKey", "The specified key does not exist.")
