"""A provider's task list, read to the end of a window: what is not in it is proven absent, or nothing is proven."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from workprint.failures import Failure, FailureKind, Stage
from workprint.outcomes import Listed, ListPage, Observation, Unreadable

#: Pages of one listing. Ark keeps a week; a window with more than 10 000 tasks is not read to its end.
_MOST_PAGES = 100
#: So many pages are read whatever times they tell: a provider's or a relay's clock may be hours off, and the newest
#: tasks then look older than the window.
_LEAST_PAGES = 3

_PAGE_SIZE = 100
#: Nothing can be proven by the list of a provider that has none.
NO_LIST = Unreadable(Failure(FailureKind.PARAMETERS, Stage.RENDER, "list", "the provider has no list of tasks"))
#: The provider's clock may be ahead of ours.
_AHEAD = timedelta(days=1)


async def window(
    page: Callable[[ListPage], Awaitable[Listed | Unreadable]], since: datetime, now: datetime
) -> tuple[Observation, ...] | Unreadable:
    """The newest tasks, page by page until one is empty or wholly older than `since` (aware): all that was read.

    Older tasks are left in: what carries our reference is ours whenever it says it was made. A short page proves
    nothing: providers cap its size. Unreadable when the end was not seen.
    """
    start = since.replace(microsecond=0)  # providers count whole seconds
    found: dict[str, Observation] = {}
    cursor = ""
    for number in range(1, _MOST_PAGES + 1):
        listed = await page(ListPage(number, _PAGE_SIZE, since, now + _AHEAD, cursor))
        if isinstance(listed, Unreadable):
            return listed
        tasks, cursor = listed.tasks, listed.cursor
        fresh = any(task.created_at is None or task.created_at >= start for task in tasks)
        repeated = {task.task_id for task in tasks} <= found.keys()
        if fresh and repeated:
            return _no_end("a page repeats the ones before: the provider does not page")
        found |= {task.task_id: task for task in tasks}
        if listed.last or repeated or (not fresh and number >= _LEAST_PAGES):
            return tuple(found.values())
    return _no_end(f"the window holds more than {_MOST_PAGES} pages")


def _no_end(raw: str) -> Unreadable:
    return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", raw))
