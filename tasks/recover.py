"""Looking for the task of an unknown render at its provider. Nothing is changed here: the answer is for the caller."""

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from workprint.errors import OutcomeUnknown, ProviderError
from workprint.recovery import CLOCK_SKEW, Recovered, Unknown, match, posted_at
from workprint.render import Render
from workprint.states import RenderState
from workprint.unknowns import double_cost

#: Their task is not known yet: a task that could be theirs is nobody else's.
_WITHOUT_TASK = (RenderState.SUBMITTING, RenderState.UNKNOWN)


async def looked_up(ledger: Ledger, provider: VideoProvider, render: Render) -> Recovered:
    """What the provider's list says of the render now. Unknown when it cannot be read, or when there is none.

    The order matters: a task in the list belongs, when the ledger is asked afterwards, to a render that is either
    still without its task (a rival) or already known by it.
    """
    grade = provider.language.recovery
    if not grade.lists:
        return Unknown(grade.sentence())
    try:
        tasks = await provider.recent(posted_at(render) - CLOCK_SKEW)
    except ProviderError as error:
        return Unknown(str(error))
    rivals = await ledger.in_state(*_WITHOUT_TASK)
    claimed = await ledger.known_tasks([task.task_id for task in tasks])
    draft = await draft_task(ledger, render)
    return match(render, tasks, claimed, grade, rivals=rivals, draft_task_id=draft or "")


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
