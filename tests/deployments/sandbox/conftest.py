"""A sandbox for a whole test file, and a picture to film."""

import base64
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.client import Client


def square_picture(size: tuple[int, int] = (640, 360), side: int = 80) -> Image.Image:
    """A white square in the middle of a dark picture: its size in a frame tells how near the camera is."""
    picture = Image.new("RGB", size, (20, 40, 60))
    x, y = size[0] // 2, size[1] // 2
    ImageDraw.Draw(picture).rectangle((x - side / 2, y - side / 2, x + side / 2, y + side / 2), fill="white")
    return picture


@pytest.fixture(scope="session")
def picture_bytes() -> bytes:
    buffer = io.BytesIO()
    square_picture().save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def picture_url(picture_bytes: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture_bytes).decode()


@pytest_asyncio.fixture(scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    async with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def fast(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """Rendering off: for what is not about the picture."""
    async with running_sandbox(tmp_path_factory.mktemp("fast"), fixed="200kB") as running:
        yield running


@pytest_asyncio.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    await sandbox.faults()
    async with Client(sandbox) as made:
        yield made


@pytest_asyncio.fixture
async def quick(fast: Sandbox) -> AsyncIterator[Client]:
    await fast.faults()
    async with Client(fast) as made:
        yield made
