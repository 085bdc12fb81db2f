"""The kit finds what is wrong: a relay in front of the sandbox spoils one thing at a time."""

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from deployments.conform.catalogue import CHECKS
from deployments.conform.check import Check
from deployments.conform.runner import examine, judged
from deployments.conform.scorecard import Verdict
from deployments.conform.stage import sandboxed
from deployments.conform.subject import quick
from tests.deployments.conform.relay import Spoil, passed, relayed


def named(check_id: str) -> Check:
    return next(check for check in CHECKS if check.id == check_id)


def untouched(_: Request, reply: httpx.Response) -> Response:
    return passed(reply)


def replacing(before: str, after: str) -> Spoil:
    def spoil(_: Request, reply: httpx.Response) -> Response:
        return passed(reply, reply.content.replace(before.encode(), after.encode()))

    return spoil


def answering(before: int, after: int) -> Spoil:
    def spoil(_: Request, reply: httpx.Response) -> Response:
        return passed(reply, status=after if reply.status_code == before else None)

    return spoil


def hasty(request: Request, reply: httpx.Response) -> Response:
    """A relay that says of every accepted submit that it was refused."""
    if request.method == "POST" and reply.is_success:
        error = {"error": {"code": "InvalidParameter", "message": "no"}}
        return passed(reply, json.dumps(error).encode(), 400)
    return passed(reply)


SPOILT: dict[str, tuple[str, Spoil]] = {
    "loses our reference": ("submit.reference", replacing("safety_identifier", "lost")),
    "invents a status": ("states.processing", replacing('"running"', '"succeeded"')),
    "never succeeds": ("states.succeeded", replacing('"succeeded"', '"failed"')),
    "hides a running task": ("states.processing", replacing('"running"', '"queued"')),
    "does not know 404": ("states.unknown_id", answering(404, 500)),
    "has no word for balance": ("errors.quota", replacing("AccountOverdueError", "RateLimitExceeded")),
    "swallows Retry-After": ("errors.rate_limit", lambda _, reply: Response(reply.content, reply.status_code)),
    "hides the policy": ("errors.content_at_end", replacing("SensitiveContentDetected", "Trouble")),
    "refuses what was made": ("recovery.garbled", hasty),
    "bills nothing": ("money.reported", replacing('"usage"', '"hidden"')),
    "bills too much": ("money.as_on_the_bill", replacing('_tokens":', '_tokens":1')),
    "breaks the links": ("links.film", replacing("/files/", "/elsewhere/")),
    "changes the film": ("submit.settings", replacing('"480p"', '"1080p"')),
}


@pytest.mark.parametrize("name", sorted(SPOILT))
async def test_a_relay_that_spoils_something_is_found_out(name: str) -> None:
    """Each thing a relay can spoil fails its check, which says what was expected and what was seen."""
    check_id, spoil = SPOILT[name]
    async with relayed("ark", spoil, patience=2.0) as subject:
        result = await judged(named(check_id), subject)
    assert (Verdict.FAILED, True, True) == (result.verdict, bool(result.expected), bool(result.seen))


async def test_a_relay_that_sends_a_submit_twice_is_found_out() -> None:
    """Two tasks where one was ordered fail the check that counts them at the provider."""
    async with relayed("ark", untouched, times=2) as subject:
        result = await judged(named("submit.once"), subject)
    assert result.verdict is Verdict.FAILED


async def test_an_honest_relay_is_no_finding() -> None:
    """What only passes on is not blamed: every spoilt check passes through it."""
    async with relayed("ark", untouched) as subject:
        results = [await judged(named(check_id), subject) for check_id in checked_ids()]
    assert [] == [result for result in results if result.verdict is not Verdict.PASSED]


def checked_ids() -> Iterator[str]:
    yield from sorted({check_id for check_id, _ in SPOILT.values()})


async def test_another_providers_language_does_not_conform() -> None:
    """A dialect at the address of a provider that speaks another one fails, and no check is left without a verdict."""
    async with sandboxed("kling", None) as subject:
        account = replace(subject.account, path_prefix="/api/v3")
        async with quick(account) as provider:
            card = await examine(replace(subject, account=account, provider=provider))
    assert not card.conforms
    assert [check.id for check in CHECKS] == [result.check.id for result in card.results]
