"""The provider's list: finding a lost submit, and proving that there is none."""

from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, Response

from tests.blocks.fake_ark import SINCE, FakeArk, provider, task
from tests.blocks.loopback import serving
from workprint.errors import ProviderError
from workprint.outcomes import NotThere, Observation, Unanswered, Unreadable


async def test_recent_reads_page_after_page() -> None:
    """All tasks of the window come back, over as many pages as it takes, and none from before it."""
    young = [task(n, at=SINCE + timedelta(minutes=1)) for n in range(230)]
    old = [task(n, at=SINCE - timedelta(minutes=1)) for n in range(1000, 1300)]
    ark = FakeArk(*young, *old)
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recent(SINCE)

    assert {t["id"] for t in young} == {seen.task_id for seen in found}
    assert len(ark.asked) == 4


async def test_recent_says_when_it_cannot_know() -> None:
    """A list that cannot be read is an error, never an empty answer."""
    ark = FakeArk()
    ark.answer = lambda _: Response("oops", 500)
    async with serving(ark.app()) as url, provider(url) as block:
        with pytest.raises(ProviderError):
            await block.recent(SINCE)


async def test_a_lost_submit_is_found_by_our_reference() -> None:
    """A task the answer of which was lost is found again in the provider's list, even on the third page."""
    others = [task(n, ref=f"wp-{n}") for n in range(250)]
    ark = FakeArk(*others, task(999, ref="wp-lost"))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Observation)
    assert found.task_id == "cgt-999"


async def test_absence_is_proven_by_the_whole_window() -> None:
    """Only a list read to its end says that there is no such task."""
    ark = FakeArk(*(task(n, ref=f"wp-{n}") for n in range(150)))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, NotThere)
    assert len(ark.asked) == 3


async def test_clocks_may_differ_when_looking_for_a_lost_submit() -> None:
    """A provider whose clock is some minutes behind ours still gets its task found."""
    ark = FakeArk(task(1, ref="wp-lost", at=SINCE - timedelta(minutes=5)))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Observation)


async def test_a_list_broken_half_way_proves_nothing() -> None:
    """When the second page cannot be read, nobody knows, whatever the first one said."""
    ark = FakeArk(*(task(n) for n in range(150)))
    ark.answer = lambda r: ark.page(r) if r.query_params["page_num"] == "1" else Response("", 502)
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)


async def test_a_provider_that_does_not_page_proves_nothing() -> None:
    """The same page again and again is no end of a list."""
    ark = FakeArk()
    ark.answer = lambda _: JSONResponse({"items": [task(1), task(2)]})
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)
    assert len(ark.asked) == 2


async def test_two_tasks_with_one_reference_are_a_persons_business() -> None:
    """When two tasks carry the reference, neither is taken."""
    ark = FakeArk(task(1, ref="wp-lost"), task(2, ref="wp-lost"))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)
    assert found.raw == "cgt-1, cgt-2"


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
