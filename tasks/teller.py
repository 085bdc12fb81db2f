"""The teller: what a process needs to tell people something, and the sending itself. Each message is sent by one.

The ledger keeps that somebody must be told (`ledger.notices`) and not the words: those are made when the message goes
out, and hold personal links. A plain class, as `tasks.house.House` is one.

Pitfall: a process that dies between sending and writing that down leaves a message that is sent a second time.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.exceptions import MissingContextError, ObjectNotFound
from prefect.logging import get_run_logger

from blocks.bucket import ArchiveBucket
from blocks.ledger.ledger import Ledger
from blocks.project_notices import ProjectNotices
from blocks.screening_room import ScreeningRoom
from tasks.optional_blocks import of_project, optional, shared
from workprint.errors import BlockUnreadable, WorkprintError
from workprint.notice_settings import SILENT, NoticeSettings
from workprint.notice_words import Message
from workprint.notices import Notice
from workprint.room_links import RoomLinks

if TYPE_CHECKING:
    #: Prefect's run logger, or a plain one outside a run.
    Log = logging.Logger | logging.LoggerAdapter[Any]

#: `notices-<project>`, else `notices`; and where the screening room is.
NOTICES, ROOM = "notices", "screening-room"
#: Seconds for which settings that were read count as the ones in force.
FRESH = 60.0
#: Seconds one message may take, and for which nobody else tries the same.
PATIENCE, TAKEN = 10.0, 60.0
#: Tries of one message, and seconds before the second; each pause is twice the one before, up to the longest.
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 8, 30.0, 3600.0
#: Messages on their way at once.
AT_ONCE = 16
#: The text of a notice; a string is the reason why nobody needs to hear it any more.
Writing = Callable[[Notice], Awaitable["Message | str"]]


class Teller:
    """Ledger, settings and links, for as long as a process lives. `bucket` is only asked where there is no room."""

    def __init__(self, ledger: Ledger, *, links: RoomLinks | None = None, bucket: ArchiveBucket | None = None) -> None:
        self.ledger = ledger
        self.links = links
        self.bucket = bucket
        #: What a project wants to be told.
        self.settings_of = shared(settings_of, FRESH)


async def settings_of(project: str) -> NoticeSettings:
    """The project's own settings, else those for every project, else `SILENT`. Raises `BlockUnreadable`."""
    block = await of_project(ProjectNotices, NOTICES, project)
    return block.settings() if block is not None else SILENT


async def room_links() -> RoomLinks | None:
    """The screening room's links; None where there is no room. Raises `BlockUnreadable`."""
    block = await optional(ScreeningRoom, ROOM)
    return block.links() if block is not None else None


async def send(ledger: Ledger, notices: Sequence[Notice], write: Writing) -> list[Notice]:
    """Send each that nobody else is sending, side by side; returns those that went out. Failures are on record."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(notice: Notice) -> bool:
        async with places:
            return await ledger.notices.take(notice.id, TAKEN) and await _sent(ledger, notice, write)

    done = await asyncio.gather(*(one(notice) for notice in notices))
    return [notice for notice, sent in zip(notices, done, strict=True) if sent]


async def _sent(ledger: Ledger, notice: Notice, write: Writing) -> bool:
    """One try of a notice that is ours for the moment."""
    try:
        async with asyncio.timeout(PATIENCE):
            message = await write(notice)
            if isinstance(message, str):
                await ledger.notices.failed(notice.id, message, None)
                return False
            await _notify(await notifier(notice.target), message)
    except Exception as error:  # noqa: BLE001  # a message is never worth a campaign, whatever its block does
        await _not_sent(ledger, notice, why(error))
        return False
    await ledger.notices.sent(notice.id)
    run_log().info("notice.sent %s of %s to %s", notice.occasion, notice.subject, notice.target)
    return True


async def _not_sent(ledger: Ledger, notice: Notice, problem: str) -> None:
    pause = min(FIRST_PAUSE * 2.0**notice.attempts, LONGEST_PAUSE) if notice.attempts + 1 < TRIES else None
    await ledger.notices.failed(notice.id, problem, pause)
    then = "given up" if pause is None else f"again in {pause:.0f} s"
    words = (notice.occasion, notice.subject, notice.target, problem, then)
    run_log().warning("notice.not_sent %s of %s to %s: %s; %s", *words)


async def notifier(target: str) -> NotificationBlock:
    """The notification block of that name, `type-slug/name`. Raises `BlockUnreadable`."""
    # Prefect finds the class of a block by its type once that class was imported.
    import prefect.blocks.notifications  # noqa: F401

    import blocks.apprise_notice  # noqa: F401

    try:
        block: Block = await Block.aload(target)
    except Exception as error:  # noqa: BLE001  # foreign, and its text may show the values of the block
        missing = isinstance(error.__cause__, ObjectNotFound)
        raise BlockUnreadable(
            f"there is no block {target!r}" if missing else f"the block {target!r} cannot be read"
        ) from None
    if not isinstance(block, NotificationBlock):
        raise BlockUnreadable(f"the block {target!r} sends no notifications")
    return block


async def _notify(block: NotificationBlock, message: Message) -> None:
    """Raises when the message was not taken. A block that blocks is given a thread of its own."""
    notify: Any = getattr(block, "anotify", block.notify)
    with block.raise_on_failure():
        if inspect.iscoroutinefunction(notify):
            await notify(body=message.body, subject=message.subject)
            return
        going = await asyncio.to_thread(notify, body=message.body, subject=message.subject)
        if inspect.isawaitable(going):
            await going


def why(error: Exception) -> str:
    """What went wrong, without anything that a foreign text may show: addresses of webhooks are secrets."""
    if isinstance(error, WorkprintError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} seconds"
    status = getattr(getattr(error, "response", None), "status_code", None)
    return type(error).__name__ + (f": HTTP {status}" if isinstance(status, int) else "")


def run_log() -> "Log":
    """The run's logger; a plain one outside a run."""
    try:
        return get_run_logger()
    except MissingContextError:
        return logging.getLogger(__name__)
