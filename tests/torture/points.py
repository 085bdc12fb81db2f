"""The choke points of a flow's process, numbered as they are passed, and kill -9 at one of them.

Armed in a forked child only, by wrapping the few functions through which every commit, every request to the provider,
every S3 call and every download goes. A point's name says what was about to be done; its number counts that very name
within one process, so that a name means the same moment in every run of the same story.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.torture.warm import S3

#: What somebody does at a point: given its full name.
Act = Callable[[str], None]


class Points:
    """Counts points by name, writes each down before it goes on, and kills the process at the one that is armed."""

    def __init__(self, report: int, target: str | None) -> None:
        self._report = report
        self._target = target
        self._seen: Counter[str] = Counter()

    def enter(self, what: str) -> str:
        """The name of this passage, e.g. `commit queued draft #1`."""
        self._seen[what] += 1
        return f"{what} #{self._seen[what]}"

    def at(self, passage: str, side: str) -> None:
        """One side of a passage: `before`, `sent` or `after`."""
        name = f"{passage} {side}"
        os.write(self._report, f"{name}\n".encode())
        if name == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(points: Points) -> None:
    """Wrap the choke points of this process."""
    _arm_ledger(points)
    _arm_provider(points)
    _arm_bucket(points)
    _arm_links(points)


def _arm_ledger(points: Points) -> None:
    from blocks.ledger import engine, writer

    begin, transaction = engine.writing, writer.Writer._transaction
    doing: dict[int, list[str]] = {}

    @asynccontextmanager
    async def writing(engine: Any) -> AsyncIterator[Any]:
        passages = [points.enter(f"commit {wish}") for wish in doing[id(engine)]]
        async with begin(engine) as connection:
            yield connection
            for passage in passages:
                points.at(passage, "before")
        for passage in passages:
            points.at(passage, "after")

    async def named(self: Any, batch: Any) -> Any:
        # What shares a transaction is a matter of chance: each wish is a point of its own.
        doing[id(self._engine)] = sorted({_wish(queued.wish) for queued in batch})
        return await transaction(self, batch)

    writer.writing = writing  # type: ignore[attr-defined]
    writer.Writer._transaction = named  # type: ignore[method-assign]


def _wish(wish: Any) -> str:
    """What is written, in two or three words."""
    if hasattr(wish, "change"):
        return "facts" if wish.facts_only else f"{wish.change.to}"
    if hasattr(wish, "spec"):
        return f"claim {wish.spec.kind}"
    work = getattr(wish, "work", None)
    return getattr(getattr(work, "func", work), "__name__", type(wish).__name__)


def _arm_provider(points: Points) -> None:
    carried = httpx.AsyncHTTPTransport.handle_async_request

    async def carry(self: Any, request: httpx.Request) -> httpx.Response:
        if not _to_provider(request):
            return await carried(self, request)
        passage = points.enter(f"provider {request.method} {_place(request)}")
        points.at(passage, "before")
        request.extensions = {**request.extensions, "trace": _sent(points, passage)}
        response = await carried(self, request)
        points.at(passage, "after")
        return response

    httpx.AsyncHTTPTransport.handle_async_request = carry  # type: ignore[method-assign]


def _to_provider(request: Any) -> bool:
    return "/contents/generations/" in request.url.path


def _place(request: Any) -> str:
    return "list" if "page_num" in request.url.params else "task"


def _sent(points: Points, passage: str) -> Callable[[str, Mapping[str, Any]], Any]:
    async def trace(event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_body.complete"):
            points.at(passage, "sent")

    return trace


def _arm_bucket(points: Points) -> None:
    from blocks.bucket import client

    make = client._client

    def listened(credentials: Any, endpoint_url: str | None, *more: Any) -> Any:
        made: Any = S3.get(credentials.aws_client_parameters.endpoint_url) or make(credentials, endpoint_url, *more)
        if not getattr(made, "_listened", False):
            made._listened = True
            passages: dict[int, str] = {}
            made.meta.events.register("before-send.s3", _s3_before(points, passages))
            made.meta.events.register("response-received.s3", _s3_after(points, passages))
        return made

    client._client = listened  # type: ignore[assignment]


def _s3_before(points: Points, passages: dict[int, str]) -> Callable[..., None]:
    def before(request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rsplit(".", 1)[1]
        passage = points.enter(f"s3 {operation} {_folder(request.url)}")
        passages[threading.get_ident()] = passage
        points.at(passage, "before")

    return before


def _s3_after(points: Points, passages: dict[int, str]) -> Callable[..., None]:
    def after(**_: Any) -> None:
        points.at(passages[threading.get_ident()], "after")

    return after


def _folder(url: str) -> str:
    """The first folder below the bucket and the lane's prefix: drafts, quarantine, delivery, previews, the probe's."""
    parts = urlsplit(url).path.strip("/").split("/")
    return parts[2] if len(parts) > 2 else "-"


def _arm_links(points: Points) -> None:
    from blocks.bucket import link

    get = link._get

    def opened(*arguments: Any) -> Any:
        passage = points.enter("link GET")
        points.at(passage, "before")
        answer = get(*arguments)
        points.at(passage, "after")
        return answer

    link._get = opened  # type: ignore[assignment]
