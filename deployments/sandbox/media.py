"""Reference media: fetched when a task is made, looked at, and kept by hash, so that a final uses the same bytes."""

import asyncio
import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import av
import httpx
from PIL import Image, ImageOps

from deployments.sandbox.refusals import invalid
from deployments.sandbox.render.plan import nearest_ratio
from deployments.sandbox.tasks import Params
from deployments.sandbox.values import Medium

#: Ark's limits: pictures 30 MB with sides of 300 to 6000 pixels, films 50 MB, sounds 15 MB.
_MOST_BYTES = {"still": 30_000_000, "footage": 50_000_000, "soundtrack": 15_000_000}
_SIDES = (300, 6000)


class MediaShelf:
    """The folder of reference media of one sandbox."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._client = httpx.AsyncClient(timeout=20, follow_redirects=True, trust_env=False)

    async def aclose(self) -> None:
        """Let go of open connections."""
        await self._client.aclose()

    async def fill(self, params: Params, media: Sequence[Medium]) -> Params:
        """The parameters with these media, put on the shelf, and the ratio decided. Raises `Refusal` naming the field.

        Without media they keep those they have: a final has its draft's.
        """
        filled = await self._with_media(params, media) if media else params
        return await asyncio.to_thread(self._with_ratio, filled)

    async def _with_media(self, params: Params, media: Sequence[Medium]) -> Params:
        kept = await asyncio.gather(*(self._keep(medium) for medium in media), return_exceptions=True)
        # The first field of the body is named, not the first to fail.
        for outcome in kept:
            if isinstance(outcome, BaseException):
                raise outcome
        names = [str(name) for name in kept]
        slots = {slot: [n for m, n in zip(media, names, strict=True) if m.slot == slot] for slot in _MOST_BYTES}
        return replace(
            params,
            stills=tuple(slots["still"]),
            footage=next(iter(slots["footage"]), ""),
            soundtrack=next(iter(slots["soundtrack"]), ""),
        )

    def _with_ratio(self, params: Params) -> Params:
        if params.ratio != "adaptive":
            return params
        path = params.footage or next(iter(params.stills), "")
        return replace(params, ratio=nearest_ratio(*_size(self.folder / path)) if path else "16:9")

    async def _keep(self, medium: Medium) -> str:
        data = await self._bytes(medium)
        name = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(self._shelve, name, data, medium)
        return name

    def _shelve(self, name: str, data: bytes, medium: Medium) -> None:
        # Two tasks may bring the same picture at the same moment: each writes a file of its own.
        part = self.folder / f"{name}.{secrets.token_hex(4)}.part"
        part.write_bytes(data)
        try:
            _LOOK[medium.slot](part)
        except (OSError, ValueError, SyntaxError, IndexError, Image.DecompressionBombError) as error:
            part.unlink()
            raise invalid(medium.field, f"it cannot be decoded as a {_WORDS[medium.slot]}: {error}") from error
        part.replace(self.folder / name)

    async def _bytes(self, medium: Medium) -> bytes:
        most = _MOST_BYTES[medium.slot]
        data = _inline(medium) if medium.url.startswith("data:") else await self._fetched(medium, most)
        if len(data) > most:
            raise invalid(medium.field, f"it is larger than {most // 1_000_000} MB")
        return data

    async def _fetched(self, medium: Medium, most: int) -> bytes:
        data = bytearray()
        try:
            async with self._client.stream("GET", medium.url) as reply:
                reply.raise_for_status()
                async for chunk in reply.aiter_bytes():
                    data += chunk
                    if len(data) > most:
                        break
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise invalid(medium.field, f"it cannot be fetched: {type(error).__name__}") from error
        return bytes(data)


def _inline(medium: Medium) -> bytes:
    head, _, payload = medium.url.partition(",")
    if not head.endswith(";base64"):
        return unquote_to_bytes(payload)
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise invalid(medium.field, "its base64 is broken") from error


def _look_at_still(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()
        if not all(_SIDES[0] <= side <= _SIDES[1] for side in picture.size):
            raise ValueError(f"it is {picture.width}x{picture.height}, sides must be {_SIDES[0]} to {_SIDES[1]} pixels")


def _look_at_footage(path: Path) -> None:
    with av.open(str(path)) as container:
        next(container.decode(video=0))


def _look_at_sound(path: Path) -> None:
    with av.open(str(path)) as container:
        next(container.decode(audio=0))


_LOOK = {"still": _look_at_still, "footage": _look_at_footage, "soundtrack": _look_at_sound}
_WORDS = {"still": "picture", "footage": "film", "soundtrack": "sound"}


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a picture as it is meant to be seen, or of a film."""
    try:
        with Image.open(path) as picture:
            return ImageOps.exif_transpose(picture).size
    except OSError:
        with av.open(str(path)) as container:
            return container.streams.video[0].width, container.streams.video[0].height
