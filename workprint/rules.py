"""Which briefs can be made: every rule that needs more than one field, or the model's facts. All problems at once.

Four groups, one file each: the campaign (here), the inputs of a shot (`rules_inputs`), what the model can do
(`rules_model`), and advice (`rules_advice`, warnings only).
"""

import ipaddress
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from urllib.parse import urlsplit

from workprint.brief import Brief
from workprint.fallback import named_twice
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.reading import text_problems
from workprint.rules_advice import advice
from workprint.rules_inputs import input_problems
from workprint.rules_model import model_problems
from workprint.variants import count

#: A brief is one campaign a person looks at; more than this is a batch.
MAX_VARIANTS = 500


def check_brief(brief: Brief, facts: ModelFacts) -> tuple[Problem, ...]:
    """Every error and warning of a brief that is to be made with this model, errors first, each once."""
    found = (*campaign_problems(brief), *input_problems(brief), *model_problems(brief, facts), *advice(brief, facts))
    return tuple(sorted(dict.fromkeys(found), key=lambda p: p.severity))


def campaign_problems(brief: Brief) -> Iterator[Problem]:
    """Names, lists, size, people, the callback's address, and texts that can be printed."""
    yield from _repeated("ratios", brief.ratios)
    yield from _repeated("durations", brief.durations)
    yield from _repeated("approvers", brief.approvers)
    yield from _same_names(brief)
    yield from _too_many(brief)
    yield from _approvers(brief)
    yield from _callback(brief.callback_url)
    yield from named_twice(brief)
    yield from text_problems(brief)


def _repeated(path: str, values: Sequence[Hashable]) -> Iterator[Problem]:
    for value, times in Counter(values).items():
        if times > 1:
            where = f"{path}[{len(values) - 1 - values[::-1].index(value)}]"
            yield Problem(
                where, f"{value} stands {times} times in {path}", "keep one", zh=f"{value} 重复；请只保留一个。"
            )


def _same_names(brief: Brief) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, shot in enumerate(brief.shots):
        if shot.name in first:
            rule = f"{shot.name!r} is already the name of shots[{first[shot.name]}]"
            zh = f"镜头名称 {shot.name} 重复；请改名。"
            yield Problem(f"shots[{index}].name", rule, "give each shot its own name", zh=zh)
        first.setdefault(shot.name, index)


def _too_many(brief: Brief) -> Iterator[Problem]:
    if (number := count(brief)) > MAX_VARIANTS:
        rule = f"shots x ratios x durations x takes makes {number} variants, at most {MAX_VARIANTS} are allowed"
        zh = f"共 {number} 个变体，最多 {MAX_VARIANTS} 个；请拆分成多个简报。"
        yield Problem("brief", rule, "split it into several briefs", zh=zh)


def _approvers(brief: Brief) -> Iterator[Problem]:
    for index, name in enumerate(brief.approvers):
        if not name or len(name) > 120:
            zh = "审批人不能为空，最多 120 个字符。"
            yield Problem(f"approvers[{index}]", "must have 1 to 120 characters", "write a name or an address", zh=zh)


def _callback(url: str | None) -> Iterator[Problem]:
    if url is not None and (rule := _unfit(url)):
        zh = "回调地址必须是 https 完整地址（本机可用 http），且不含用户名、密码。"
        yield Problem("callback_url", rule, "write it like https://example.com/hooks/workprint, or remove it", zh=zh)


def _unfit(url: str) -> str:
    """What is wrong with a callback URL; empty when nothing is. Where it leads is checked again when it is used."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not host or not url.isprintable() or " " in url:
        return "is not a complete https URL"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if parts.scheme == "http" and not _loopback(host):
        return "must be https; plain http is for this machine only"
    return ""


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
