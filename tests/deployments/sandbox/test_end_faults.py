"""What goes wrong at the end of a task, and with its film: what is shown, and what is billed."""

from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.faults import METADATA_LINK
from deployments.sandbox.testing import running_sandbox
from tests.deployments.sandbox.client import TASKS, Client, text_body


async def billed(client: Client, task_id: str) -> bool:
    """Whether the task is on the bill, where the sandbox's own list must agree."""
    charges = [charge["task_id"] for charge in (await client.sandbox.bill())["charges"]]
    (item,) = [item for item in await client.sandbox.tasks() if item["id"] == task_id]
    assert (item["charge"] is not None) == (charges.count(task_id) == 1)
    return task_id in charges


@pytest.mark.parametrize(
    ("fault", "status", "charged"),
    [
        ("charged_but_failed", "failed", True),
        ("completed_without_link", "succeeded", True),
        ("unsafe_link", "succeeded", True),
        ("expired_task", "expired", False),
        ("cancelled_by_provider", "cancelled", False),
    ],
)
async def test_a_task_ends_badly(quick: Client, fault: str, status: str, charged: bool) -> None:
    """The status is the fault's, and the usage is said exactly where the bill has a charge."""
    await quick.sandbox.faults({"fault": fault})
    task = await quick.ended(text_body())
    assert (status, charged) == (task["status"], "usage" in task)
    assert charged == await billed(quick, task["id"])
    assert (fault == "charged_but_failed") == ("error" in task)


async def test_a_success_can_have_no_link_or_a_bad_one(quick: Client) -> None:
    """completed_without_link has no video_url at all; unsafe_link leads where `link` says, by default to metadata."""
    inside = "http://127.0.0.1:9/secret"
    await quick.sandbox.faults(
        {"fault": "completed_without_link"},
        {"fault": "unsafe_link", "match": {"nth": 2}},
        {"fault": "unsafe_link", "match": {"nth": 3}, "link": inside},
    )
    contents = [(await quick.ended(text_body()))["content"] for _ in range(3)]
    assert [{}, {"video_url": METADATA_LINK}, {"video_url": inside}] == contents


async def test_a_cancel_can_be_ignored(tmp_path: Path) -> None:
    """cancel_ignored: DELETE of a queued task says 200; it stays queued, runs after a restart, and is billed."""
    async with running_sandbox(tmp_path, fixed="50kB", latency=60, concurrency=1) as sandbox, Client(sandbox) as client:
        await sandbox.faults({"fault": "cancel_ignored", "match": {"nth": 2}})
        running, waiting = await client.accepted(text_body()), await client.accepted(text_body())
        await client.until(running, lambda task: task["status"] == "running")
        assert (await client.http.delete(f"{TASKS}/{waiting}")).status_code == 200
        assert (await client.task(waiting))["status"] == "queued"
    async with running_sandbox(tmp_path, fixed="50kB") as sandbox, Client(sandbox) as client:
        await client.until(waiting, lambda task: task["status"] == "succeeded")
        assert await billed(client, waiting)


async def test_a_task_can_run_on_and_on(quick: Client) -> None:
    """never_ends: it runs while a task that came later has long ended, and is not charged yet."""
    await quick.sandbox.faults({"fault": "never_ends", "hold": 3600})
    stuck = await quick.accepted(text_body())
    await quick.ended(text_body())
    assert (await quick.until(stuck, lambda task: task["status"] != "queued"))["status"] == "running"
    assert not await billed(quick, stuck)


@pytest.mark.parametrize(("status", "code"), [(404, "NoSuchKey"), (403, "AccessDenied"), (400, "video_not_ready")])
async def test_a_film_can_be_ready_later_than_its_task(quick: Client, status: int, code: str) -> None:
    """not_ready: the first downloads are refused, then the film is there."""
    await quick.sandbox.faults({"fault": "not_ready", "polls": 2, "status": status})
    task = await quick.ended(text_body())
    for _ in range(2):
        reply = await quick.http.get(task["content"]["video_url"])
        assert (status, code) == (reply.status_code, reply.json()["error"]["code"])
    assert 200_000 == len(await quick.film(task))


async def test_a_film_can_be_a_page(quick: Client) -> None:
    """html_file: 200, and what comes is HTML."""
    await quick.sandbox.faults({"fault": "html_file"})
    task = await quick.ended(text_body())
    reply = await quick.http.get(task["content"]["video_url"])
    assert (200, True) == (reply.status_code, reply.headers["content-type"].startswith("text/html"))
    assert b"<html>" in reply.content


async def test_asking_again_can_renew_a_link(tmp_path: Path) -> None:
    """With renew_links every answer has a link signed just now: the first dead one is followed by one that opens."""
    async with running_sandbox(tmp_path, fixed="200kB", renew_links=True) as sandbox, Client(sandbox) as client:
        await sandbox.faults({"fault": "expired_link"})
        dead = await client.ended(text_body())
        assert (await client.http.get(dead["content"]["video_url"])).status_code == 403
        for again in (await client.task(dead["id"]), (await client.http.get(TASKS)).json()["items"][0]):
            assert 200_000 == len(await client.film(again))


async def test_fixed_films_come_from_a_folder(tmp_path: Path) -> None:
    """The film of this resolution, ratio and length, else of this resolution; without either the task fails, free."""
    films = tmp_path / "films"
    films.mkdir()
    (films / "480p-9x16-4s.mp4").write_bytes(b"exact")
    (films / "480p.mp4").write_bytes(b"by resolution")
    async with running_sandbox(tmp_path / "home", fixed=str(films)) as sandbox, Client(sandbox) as client:

        async def film(**more: Any) -> bytes:
            return await client.film(await client.ended(text_body(**more)))

        assert [b"exact", b"by resolution", b"by resolution"] == [
            await film(ratio="9:16"), await film(ratio="16:9"), await film(ratio="9:16", duration=5)
        ]  # fmt: skip
        none = await client.ended(text_body(draft=False, resolution="720p"))
        assert ("failed", False) == (none["status"], await billed(client, none["id"]))


async def test_the_bookkeeper_sees_everything(quick: Client) -> None:
    """The sandbox's own list tells of a deleted task too: prompt, reference, faults and charge."""
    await quick.sandbox.faults({"fault": "charged_but_failed"})
    task = await quick.ended(text_body("for the books", safety_identifier="u-books"))
    await quick.http.delete(f"{TASKS}/{task['id']}")
    (item,) = [item for item in await quick.sandbox.tasks() if item["id"] == task["id"]]
    told = {key: item[key] for key in ("prompt", "safety_identifier", "faults", "status", "deleted")}
    assert told == {
        "prompt": "for the books",
        "safety_identifier": "u-books",
        "faults": ["charged_but_failed"],
        "status": "failed",
        "deleted": True,
    }
    assert {"tokens": 38430, "amount": "2.6901", "currency": "CNY"} == item["charge"]
