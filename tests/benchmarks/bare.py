"""The bare script: what somebody writes in an afternoon with asyncio, httpx and boto3 to do a campaign's work once.

No ledger, no gate, no retries, no manifest beyond the hash, nothing that survives a crash: the yardstick for what all
of that costs. It borrows our media functions, so that both sides draw the same previews and judge the same films.
`python -m tests.benchmarks.bare` takes an order as JSON on standard input and prints what it took.
"""

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import boto3
import httpx
from botocore.config import Config

from blocks.media.previews import SheetItem, animated_webp, contact_sheet
from blocks.media.probe import probe
from blocks.moderators import moderate_video
from tests.benchmarks.machine import own_cpu
from workprint.moderation import Expected, verdict
from workprint.render import Verdict

#: Seconds between two questions about one task.
ASK_AGAIN = 0.5
_TASKS = "/api/v3/contents/generations/tasks"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BareOrder:
    """What to make, and where. `media` False leaves out previews and moderation: then only calls are left."""

    provider_url: str
    provider_key: str
    s3_url: str
    access_key: str
    secret_key: str
    bucket: str
    prefix: str
    body: dict[str, Any]
    prompts: list[str]
    expected: dict[str, Any]
    media: bool = True


@dataclass
class Script:
    """One run of the script. One HTTP client, one S3 client, threads for what blocks."""

    order: BareOrder
    http: httpx.AsyncClient
    s3: Any
    folder: Path
    calls: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32))
    cores: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(os.cpu_count() or 1))

    async def campaign(self) -> tuple[float, float]:
        """Drafts with their previews, then finals into delivery. Returns the seconds of either half."""
        began = time.perf_counter()
        drafts = await asyncio.gather(*(self.draft(number) for number in range(len(self.order.prompts))))
        if self.order.media:
            await self.previews(drafts)
        decided = time.perf_counter()
        await asyncio.gather(*(self.final(number) for number in range(len(self.order.prompts))))
        return decided - began, time.perf_counter() - decided

    async def draft(self, number: int) -> Path:
        link = await self.rendered(number)
        path = self.folder / f"{number:03}.mp4"
        film = (await self.http.get(link)).raise_for_status().content
        await self.call(lambda: path.write_bytes(film))
        return path

    async def previews(self, drafts: list[Path]) -> None:
        items = [SheetItem(path.stem, path, "864x496, 4.0 s, take 1") for path in drafts]
        looks = (self.on_a_core(partial(moderate_video, path, Expected(**self.order.expected))) for path in drafts)
        await asyncio.gather(*looks)
        await asyncio.gather(self.sheet(items), *(self.animation(path) for path in drafts))

    async def sheet(self, items: list[SheetItem]) -> None:
        await self.put("drafts/contact-sheet.jpg", await self.on_a_core(lambda: contact_sheet(items)), "image/jpeg")

    async def animation(self, path: Path) -> None:
        await self.put(f"drafts/{path.stem}.webp", await self.on_a_core(lambda: animated_webp(path)), "image/webp")

    async def final(self, number: int) -> None:
        key = f"quarantine/{number:03}.mp4"
        sha256, size = await self.stored(await self.rendered(number), key)
        path = self.folder / f"final-{number:03}.mp4"
        await self.read_back(key, sha256, path)
        if self.order.media:
            await self.on_a_core(lambda: _judge(path, Expected(**self.order.expected)))
        source = {"Bucket": self.order.bucket, "Key": self.key(key)}
        delivery = f"delivery/{number:03}.mp4"
        await self.call(lambda: self.s3.copy_object(**self.at(delivery), CopySource=source))
        manifest = {"key": delivery, "sha256": sha256, "size": size, "prompt": self.order.prompts[number]}
        await self.put(f"delivery/{number:03}.json", json.dumps(manifest).encode(), "application/json")

    async def rendered(self, number: int) -> str:
        """Submit, and ask until there is a link."""
        content = [{"type": "text", "text": self.order.prompts[number]}]
        body = {**self.order.body, "content": content}
        task = (await self.http.post(_TASKS, json=body)).raise_for_status().json()["id"]
        while True:
            await asyncio.sleep(ASK_AGAIN)
            found = (await self.http.get(f"{_TASKS}/{task}")).raise_for_status().json()
            if found["status"] == "succeeded":
                return str(found["content"]["video_url"])
            if found["status"] not in {"queued", "running"}:
                raise RuntimeError(f"task {task} {found['status']}")

    async def stored(self, link: str, key: str) -> tuple[str, int]:
        """Stream the link into the bucket; SHA-256 and size on the way."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=8 * 1024**2) as body:
            async with self.http.stream("GET", link) as answer:
                async for chunk in answer.raise_for_status().aiter_bytes():
                    digest.update(chunk)
                    size += len(chunk)
                    body.write(chunk)
            body.seek(0)
            metadata = {"sha256": digest.hexdigest()}
            await self.call(
                lambda: self.s3.put_object(**self.at(key), Body=body, ContentType="video/mp4", Metadata=metadata)
            )
        return digest.hexdigest(), size

    async def read_back(self, key: str, sha256: str, path: Path) -> None:
        await self.call(lambda: self._read_back(key, sha256, path))

    def _read_back(self, key: str, sha256: str, path: Path) -> None:
        body = self.s3.get_object(**self.at(key))["Body"].read()
        if hashlib.sha256(body).hexdigest() != sha256:
            raise RuntimeError(f"{key} holds other bytes")
        path.write_bytes(body)

    async def put(self, key: str, body: bytes, media_type: str) -> None:
        await self.call(lambda: self.s3.put_object(**self.at(key), Body=body, ContentType=media_type))

    def at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.order.bucket, "Key": self.key(key)}

    def key(self, key: str) -> str:
        return f"{self.order.prefix}/{key}"

    async def call(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.calls, work)

    async def on_a_core(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.cores, work)


def _judge(path: Path, expected: Expected) -> None:
    probe(path)
    findings = moderate_video(path, expected)
    if verdict(findings) is not Verdict.PASSED:
        raise RuntimeError(f"moderation blocks {path.name}: {findings}")


def _client(order: BareOrder) -> Any:
    config = Config(
        signature_version="s3v4",
        max_pool_connections=50,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=order.s3_url,
        aws_access_key_id=order.access_key,
        aws_secret_access_key=order.secret_key,
        region_name="us-east-1",
        config=config,
    )


async def _measured(order: BareOrder) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {order.provider_key}"}
    limits = httpx.Limits(max_connections=100)
    s3 = _client(order)
    cpu = own_cpu()
    async with httpx.AsyncClient(
        base_url=order.provider_url, headers=headers, limits=limits, timeout=60, trust_env=False
    ) as http:
        with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder:
            drafts, finals = await Script(order, http, s3, Path(folder)).campaign()
    return {"wall": drafts + finals, "drafts": drafts, "finals": finals, "cpu": own_cpu() - cpu}


def order_json(order: BareOrder) -> str:
    """What the script reads on standard input."""
    return json.dumps(asdict(order))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measured(BareOrder(**json.load(sys.stdin))))))
