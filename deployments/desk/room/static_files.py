"""Style and scripts: from the package's own folder, and nothing else from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deployments.desk.room.room import STATIC, static_version
from workprint.room_links import Guest

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


async def file(_: "Room", request: Request, __: Guest | None) -> Response:
    """The file; kept for a year under an address that names their version, else asked about each time (ETag)."""
    version, _slash, name = request.path_params["file"].rpartition("/")
    found = _files().get(name)
    if found is None or "/" in version:
        raise HTTPException(404)
    life = _FOR_EVER if version == static_version() else "no-cache"
    headers = {"etag": found.etag, "cache-control": life}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)


@cache
def _files() -> Mapping[str, _File]:
    """All of them, by name: few and small, so they are kept in memory."""
    return {path.name: _read(path.name) for path in STATIC.iterdir() if path.is_file()}


def _read(name: str) -> _File:
    content = (STATIC / name).read_bytes()
    return _File(content, guess_type(name)[0] or "application/octet-stream", f'"{sha256(content).hexdigest()[:32]}"')
