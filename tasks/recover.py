"""Looking for the task of an unknown render at its provider. Nothing is changed here: the answer is for the caller."""

from datetime import UTC, datetime, timedelta

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from tasks.called_back import called_back
from workprint.errors import OutcomeUnknown, ProviderError
from workprint.recovery import WINDOW, Grade, Recovered, Unknown, match, posted_at
from workprint.render import Render
from workprint.states import RenderState
from workprint.unknowns import double_cost

#: Their task is not known yet: a task that could be theirs is nobody else's.
_WITHOUT_TASK = (RenderState.SUBMITTING, RenderState.UNKNOWN)


async def looked_up(ledger: Ledger, provider: VideoProvider, render: Render) -> Recovered:
    """What a callback or the provider's list says of the render now. Unknown when the list cannot be read, or is none.

    The order matters: a task in the list belongs, when the ledger is asked afterwards, to a render that is either
    still without its task (a rival) or already known by it.
    """
    if (heard := await called_back(ledger, provider, render)) is not None:
        return heard
    grade = provider.language.recovery
    if not grade.lists:
        return Unknown(grade.sentence())
    try:
        if grade is Grade.CLIENT_ID:
            tasks = await provider.looked_up(render.client_ref)
        else:
            tasks = await provider.recent(posted_at(render) - WINDOW)
    except ProviderError as error:
        return Unknown(str(error))
    rivals = await ledger.in_state(*_WITHOUT_TASK)
    claimed = await ledger.known_tasks([task.task_id for task in tasks])
    draft = await draft_task(ledger, render)
    return match(render, tasks, claimed, grade, rivals=rivals, draft_task_id=draft or "")


def settled(provider: VideoProvider, render: Render) -> bool:
    """Whether a list read from now on shows the task of an unknown render, if there is one.

    Ask before the list is read. Neither the POST (over when the render became unknown) nor the list can be later.
    """
    post_over = max(posted_at(render) + timedelta(seconds=provider.read_timeout), render.updated_at)
    return datetime.now(UTC) > post_over + timedelta(seconds=provider.list_lag)


async def draft_task(ledger: Ledger, render: Render) -> str | None:
    """The provider's id of the draft a native final is made from; None for everything else."""
    if not render.spec.native or render.draft_render_id is None:
        return None
    return (await ledger.get(render.draft_render_id)).task_id


def nobody_knows(render: Render, reason: str) -> OutcomeUnknown:
    """The error that sends a render to a person: what it may cost, and the ways out."""
    return OutcomeUnknown(
        f"render {render.id} ({render.variant}): nobody can say whether {render.spec.provider} took it: {reason}; "
        f"ordered again, it may cost {double_cost(render)} twice",
        fix="it is not sent again; `workprint unknown list --ask` shows what the provider has, then "
        f"`workprint unknown adopt {render.id} TASK_ID --as NAME`, or "
        f"`workprint unknown give-up {render.id} --as NAME --reason WHY [--new-take]`",
    )
