"""What the tests of the sandbox say to it, over real HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import httpx

from deployments.sandbox.testing import Sandbox

TASKS = "/api/v3/contents/generations/tasks"
MODEL = "doubao-seedance-2-5-260628"
OPEN = {"queued", "running"}


def text_body(prompt: str = "A lighthouse. Camera: slow push in.", **more: Any) -> dict[str, Any]:
    """A small draft from words."""
    return {"model": MODEL, "draft": True, "duration": 4, "seed": 7, "content": [text(prompt)], **more}


def text(prompt: str) -> dict[str, Any]:
    """A text item."""
    return {"type": "text", "text": prompt}


def image(url: str, role: str = "first_frame") -> dict[str, Any]:
    """A picture item."""
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


def draft_item(task_id: str) -> dict[str, Any]:
    """The one item of a final."""
    return {"type": "draft_task", "draft_task": {"id": task_id}}


class Client:
    """An Ark client in a dozen lines."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, timeout=30, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def submit(self, body: dict[str, Any]) -> httpx.Response:
        return await self.http.post(TASKS, json=body)

    async def accepted(self, body: dict[str, Any]) -> str:
        reply = await self.submit(body)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["id"])

    async def task(self, task_id: str) -> dict[str, Any]:
        reply = await self.http.get(f"{TASKS}/{task_id}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def until(self, task_id: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask until it is so; a sandbox that never gets there fails the test after a minute."""
        async with asyncio.timeout(60):
            while not done(task := await self.task(task_id)):  # noqa: ASYNC110 - nothing but asking tells
                await asyncio.sleep(0.02)
        return task

    async def ended(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self.until(await self.accepted(body), lambda task: task["status"] not in OPEN)

    async def film(self, task: dict[str, Any]) -> bytes:
        reply = await self.http.get(task["content"]["video_url"])
        assert reply.status_code == 200, reply.text
        return reply.content
