"""How our tasks are tried again: one signal, one condition, and the pause before it.

Retries live in the Prefect task and nowhere else. A task raises `Again` when the very same call may succeed later and
repeating it is harmless; anything else it raises is final.
"""

import asyncio
from typing import Any, TypeVar, cast

from prefect.client.schemas.objects import State
from prefect.states import get_state_exception
from prefect.utilities.annotations import quote

from workprint.errors import WorkprintError

_T = TypeVar("_T")

#: More than any class of failure allows: the class itself says when to stop (`workprint.failures.SUBMIT_RETRIES`).
MOST = 12


class Again(WorkprintError):
    """Worth another try, and harmless: the ledger knows where to go on."""


async def worth_it(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect's `retry_condition_fn`: only our own signal is tried again."""
    error: Any = get_state_exception(state)
    return isinstance(await error, Again)


async def ended(run: Any) -> State[Any]:
    """The state a task run ended in (`return_state=True`), whichever it is: Prefect's types leave out the await."""
    state: State[Any] = await run
    return state


def unseen(value: _T) -> _T:
    """A large argument of a task that Prefect shall not search for futures, field by field: that takes longer than most
    tasks. The task itself is given the value (Prefect docs, `quote`).
    """
    return cast("_T", quote(value))


async def pause(seconds: float) -> None:
    """The provider's or the class's pause before another try, inside the attempt that asks for it.

    Prefect's own `retry_delay_seconds` cannot know a Retry-After.
    """
    await asyncio.sleep(seconds)
