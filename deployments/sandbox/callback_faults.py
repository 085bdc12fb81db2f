"""What is POSTed for one change of a task: the truth, or what its faults make of it. Pure but for chance."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployments.sandbox.endings import BROKEN
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.tasks import Status, Task, task_object

Body = dict[str, Any]
#: What callback_duplicate makes of one message.
_TIMES = 3
_OVERSIZED = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. `tries` is how often it is sent until somebody answers it well."""

    url: str
    content: bytes
    tries: int


def messages(task: Task, body: Body, tries: int) -> tuple[Message, ...]:
    """The POSTs of one change; `body` is the true task object."""
    if not task.params.callback_url or task.fault(FaultName.CALLBACK_NEVER):
        return ()
    url = task.params.callback_url
    told = [Message(url, _content(task, body), tries)]
    if task.fault(FaultName.CALLBACK_DUPLICATE):
        told *= _TIMES
    if task.fault(FaultName.CALLBACK_FORGED):
        told.append(Message(_elsewhere(url), _json(body), tries))
    if (lie := task.fault(FaultName.CALLBACK_LYING)) and task.status is Status.RUNNING:
        told.append(Message(url, _json(_lie(task, lie)), tries))
    return tuple(told)


def _content(task: Task, body: Body) -> bytes:
    for name, spoil in _SPOILT.items():
        if task.fault(name):
            return spoil(body)
    return _json(body)


def _json(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _malformed(body: Body) -> bytes:
    """The object breaks off."""
    whole = _json(body)
    return whole[: len(whole) // 2]


_SPOILT: Mapping[FaultName, Callable[[Body], bytes]] = {
    FaultName.CALLBACK_MALFORMED: _malformed,
    FaultName.CALLBACK_OVERSIZED: lambda body: _json({**body, "padding": "x" * _OVERSIZED}),
    FaultName.CALLBACK_UNKNOWN_ID: lambda body: _json({**body, "id": f"cgt-20260101000000-{secrets.token_hex(4)}"}),
}


def _elsewhere(url: str) -> str:
    """The URL with a random last path segment."""
    address, mark, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{secrets.token_urlsafe(32)}{mark}{query}"


def _lie(task: Task, lie: Fault) -> Body:
    """An end that has not come."""
    if lie.claim == "failed":
        return task_object(
            replace(task, status=BROKEN.status, error_code=BROKEN.code, error_message=BROKEN.message), {}
        )
    return task_object(replace(task, status=Status.SUCCEEDED), {"video_url": lie.link})
