"""How a task ends with each fault of its end, and what comes of its film, whichever voice it strikes."""

from collections.abc import Awaitable, Callable, Mapping

import httpx
import pytest

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import METADATA_LINK
from tests.deployments.sandbox.frames import decoded
from tests.deployments.sandbox.voice_scene import Scene, settled
from workprint.failures import FailureKind
from workprint.states import RenderState

_F, _S = FaultName, RenderState
Check = Callable[[Scene, FaultName], Awaitable[None]]


def ends(state: RenderState, kind: FailureKind | None = None, *, charged: bool = False) -> Check:
    """The task ends so, and the bill says whether it costs anything."""

    async def check(s: Scene, fault: FaultName) -> None:
        await s.strike(fault)
        task_id = await s.task()
        seen = await s.until(task_id)
        assert state is seen.state
        assert kind is (seen.failure and seen.failure.kind)
        assert charged == ((await settled(s, task_id))["charge"] is not None)

    return check


async def unsafe_link(s: Scene, fault: FaultName) -> None:
    """The link leads where nobody must go: as it was said, for the guard to refuse."""
    await s.strike(fault)
    assert METADATA_LINK == (await s.until(await s.task(), _S.SUCCEEDED)).link


async def never_ends(s: Scene, fault: FaultName) -> None:
    """It runs on, and costs nothing yet."""
    await s.strike(fault, hold=3600)
    await s.until(await s.task(), _S.PROCESSING)
    assert (await s.truth())["charge"] is None


async def zero_byte_file(s: Scene, fault: FaultName) -> None:
    """The film has no bytes."""
    await s.strike(fault)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    assert b"" == (await s.download(seen.link or "")).content


async def wrong_duration(s: Scene, fault: FaultName) -> None:
    """Half of the film was made."""
    await s.strike(fault)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    film = decoded((await s.download(seen.link or "")).content)
    assert max(s.facts.durations[0] * 12, 24) == len(film)


async def expired_link(s: Scene, fault: FaultName) -> None:
    """Nothing comes; where asking again renews a link, the next one opens."""
    await s.strike(fault)
    task_id = await s.task()
    dead = await s.until(task_id, _S.SUCCEEDED)
    assert (await s.download(dead.link or "")).status_code in {403, 404, 410}
    again = await s.until(task_id, _S.SUCCEEDED)
    assert s.voice.renews_links == ((await s.download(again.link or "")).status_code == 200)


async def slow_download(s: Scene, fault: FaultName) -> None:
    """The film comes in drops, and whole."""
    await s.strike(fault, rate=2_000_000)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    assert 200_000 == len((await s.download(seen.link or "")).content)


async def truncated_download(s: Scene, fault: FaultName) -> None:
    """The connection breaks in the middle."""
    await s.strike(fault)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    with pytest.raises(httpx.RemoteProtocolError):
        await s.download(seen.link or "")


async def not_ready(s: Scene, fault: FaultName) -> None:
    """The first download is refused, the next one is not."""
    await s.strike(fault)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    assert [404, 200] == [(await s.download(seen.link or "")).status_code for _ in range(2)]


async def html_file(s: Scene, fault: FaultName) -> None:
    """A page comes in place of the film."""
    await s.strike(fault)
    seen = await s.until(await s.task(), _S.SUCCEEDED)
    reply = await s.download(seen.link or "")
    assert (200, True) == (reply.status_code, reply.headers["content-type"].startswith("text/html"))


END_CHECKS: Mapping[FaultName, Check] = {
    _F.CONTENT_REJECTED: ends(_S.FAILED, FailureKind.CONTENT_POLICY),
    _F.FAILED_TASK: ends(_S.FAILED, FailureKind.UPSTREAM),
    _F.CHARGED_BUT_FAILED: ends(_S.FAILED, FailureKind.UPSTREAM, charged=True),
    _F.COMPLETED_BUT_FAILED: ends(_S.FAILED, FailureKind.UPSTREAM),
    _F.COMPLETED_WITHOUT_LINK: ends(_S.FAILED, FailureKind.UPSTREAM, charged=True),
    _F.UNSAFE_LINK: unsafe_link,
    _F.EXPIRED_TASK: ends(_S.EXPIRED, FailureKind.QUEUE_TIMEOUT),
    _F.CANCELLED_BY_PROVIDER: ends(_S.CANCELLED),
    _F.NEVER_ENDS: never_ends,
    _F.ZERO_BYTE_FILE: zero_byte_file,
    _F.WRONG_DURATION: wrong_duration,
    _F.EXPIRED_LINK: expired_link,
    _F.SLOW_DOWNLOAD: slow_download,
    _F.TRUNCATED_DOWNLOAD: truncated_download,
    _F.NOT_READY: not_ready,
    _F.HTML_FILE: html_file,
}
