"""The callback that carries our token names the task of a submit that nobody answered."""

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from workprint.outcomes import Observation
from workprint.recovery import Found, contradictions
from workprint.render import Render


async def called_back(ledger: Ledger, provider: VideoProvider, render: Render) -> Found | None:
    """The task that a callback for this render named, if our own GET confirms it; None without one.

    The token says whose callback it is, the GET that the task is this account's and what was asked: a body alone, from
    whoever came to know the URL, proves nothing.
    """
    bodies = await ledger.inbox.bodies(render.id)
    heard = (provider.language.task_named(body.encode(), render.spec.model) for body in bodies)
    named = dict.fromkeys(task_id for task_id in heard if task_id)
    claimed = await ledger.known_tasks(list(named))
    for task_id in named:
        answer = await provider.check(task_id) if task_id not in claimed else None
        if isinstance(answer, Observation) and _ours(render, answer):
            return Found(answer, "a callback with this render's token named it")
    return None


def _ours(render: Render, task: Observation) -> bool:
    """A reference decides; without one, nothing the provider says may speak against it."""
    return task.client_ref == render.client_ref or (not task.client_ref and not contradictions(render, task))
