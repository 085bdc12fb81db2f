"""The provider's list: finding a lost submit, and proving that there is none."""

from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, Response

from tests.blocks.fake_ark import SINCE, FakeArk, provider, task
from tests.blocks.loopback import serving
from tests.workprint.dialects.cases import DRAFT
from workprint.errors import ProviderError
from workprint.outcomes import Asked, NotThere, Observation, Unreadable


async def test_recent_reads_page_after_page() -> None:
    """All tasks of the window come back, over as many pages as it takes, and what else was on these pages."""
    young = [task(n, at=SINCE + timedelta(minutes=1)) for n in range(230)]
    old = [task(n, at=SINCE - timedelta(minutes=1)) for n in range(1000, 1300)]
    ark = FakeArk(*young, *old)
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recent(SINCE)

    assert {t["id"] for t in young} <= {seen.task_id for seen in found}
    assert len(ark.asked) == 4


async def test_a_clock_that_is_hours_off_hides_nothing() -> None:
    """The newest tasks come back also when the provider says that all of them are older than the window."""
    ark = FakeArk(*(task(n, at=SINCE - timedelta(hours=8)) for n in range(120)), task(999, ref="wp-lost"))
    ark.tasks[-1]["created_at"] -= 8 * 3600  # one page and a fifth down the list
    async with serving(ark.app()) as url, provider(url) as block:
        found = {seen.task_id: seen for seen in await block.recent(SINCE)}

    assert "wp-lost" == found["cgt-999"].client_ref


async def test_recent_says_when_it_cannot_know() -> None:
    """A list that cannot be read is an error, never an empty answer."""
    ark = FakeArk()
    ark.answer = lambda _: Response("oops", 500)
    async with serving(ark.app()) as url, provider(url) as block:
        with pytest.raises(ProviderError):
            await block.recent(SINCE)


async def test_the_window_brings_what_the_provider_echoes() -> None:
    """A task of the list comes with our reference and with what it was asked for, even from the third page."""
    asked = {"model": DRAFT.model, "duration": 5, "resolution": "480p", "ratio": "16:9", "seed": 42, "draft": True}
    ark = FakeArk(*(task(n, ref=f"wp-{n}") for n in range(250)), {**task(999, ref="wp-lost"), **asked})
    async with serving(ark.app()) as url, provider(url) as block:
        found = {seen.task_id: seen for seen in await block.recent(SINCE)}["cgt-999"]

    assert ("wp-lost", DRAFT.model) == (found.client_ref, found.model)
    assert Asked(duration=5, resolution="480p", ratio="16:9", seed=42, draft=True) == found.asked


async def test_a_list_broken_half_way_proves_nothing() -> None:
    """When the second page cannot be read, nobody knows, whatever the first one said."""
    ark = FakeArk(*(task(n) for n in range(150)))
    ark.answer = lambda r: ark.page(r) if r.query_params["page_num"] == "1" else Response("", 502)
    async with serving(ark.app()) as url, provider(url) as block:
        with pytest.raises(ProviderError):
            await block.recent(SINCE)


async def test_a_provider_that_does_not_page_proves_nothing() -> None:
    """The same page again and again is no end of a list."""
    ark = FakeArk()
    ark.answer = lambda _: JSONResponse({"items": [task(1), task(2)]})
    async with serving(ark.app()) as url, provider(url) as block:
        with pytest.raises(ProviderError, match="does not page"):
            await block.recent(SINCE)

    assert len(ark.asked) == 2


async def test_many_tasks_are_asked_about_together() -> None:
    """Sixty tasks cost two questions, and every id has its answer."""
    ark = FakeArk(*(task(n) for n in range(60)))
    async with serving(ark.app()) as url, provider(url) as block:
        answers = await block.check_many([f"cgt-{n}" for n in range(60)])

    assert {f"cgt-{n}" for n in range(60)} == {i for i, seen in answers.items() if isinstance(seen, Observation)}
    assert len(ark.asked) == 2


async def test_a_task_the_list_leaves_out_is_asked_for_by_itself() -> None:
    """A filtered list proves nothing about what it leaves out; the task's own 404 does."""
    ark = FakeArk(task(1), task(2))
    async with serving(ark.app()) as url, provider(url) as block:
        answers = await block.check_many(["cgt-1", "cgt-2", "cgt-gone"])

    assert isinstance(answers["cgt-gone"], NotThere)
    assert len(ark.asked) == 2


@pytest.mark.parametrize(("status", "expected", "asked"), [(404, Observation, 3), (500, Unreadable, 1)])
async def test_a_list_that_is_not_there_is_done_without(status: int, expected: type, asked: int) -> None:
    """A relay without the list still answers task by task; a provider in trouble is not asked all the more."""
    ark = FakeArk(task(1), task(2))
    ark.answer = lambda r: ark.one(r) if r.path_params["rest"] else Response("", status)
    async with serving(ark.app()) as url, provider(url) as block:
        answers = await block.check_many(["cgt-1", "cgt-2"])

    assert {expected} == {type(answer) for answer in answers.values()}
    assert asked == len(ark.asked)
