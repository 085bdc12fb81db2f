"""What is POSTed for one change of a task: the truth, or what its faults make of it. Pure but for chance."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployments.sandbox.endings import BROKEN
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.tasks import Status
from deployments.sandbox.values import Look
from deployments.sandbox.voices.voice import Voice

Body = dict[str, Any]
#: What callback_duplicate makes of one message.
_TIMES = 3
_OVERSIZED = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. `tries` is how often it is sent until somebody answers it well; `id` stays the same then."""

    id: str
    url: str
    content: bytes
    tries: int


def messages(voice: Voice, look: Look, tries: int) -> tuple[Message, ...]:
    """The POSTs of one change; `look` is the true task."""
    task, url = look.task, look.params.callback_url
    if not url or task.fault(FaultName.CALLBACK_NEVER):
        return ()
    told: list[Message] = []
    if task.status in voice.calls_back:
        told.append(_message(url, _content(voice, look), tries))
        if task.fault(FaultName.CALLBACK_DUPLICATE):
            told *= _TIMES
        if task.fault(FaultName.CALLBACK_FORGED):
            told.append(_message(_elsewhere(url), as_json(voice.called(look)), tries))
    if (lie := task.fault(FaultName.CALLBACK_LYING)) and task.status is Status.RUNNING:
        told.append(_message(url, as_json(voice.called(_lie(voice, look, lie))), tries))
    return tuple(told)


def as_json(body: Body) -> bytes:
    """A callback's body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _message(url: str, content: bytes, tries: int) -> Message:
    return Message(secrets.token_hex(8), url, content, tries)


def _content(voice: Voice, look: Look) -> bytes:
    for name, spoil in _SPOILT.items():
        if look.task.fault(name):
            return spoil(voice, look)
    return as_json(voice.called(look))


def _malformed(voice: Voice, look: Look) -> bytes:
    """The object breaks off."""
    whole = as_json(voice.called(look))
    return whole[: len(whole) // 2]


def _oversized(voice: Voice, look: Look) -> bytes:
    return as_json({**voice.called(look), "padding": "x" * _OVERSIZED})


def _of_nobody(voice: Voice, look: Look) -> bytes:
    stranger = replace(look.task, id=voice.new_id(look.updated_at))
    return as_json(voice.called(replace(look, task=stranger)))


_SPOILT: Mapping[FaultName, Callable[[Voice, Look], bytes]] = {
    FaultName.CALLBACK_MALFORMED: _malformed,
    FaultName.CALLBACK_OVERSIZED: _oversized,
    FaultName.CALLBACK_UNKNOWN_ID: _of_nobody,
}


def _elsewhere(url: str) -> str:
    """The URL with a random last path segment."""
    address, mark, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{secrets.token_urlsafe(32)}{mark}{query}"


def _lie(voice: Voice, look: Look, lie: Fault) -> Look:
    """An end that has not come."""
    if lie.claim == "failed":
        code, message = BROKEN.error(voice)
        failed = replace(look.task, status=BROKEN.status, error_code=code, error_message=message)
        return replace(look, task=failed)
    done = replace(look.task, status=Status.SUCCEEDED)
    return replace(look, task=done, link=lie.link, cost=voice.cost(look.params))
