"""A final made from a draft: nothing may be said again but the resolution and the watermark."""

from collections.abc import Callable
from dataclasses import replace

from deployments.sandbox.refusals import Refusal, invalid
from deployments.sandbox.tasks import Params, Status, Task
from deployments.sandbox.voices.ark_body import Body, DraftItem
from deployments.sandbox.voices.ark_catalogue import Model

#: Ark keeps a draft usable for this long.
DRAFT_SECONDS = 7 * 24 * 3600
_ALLOWED = {"model", "content", "resolution", "watermark", "callback_url", "safety_identifier"}


def is_final(body: Body) -> bool:
    """Whether the body names a draft."""
    return bool(body.items(DraftItem))


def final_of(body: Body, model: Model, find: Callable[[str], Task | None], now: float) -> Params:
    """What the final asks for: the draft's own parameters at another resolution. Raises `Refusal`."""
    _check_alone(body)
    draft = _usable(body, model, find, now)
    return replace(
        draft.params,
        model=body.model,
        draft=False,
        draft_task_id=draft.id,
        resolution=_resolution(body, model),
        watermark=body.watermark,
        callback_url=body.callback_url or "",
        safety_identifier=body.safety_identifier,
    )


def _check_alone(body: Body) -> None:
    if len(body.content) > 1:
        raise invalid("content", "a draft_task stands alone")
    for name in sorted(body.model_fields_set - _ALLOWED):
        raise invalid(name, "a final takes it from its draft")


def _usable(body: Body, model: Model, find: Callable[[str], Task | None], now: float) -> Task:
    task_id = body.items(DraftItem)[0][1].draft_task.id
    draft = find(task_id)
    if draft is None or not draft.params.draft:
        raise _no_draft(f"there is no draft {task_id}")
    if draft.status is not Status.SUCCEEDED:
        raise _no_draft(f"the draft is {draft.status}, not succeeded")
    if (draft.params.listed_as or draft.params.model) != model.name:
        raise invalid("model", f"the draft was made by {draft.params.model}")
    if now - draft.created_at > DRAFT_SECONDS:
        raise _no_draft("the draft is older than 7 days")
    return draft


def _no_draft(message: str) -> Refusal:
    return invalid("content.0.draft_task.id", message)


def _resolution(body: Body, model: Model) -> str:
    resolution = body.resolution or model.draft_finals[0]
    if resolution not in model.draft_finals:
        raise invalid("resolution", f"a final of {model.name} made from a draft is {' or '.join(model.draft_finals)}")
    return resolution
