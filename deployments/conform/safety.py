"""What must never get out, and what must never break us."""

import json
from urllib.parse import parse_qsl, urlsplit

from blocks.provider import VideoProvider
from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.loopback import Heard, Said, serving
from deployments.conform.subject import quick
from workprint.outcomes import Accepted, Checked, Submitted, Unanswered, Unreadable
from workprint.states import RenderState

GROUP = Group("safety")
#: Characters. A shorter value of a query is a date or an algorithm, no signature.
_SIGNATURE = 32
_HOSTILE = (
    b"", b"null", b"true", b"[]", b'""', b"{}", b"[" * 5000, b'{"id":' * 2000, b"\x00\xff\xfe", b"\xef\xbb\xbf{}",
    b'{"id":null,"task_id":{},"request_id":[],"data":{"id":1e400}}', b'{"id":"../../etc","status":"succeeded"}',
    b'{"status":"succeeded","content":{"video_url":"javascript:alert(1)"},"task":{"status":"succeeded"}}',
    b'{"code":0,"data":[{"id":"\\ud800","status":"succeeded","outputs":[{"url":"ftp://x"}]}]}',
    json.dumps({"error": {"code": "x" * 50_000, "message": ["deep", {"er": None}]}}).encode(),
)  # fmt: skip
_STATUSES = (200, 400, 500)
_ASKED = "workprint-conform-0"


def _texts(answer: Submitted | Checked) -> str:
    failure = getattr(answer, "failure", None)
    return " ".join([getattr(answer, "raw", ""), *((failure.raw, failure.code) if failure else ())])


@GROUP.check("供应商回显的密钥不会被保存。")
async def key_echoed(case: Case) -> None:
    """A provider that repeats our key in its answers does not get it into anything we keep."""
    key = case.subject.account.key.get_secret_value()

    def echo(one: Heard) -> Said:
        error = {"code": "AuthenticationError", "message": f"bad: {one.header('authorization')} ({key})"}
        return Said(401, json.dumps({"error": error, "detail": key}).encode())

    async with serving(echo) as parrot, quick(case.subject.account, base_url=parrot.url) as provider:
        answers = [await case.submit(case.new(), provider=provider), await provider.check(_ASKED)]
    expect(not any(key in _texts(answer) for answer in answers), "the key is nowhere", "the key")


@GROUP.check("链接中的签名不进入保存的文本。", live=True)
async def link_signature(case: Case) -> None:
    """The signature of a result link does not stand in what is kept of the provider's answers."""
    _, seen = await case.succeeded()
    query = parse_qsl(urlsplit(seen.link or "").query)
    leaked = [name for name, value in query if len(value) >= _SIGNATURE and value in seen.raw]
    expect(not leaked, "no signature", leaked)


@GROUP.check("凭据不随重定向发送。")
async def redirect(case: Case) -> None:
    """A redirect is not followed: the key goes to nobody else, and a submit is not sent a second time."""
    async with serving(lambda _: Said()) as elsewhere:
        away = Said(307, b"", (("location", f"{elsewhere.url}/taken"),))
        async with serving(lambda _: away) as host, quick(case.subject.account, base_url=host.url) as provider:
            answers = [await case.submit(case.new(), provider=provider), await provider.check(_ASKED)]
        heard = list(elsewhere.heard)
    expect(not heard, "nothing is sent on", heard[:1])
    expect([isinstance(answers[0], Accepted), isinstance(answers[1], Unreadable)] == [False, True], "no task", answers)


@GROUP.check("任何异常的回答都不会引发错误，也不会被当作成功。")
async def hostile_answers(case: Case) -> None:
    """Whatever a server answers, the outcome is a value: never an exception, never a success without a usable link."""
    said = [Said()]
    async with serving(lambda _: said[0]) as host, quick(case.subject.account, base_url=host.url) as provider:
        for said[0] in (Said(status, body) for status in _STATUSES for body in _HOSTILE):
            await _survives(case, provider, said[0])


async def _survives(case: Case, provider: VideoProvider, said: Said) -> None:
    answer, seen = await case.submit(case.new(), provider=provider), await provider.check(_ASKED)
    expect(not isinstance(answer, Accepted) or answer.task_id.isprintable(), "no such task id", answer)
    state, link = getattr(seen, "state", None), getattr(seen, "link", None) or ""
    good = state is not RenderState.SUCCEEDED or link.startswith(("http://", "https://"))
    expect(good, "no success without a usable link", f"{said.status} {said.body[:80]!r}")


@GROUP.check("过长的回答不会占满内存，结果视为未知。")
async def endless_answer(case: Case) -> None:
    """An answer without an end is cut, and proves nothing."""
    endless = Said(200, b'{"id":"' + b"x" * (9 * 1024 * 1024))
    async with serving(lambda _: endless) as host, quick(case.subject.account, base_url=host.url) as provider:
        answer = await case.submit(case.new(), provider=provider)
    expect(isinstance(answer, Unanswered), "unanswered", _texts(answer)[:80])


@GROUP.check("密钥未出现在任何保存的文本中。", live=True, alone=True)
async def key_nowhere(case: Case) -> None:
    """After all other checks, the key stands in nothing that was kept of the provider's answers."""
    key = case.subject.account.key.get_secret_value()
    found = sum(key in text for text in case.subject.kept)
    expect(not found, "the key is nowhere", f"in {found} of {len(case.subject.kept)} texts")
