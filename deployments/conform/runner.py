"""All checks of one dialect: at once at the sandbox, one after the other at somebody else's server."""

import asyncio
import time
from collections.abc import Sequence

from deployments.conform.case import Case, shown
from deployments.conform.catalogue import CHECKS
from deployments.conform.check import Check
from deployments.conform.scorecard import Result, Scorecard, Verdict
from deployments.conform.subject import Subject
from workprint.errors import Deviation, WorkprintError

#: Checks at the same time: more would only wait for each other.
_AT_ONCE = 16


async def examine(subject: Subject) -> Scorecard:
    """Run every check the subject allows. Never raises for what a check finds."""
    began = time.monotonic()
    chosen = [check for check in CHECKS if check.live or not subject.live]
    turns, each = asyncio.Semaphore(1 if subject.live else _AT_ONCE), asyncio.Semaphore(1)
    together = await asyncio.gather(*(_in_turn(turns, check, subject) for check in chosen if not check.alone))
    afterwards = await asyncio.gather(*(_in_turn(each, check, subject) for check in chosen if check.alone))
    results = {result.check.id: result for result in (*together, *afterwards)}
    return _scorecard(subject, [results[check.id] for check in chosen], time.monotonic() - began)


def _scorecard(subject: Subject, results: Sequence[Result], seconds: float) -> Scorecard:
    return Scorecard(
        dialect=subject.account.dialect,
        title=subject.language.title,
        model=subject.account.model,
        where=subject.provider.api if subject.live else "sandbox",
        results=results,
        seconds=seconds,
        left_out=len(CHECKS) - len(results),
    )


async def _in_turn(turns: asyncio.Semaphore, check: Check, subject: Subject) -> Result:
    async with turns:
        return await judged(check, subject)


async def judged(check: Check, subject: Subject) -> Result:
    """One check."""
    began = time.monotonic()
    missing = next((need for need in check.needs if not need.met(subject)), None)
    if missing is not None:
        return Result(check, Verdict.NOT_OFFERED, reason=missing.english, reason_zh=missing.chinese)
    failed = await _failure(check, subject)
    seconds = time.monotonic() - began
    if failed is None:
        return Result(check, Verdict.PASSED, seconds=seconds)
    return Result(check, Verdict.FAILED, failed.expected, failed.seen, seconds=seconds)


async def _failure(check: Check, subject: Subject) -> Deviation | None:
    """What the check found wrong; a check that breaks has found something too."""
    try:
        await check.run(Case(subject, check.id))
    except Deviation as found:
        return found
    except WorkprintError as error:
        return Deviation("no error", f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 - a dialect that raises what it must not is what the check is for
        return Deviation("no exception", f"{type(error).__name__}: {shown(error)}")
    return None
