"""Running a command's coroutine: Ctrl-C and SIGTERM both unwind it, so that what it holds is let go."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def run_async(work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end. Raises `KeyboardInterrupt` after an interrupt, when everything has been unwound."""
    # A shell that starts us in the background has SIGINT ignored; we still want to be stoppable by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Prefect's sender of events warns, at the very end, of what it is still sending: nothing a person can act on.
    logging.getLogger("EventsWorker").setLevel(logging.ERROR)
    with asyncio.Runner() as runner:
        return runner.run(_terminable(work))


async def _terminable(work: Coroutine[Any, Any, _T]) -> _T:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        if task is not None:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        return await work
    except asyncio.CancelledError:
        if stopped:
            raise KeyboardInterrupt from None
        raise
