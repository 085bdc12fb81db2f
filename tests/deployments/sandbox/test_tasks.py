"""The life of a task, and what it costs."""

import asyncio
import io
from decimal import Decimal
from pathlib import Path

import av
import pytest
from PIL import Image

from deployments.sandbox.testing import running_sandbox
from tests.deployments.sandbox.client import MODEL, TASKS, Client, draft_item, image, text, text_body
from tests.deployments.sandbox.frames import bright_width, decoded

PUSH = "A white square. Camera: fast push in."


def final_body(draft: str, **more: object) -> dict[str, object]:
    return {"model": MODEL, "resolution": "1080p", "content": [draft_item(draft)], **more}


async def test_a_final_shows_what_its_draft_showed(client: Client, picture_url: str) -> None:
    """Same picture, move and seed at full size, said to be of that draft, and both are billed by Ark's formula."""
    body = text_body(PUSH, ratio="1:1", safety_identifier="ref-1", content=[text(PUSH), image(picture_url)])
    draft = await client.ended(body)
    final = await client.ended(final_body(draft["id"], safety_identifier="ref-2"))
    seen = ("status", "resolution", "ratio", "duration", "seed", "draft", "draft_task_id", "safety_identifier")
    assert tuple(draft.get(key) for key in seen) == ("succeeded", "480p", "1:1", 4, 7, True, None, "ref-1")
    assert ("succeeded", "1080p", "1:1", 4, 7, False, draft["id"], "ref-2") == tuple(final.get(key) for key in seen)
    small, large = decoded(await client.film(draft)), decoded(await client.film(final))
    assert [film[0].shape for film in (small, large)] == [(640, 640), (1440, 1440)]
    assert [len(small), len(large)] == [96, 96]
    growth = [bright_width(film[-1]) / bright_width(film[0]) for film in (small, large)]
    assert [pytest.approx(1.4, rel=0.05)] * 2 == growth
    charges = [c for c in (await client.sandbox.bill())["charges"] if c["task_id"] in {draft["id"], final["id"]}]
    assert [(charge["tokens"], charge["amount"], charge["draft"]) for charge in charges] == [
        (38400, "2.6880", True),
        (194400, "14.9688", False),
    ]
    assert [task["usage"]["total_tokens"] for task in (draft, final)] == [38400, 194400]


async def test_the_same_request_gives_the_same_film(client: Client, picture_url: str) -> None:
    """Two tasks of one seed have the same bytes."""
    body = text_body("Camera: slow handheld.", content=[text("Camera: slow handheld."), image(picture_url)])
    films = [await client.film(task) for task in await asyncio.gather(client.ended(body), client.ended(body))]
    assert films[0] == films[1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"ratio": "1:1"}, "ratio"),
        ({"duration": 4}, "duration"),
        ({"seed": 7}, "seed"),
        ({"generate_audio": True}, "generate_audio"),
        ({"resolution": "720p"}, "resolution"),
        ({"model": "doubao-seedance-1-5-pro-251215"}, "model"),
    ],
)
async def test_a_final_takes_everything_from_its_draft(quick: Client, body: dict[str, object], reason: str) -> None:
    """Whatever is said again, or asked of another model, is refused by name."""
    draft = await quick.ended(text_body())
    reply = await quick.submit(final_body(draft["id"]) | body)
    assert (400, reason) == (reply.status_code, reply.json()["error"]["param"])


async def test_only_a_finished_draft_makes_a_final(quick: Client) -> None:
    """A final of a final, and of a draft that failed, is refused."""
    await quick.sandbox.faults({"fault": "failed_task"})
    failed = await quick.ended(text_body())
    plain = await quick.ended(text_body(draft=False))
    for task in (failed, plain):
        reply = await quick.submit(final_body(task["id"]))
        assert reply.json()["error"]["param"] == "content.0.draft_task.id"


async def test_sound_last_frame_and_adaptive_ratio(client: Client, picture_url: str) -> None:
    """A silent film has no sound; the last frame comes as a picture; the ratio follows the first frame."""
    body = text_body(
        draft=False,
        resolution="480p",
        generate_audio=False,
        return_last_frame=True,
        ratio="adaptive",
        content=[image(picture_url)],
    )
    task = await client.ended(body)
    assert task["ratio"] == "16:9"
    with av.open(io.BytesIO(await client.film(task))) as container:
        assert len(container.streams.audio) == 0
    reply = await client.http.get(task["content"]["last_frame_url"])
    assert Image.open(io.BytesIO(reply.content)).size == (854, 480)


