"""What Ark refuses, the sandbox refuses, with Ark's codes and before anything is created."""

import base64
from typing import Any

import httpx
import pytest

from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.client import MODEL, TASKS, Client, draft_item, image, text, text_body

PRO = "doubao-seedance-1-5-pro-251215"
NO_DRAFTS = "doubao-seedance-2-0-260128"
OLD = "doubao-seedance-1-0-pro-250528"
PICTURE = "https://example.invalid/a.png"
FILM = {"type": "video_url", "video_url": {"url": PICTURE}, "role": "reference_video"}
SOUND = {"type": "audio_url", "audio_url": {"url": PICTURE}, "role": "reference_audio"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in text_body().items() if key != name}


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({}, 400, "MissingParameter", "model"),
        (without("model"), 400, "MissingParameter", "model"),
        (without("content"), 400, "MissingParameter", "content"),
        (text_body(content=[]), 400, "InvalidParameter", "content"),
        (text_body(prompt="  "), 400, "MissingParameter", "content.text"),
        (text_body(model="sora-2"), 404, "InvalidEndpoint.NotFound", "model"),
        (text_body(negative_prompt="rain"), 400, "InvalidParameter", "negative_prompt"),
        (text_body(prompt="A nude statue"), 400, "InputTextSensitiveContentDetected", "content.text"),
        (text_body(prompt="裸体雕像"), 400, "InputTextSensitiveContentDetected", "content.text"),
        (text_body(duration="5"), 400, "InvalidParameter", "duration"),
        (text_body(duration=3), 400, "InvalidParameter", "duration"),
        (text_body(duration=31), 400, "InvalidParameter", "duration"),
        (text_body(duration=-1), 400, "InvalidParameter", "duration"),
        (text_body(model=NO_DRAFTS, draft=False, duration=16), 400, "InvalidParameter", "duration"),
        (text_body(model=PRO, duration=13), 400, "InvalidParameter", "duration"),
        (text_body(ratio="2:1"), 400, "InvalidParameter", "ratio"),
        (text_body(seed=2**32), 400, "InvalidParameter", "seed"),
        (text_body(frames=29), 400, "InvalidParameter", "frames"),
        (text_body(model=OLD, draft=False, duration=None, frames=30), 400, "InvalidParameter", "frames"),
        (text_body(model=OLD, draft=False, frames=29), 400, "InvalidParameter", "frames"),
        (text_body(model=OLD, draft=False, generate_audio=True), 400, "InvalidParameter", "generate_audio"),
        (text_body(model=NO_DRAFTS), 400, "InvalidParameter", "draft"),
        (text_body(model=OLD), 400, "InvalidParameter", "draft"),
        (text_body(resolution="720p"), 400, "InvalidParameter", "resolution"),
        (text_body(draft=False, resolution="4k"), 400, "InvalidParameter", "resolution"),
        (text_body(return_last_frame=True), 400, "InvalidParameter", "return_last_frame"),
        (text_body(model=PRO, service_tier="flex"), 400, "InvalidParameter", "service_tier"),
        (text_body(draft=False, service_tier="flex"), 400, "InvalidParameter", "service_tier"),
        (text_body(execution_expires_after=60), 400, "InvalidParameter", "execution_expires_after"),
        (text_body(safety_identifier="x" * 65), 400, "InvalidParameter", "safety_identifier"),
        (text_body(callback_url="ftp://x"), 400, "InvalidParameter", "callback_url"),
        (text_body(content=[image(PICTURE, "last_frame")]), 400, "InvalidParameter", "content"),
        (text_body(content=[image(PICTURE), image(PICTURE)]), 400, "InvalidParameter", "content"),
        (text_body(content=[image(PICTURE), image(PICTURE, "reference_image")]), 400, "InvalidParameter", "content"),
        (text_body(content=[image(PICTURE), FILM]), 400, "InvalidParameter", "content"),
        (text_body(content=[image(PICTURE, "reference_image")] * 10), 400, "InvalidParameter", "content"),
        (text_body(content=[text("x"), FILM, FILM, FILM, FILM]), 400, "InvalidParameter", "content"),
        (text_body(content=[text("x"), SOUND]), 400, "InvalidParameter", "content"),
        (text_body(model=PRO, content=[image(PICTURE, "reference_image")]), 400, "InvalidParameter", "content"),
        (text_body(content=[draft_item("cgt-none")]), 400, "InvalidParameter", "draft"),
        ({"model": MODEL, "content": [draft_item("cgt-none")]}, 400, "InvalidParameter", "content.0.draft_task.id"),
        ({"model": MODEL, "content": [draft_item("x"), text("x")]}, 400, "InvalidParameter", "content"),
    ],
)
async def test_a_wrong_request_is_refused_with_arks_code(
    quick: Client, body: dict[str, Any], status: int, code: str, param: str
) -> None:
    """Status, code and the name of the field are Ark's, and no task is made."""
    before = len(await quick.sandbox.tasks())
    reply = await quick.submit(body)
    error = reply.json()["error"]
    got_param = error["param"] if param in {"model", error["param"]} else error["param"].split(".")[0]
    assert (status, code, param) == (reply.status_code, error["code"], got_param)
    assert before == len(await quick.sandbox.tasks())


async def test_what_is_not_json_is_refused(quick: Client) -> None:
    """A broken body is InvalidParameter, not a server error."""
    reply = await quick.http.post(TASKS, content=b"\xff{")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic abc", "Bearer \xe9"])
@pytest.mark.parametrize("path", [TASKS, f"{TASKS}/x", "/sandbox/bill", "/sandbox/tasks", "/sandbox/faults"])
async def test_without_the_key_nothing_is_told(fast: Sandbox, header: str, path: str) -> None:
    """Every route but health and files wants the Bearer key, and says AuthenticationError."""
    async with httpx.AsyncClient(base_url=fast.base_url, trust_env=False) as stranger:
        reply = await stranger.get(path, headers={"Authorization": header.encode("latin-1")})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "AuthenticationError")


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,AAAA",
        "data:image/png;base64,not base64",
        "data:text/plain,hello",
        "http://127.0.0.1:9/none.png",
        "http://[broken/none.png",
    ],
)
async def test_a_picture_that_cannot_be_read_names_its_field(client: Client, url: str) -> None:
    """Media are fetched and decoded before a task is made."""
    reply = await client.submit(text_body(content=[text("x"), image(url)]))
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidParameter")
    assert reply.json()["error"]["param"] == "content.1.image_url.url"


async def test_a_picture_that_is_too_small_names_its_field(client: Client) -> None:
    """Ark wants sides of 300 pixels at least."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (299, 400)).save(buffer, "PNG")
    reply = await client.submit(text_body(content=[image(inline(buffer.getvalue()))]))
    assert reply.json()["error"]["param"] == "content.0.image_url.url"
    assert "299x400" in reply.json()["error"]["message"]


def inline(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()
