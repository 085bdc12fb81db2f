"""What a person decides about a render nobody can account for: this task is it, or we give it up.

Compare-and-set on `unknown`: whoever comes too late is told what the render is by then.
"""

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from tasks.recover import draft_task
from workprint import steps
from workprint.errors import NotFound, ProviderError, StaleState
from workprint.outcomes import NotThere, Observation, Unreadable
from workprint.problems import Problem, refuse
from workprint.recovery import check_adoption, not_unknown
from workprint.render import Change, Render, Source
from workprint.states import RenderState

#: Characters of a name or a reason, as at the gate.
LONGEST = 500


async def in_question(ledger: Ledger, render_id: str) -> Render:
    """The render while it is unknown. Raises `NotFound`, or `InputError` naming its state."""
    render = await ledger.get(render_id)
    if render.state is not RenderState.UNKNOWN:
        raise not_unknown(render)
    return render


async def adopt(ledger: Ledger, provider: VideoProvider, render: Render, task_id: str, name: str) -> Render:
    """The provider's task is this render's: it is queued, and watched like any other.

    Raises `InputError` for a task that cannot be it, `NotFound` for one the provider does not know, `ProviderError`
    when the provider cannot be asked now.
    """
    actor = _person(name)
    task = await _seen(provider, task_id)
    check_adoption(render, task, await _owner(ledger, task), await draft_task(ledger, render) or "")
    return await _changed(ledger, steps.found(render, task, actor, f"adopted by {actor.name}"))


async def give_up(ledger: Ledger, render: Render, name: str, reason: str, *, new_take: bool) -> Render:
    """Nobody will ever know: failed, its highest price reserved, on record with name and reason."""
    said = _words("reason", reason)
    return await _changed(ledger, steps.given_up(render, _person(name), said, new_take=new_take))


async def _seen(provider: VideoProvider, task_id: str) -> Observation:
    match await provider.check(task_id):
        case Observation() as task:
            return task
        case NotThere():
            raise NotFound(
                f"{provider.base_url} knows no task {task_id}",
                fix="take the id from `workprint unknown list --ask` or from the provider's console",
            )
        case Unreadable(failure):
            raise ProviderError(
                f"the provider cannot be asked about task {task_id} now: {failure.raw or failure.code}",
                fix="try again later; nothing was changed",
            )


async def _owner(ledger: Ledger, task: Observation) -> str | None:
    """The render of the ledger that has this task already."""
    if not await ledger.known_tasks([task.task_id]):
        return None
    owners = [render.id for render in (await ledger.find(task.task_id)).renders if render.task_id == task.task_id]
    return ", ".join(owners) or None


async def _changed(ledger: Ledger, change: Change) -> Render:
    try:
        return await ledger.change(change)
    except StaleState:
        raise not_unknown(await ledger.get(change.render_id)) from None


def _person(name: str) -> steps.Actor:
    return steps.Actor(_words("name", name), Source.PERSON)


def _words(field: str, text: str) -> str:
    """What goes on record: never empty, and one line. Raises `InputError`."""
    said = " ".join(text.split())
    if not 0 < len(said) <= LONGEST:
        fix = "say it with --as" if field == "name" else "say it with --reason"
        rule, zh = f"must have 1 to {LONGEST} characters", f"须为 1 至 {LONGEST} 个字符"
        refuse([Problem(field, rule, fix, zh=zh)])
    return said