async def test_the_list_finds_tasks(quick: Client) -> None:
    """Newest first, in pages, by status, model and ids, with our reference in it."""
    ids = [await quick.accepted(text_body(safety_identifier=f"list-{n}")) for n in range(3)]
    for task_id in ids:
        await quick.until(task_id, lambda task: task["status"] == "succeeded")
    chosen = [("filter.task_ids", task_id) for task_id in ids]

    async def listed(*params: tuple[str, str]) -> tuple[list[str], int]:
        answer = (await quick.http.get(TASKS, params=[*chosen, *params])).json()
        return [item["safety_identifier"] for item in answer["items"]], answer["total"]

    assert await listed() == (["list-2", "list-1", "list-0"], 3)
    assert await listed(("page_num", "2"), ("page_size", "2")) == (["list-0"], 3)
    assert await listed(("filter.status", "failed")) == ([], 0)
    assert await listed(("filter.model", "doubao-seedance-1-5-pro-251215")) == ([], 0)
    assert (await quick.http.get(TASKS, params={"page_size": "0"})).status_code == 400


async def test_delete_cancels_forgets_or_refuses(tmp_path: Path) -> None:
    """What waits is cancelled, what runs goes on, what ended is forgotten; nothing of it is billed but the success."""
    async with running_sandbox(tmp_path, fixed="50kB", latency=60, concurrency=1) as sandbox, Client(sandbox) as client:
        running = await client.accepted(text_body())
        waiting = await client.accepted(text_body())
        await client.until(running, lambda task: task["status"] == "running")
        assert (await client.task(waiting))["status"] == "queued"
        assert (await client.http.delete(f"{TASKS}/{running}")).status_code == 409
        assert (await client.http.delete(f"{TASKS}/{waiting}")).status_code == 200
        assert (await client.task(waiting))["status"] == "cancelled"
        assert (await client.http.delete(f"{TASKS}/{waiting}")).status_code == 200
        assert (await client.http.get(f"{TASKS}/{waiting}")).status_code == 404
        assert (await sandbox.bill())["charges"] == []
        assert len(await sandbox.tasks()) == 2


async def test_a_restart_takes_up_what_was_left(tmp_path: Path) -> None:
    """Tasks that ran or waited when the sandbox stopped end as they should, are billed once, and links go on."""
    async with running_sandbox(tmp_path, fixed="50kB", latency=60, concurrency=1) as sandbox, Client(sandbox) as client:
        ids = [await client.accepted(text_body()) for _ in range(2)]
        await client.until(ids[0], lambda task: task["status"] == "running")
        key = sandbox.key
    async with running_sandbox(tmp_path) as sandbox, Client(sandbox) as client:
        assert key == sandbox.key
        for task_id in ids:
            task = await client.until(task_id, lambda task: task["status"] == "succeeded")
            assert len(decoded(await client.film(task))) == 96
    async with running_sandbox(tmp_path) as sandbox, Client(sandbox) as client:
        bill = await sandbox.bill()
        assert sorted(ids) == sorted(charge["task_id"] for charge in bill["charges"])
        assert Decimal(bill["amount"]) == sum(Decimal(charge["amount"]) for charge in bill["charges"])
        assert (await client.http.get((await client.task(ids[0]))["content"]["video_url"])).status_code == 200


async def test_more_than_the_limit_a_minute_is_refused(tmp_path: Path) -> None:
    """One POST above the limit is 429 with Ark's code and the seconds to wait; polling is not counted."""
    async with running_sandbox(tmp_path, fixed="50kB", rpm=2) as sandbox, Client(sandbox) as client:
        for _ in range(2):
            await client.ended(text_body())
        reply = await client.submit(text_body())
        assert (reply.status_code, reply.json()["error"]["code"]) == (429, "RateLimitExceeded.EndpointRPMExceeded")
        assert 1 <= int(reply.headers["retry-after"]) <= 60


async def test_fixed_films_have_the_asked_size(quick: Client) -> None:
    """With rendering off every task gets the same playable file of exactly the size."""
    film = await quick.film(await quick.ended(text_body()))
    assert len(film) == 200_000
    assert len(decoded(film)) == 120
