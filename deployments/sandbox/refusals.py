"""Ark's ways of saying no, each with its HTTP status, code and type."""

from starlette.responses import JSONResponse

_TYPES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
}


class Refusal(Exception):
    """The sandbox refuses a request. `param` names the field, `retry_after` is in seconds."""

    def __init__(
        self, status: int, code: str, message: str, *, param: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param, self.retry_after = status, code, message, param, retry_after

    def response(self) -> JSONResponse:
        """The answer in Ark's outer shape."""
        kind = _TYPES.get(self.status, "InternalServerError")
        error = {"code": self.code, "message": self.message, "param": self.param, "type": kind}
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JSONResponse({"error": error}, self.status, headers)


def invalid(param: str, message: str) -> Refusal:
    """400 InvalidParameter."""
    return Refusal(400, "InvalidParameter", f"The parameter `{param}` is not valid: {message}", param=param)


def missing(param: str, message: str = "it is required") -> Refusal:
    """400 MissingParameter."""
    return Refusal(400, "MissingParameter", f"The parameter `{param}` is missing: {message}", param=param)


def unauthenticated() -> Refusal:
    """401 AuthenticationError."""
    return Refusal(401, "AuthenticationError", "The API key in the request is missing or invalid.")


def no_such_model(name: str) -> Refusal:
    """404 InvalidEndpoint.NotFound."""
    return Refusal(404, "InvalidEndpoint.NotFound", f"The model or endpoint {name} does not exist.", param="model")


def no_such_task(task_id: str) -> Refusal:
    """404. Ark's own code for this was not found in its documents."""
    return Refusal(404, "ResourceNotFound", f"The task {task_id} does not exist.", param="id")


def running_task(task_id: str) -> Refusal:
    """409. Ark documents that a running task cannot be cancelled, not the code it says so with."""
    return Refusal(
        409, "InvalidAction.TaskRunning", f"The task {task_id} is running and cannot be cancelled.", param="id"
    )


def sensitive_text() -> Refusal:
    """400 InputTextSensitiveContentDetected."""
    message = "The request failed because the input text may contain sensitive information."
    return Refusal(400, "InputTextSensitiveContentDetected", message, param="content.text")


def too_many(limit: int, retry_after: int) -> Refusal:
    """429 RateLimitExceeded.EndpointRPMExceeded."""
    message = f"Requests to this endpoint exceeded its limit of {limit} per minute."
    return Refusal(429, "RateLimitExceeded.EndpointRPMExceeded", message, retry_after=retry_after)


def overdue() -> Refusal:
    """403 AccountOverdueError."""
    return Refusal(403, "AccountOverdueError", "The account has an overdue balance. Recharge it and try again.")


def no_such_key() -> Refusal:
    """404, as object storage says it."""
    return Refusal(404, "NoSuchKey", "The specified key does not exist.")
