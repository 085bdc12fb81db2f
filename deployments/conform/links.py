"""Result links: fetched whole, safely, and before they end."""

from datetime import UTC, datetime

from blocks.bucket.link import open_link
from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import FRESH_LINKS, KEY_FOR_LINKS, striking
from deployments.sandbox.fault_table import FaultName
from workprint.errors import ArchiveError, Deviation, LinkDead, UnsafeUrl
from workprint.outcomes import Observation
from workprint.states import RenderState

GROUP = Group("links")
_F = FaultName
_ELSEWHERE = "https://cdn.example.com/film.mp4"
#: Where the first box of an MP4 says its kind (ISO/IEC 14496-12, section 4.3).
_MP4 = b"ftyp"


def _link(seen: Observation) -> str:
    expect(seen.link, "a link", seen)
    return seen.link or ""


async def _done(case: Case, fault: FaultName, **settings: object) -> tuple[str, str]:
    """Task and link of a film that came out well, with this fault."""
    await case.fault(fault, **settings)
    order = await case.ordered()
    return order.task_id, _link(await case.until(order.task_id, RenderState.SUCCEEDED))


async def _fails(case: Case, link: str, error: type[Exception]) -> None:
    try:
        content = await case.fetched(link)
    except error:
        return
    except (ArchiveError, UnsafeUrl) as other:
        raise Deviation(error.__name__, f"{type(other).__name__}: {other}") from None
    raise Deviation(error.__name__, f"{len(content)} bytes")


@GROUP.check("结果链接可下载，内容是视频。", live=True)
async def film(case: Case) -> None:
    """The film is behind the link."""
    _, seen = await case.succeeded()
    content = await case.fetched(_link(seen))
    expect(_MP4 in content[:64], "an MP4", content[:16])


@GROUP.check("链接的失效时间已知，且在将来。", live=True)
async def end_known(case: Case) -> None:
    """When the link ends is known, by the provider's word or by the careful side, and has not come yet."""
    _, seen = await case.succeeded()
    ends = seen.link_expires_at
    expect(ends is not None and ends > datetime.now(UTC), "a time to come", ends)


@GROUP.check("失效的链接被识别（link），不再重试。", striking(_F.EXPIRED_LINK))
async def expired(case: Case) -> None:
    """A link that has ended is told from one that is only slow: fetching again cannot help."""
    _, link = await _done(case, _F.EXPIRED_LINK, polls=0)
    await _fails(case, link, LinkDead)


@GROUP.check("再次查询可得到新的链接。", FRESH_LINKS, striking(_F.EXPIRED_LINK))
async def refreshed(case: Case) -> None:
    """A link that has ended is replaced by a good one when the task is asked for again."""
    task_id, link = await _done(case, _F.EXPIRED_LINK, polls=1)
    await _fails(case, link, LinkDead)
    content = await case.fetched(_link(await case.look(task_id)))
    expect(_MP4 in content[:64], "an MP4", content[:16])


@GROUP.check("尚未就绪的文件稍后可下载。", striking(_F.NOT_READY))
async def not_ready(case: Case) -> None:
    """A file that is not ready yet can be fetched a moment later."""
    _, link = await _done(case, _F.NOT_READY, polls=1, status=400)
    await _fails(case, link, ArchiveError)
    content = await case.fetched(link)
    expect(_MP4 in content[:64], "an MP4", content[:16])


@GROUP.check("指向内网元数据的链接绝不访问。", striking(_F.UNSAFE_LINK))
async def unsafe(case: Case) -> None:
    """A link to a cloud's own credentials is never followed."""
    _, link = await _done(case, _F.UNSAFE_LINK)
    await _fails(case, link, UnsafeUrl)


@GROUP.check("密钥只发给 API 自己的主机。", live=True)
async def key_stays_home(case: Case) -> None:
    """The key goes with a link only where the provider wants it, and only to the API's own host."""
    _, seen = await case.succeeded()
    own = bool(case.provider.fetching(_link(seen)).headers)
    expect(not case.provider.fetching(_ELSEWHERE).headers, "no key for another host", _ELSEWHERE)
    wanted = case.subject.language.link_wants_key
    expect(own <= wanted, "no key where none is wanted", "the key")


@GROUP.check("需要密钥的链接没有密钥就无法打开。", KEY_FOR_LINKS)
async def key_needed(case: Case) -> None:
    """A link that wants the key is not open to everybody."""
    _, seen = await case.succeeded()
    link = _link(seen)
    way = case.provider.fetching(link)
    try:
        source = await open_link(link, headers={}, allow_private=False, timeout=30.0, trusted=way.trusted)
    except ArchiveError:
        return
    source.close()
    raise Deviation("no film without the key", "the film")
