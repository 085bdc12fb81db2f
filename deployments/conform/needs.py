"""What a provider may lack. A check that needs what its documents do not describe is "not offered", and says why."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from deployments.conform.specs import smallest
from deployments.conform.subject import Subject
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.applies import applies
from workprint.brief import InputType
from workprint.recovery import Grade
from workprint.signatures import Scheme

#: Whose task object says what a film cost (tokens, seconds or money), by their documents of autumn 2026.
_TELLS_COST = frozenset({"ark", "alltoken", "kling", "minimax", "openrouter"})
_MARK = "https://desk.example.com/callbacks/conform/mark"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing, why it is missing where it is (in two languages), and how to tell."""

    english: str
    chinese: str
    met: Callable[[Subject], bool]


def striking(fault: FaultName) -> Need:
    """That the provider has the thing that is to go wrong. Of no meaning at a server that is not ours."""
    said = fault.replace("_", " ")
    return Need(
        f"the provider has no such thing as: {said}",
        f"该供应商不存在此情形：{said}",
        lambda subject: strikes(subject, fault),
    )


def strikes(subject: Subject, fault: FaultName) -> bool:
    """Whether a fault means anything to the dialect's provider."""
    voice = VOICES.get(subject.account.dialect)
    return voice is not None and applies(voice, fault)


def _grade(*grades: Grade) -> Callable[[Subject], bool]:
    return lambda subject: subject.language.recovery in grades


def _calls_back(subject: Subject) -> bool:
    """Whether a submit has a place for our address."""
    request = subject.language.submit(smallest(subject.facts), {}, client_ref="wp-rnd_0", callback_url=_MARK)
    return _MARK in json.dumps([request.json, request.params])


NO_CANCEL = Need("the provider can cancel", "供应商支持取消", lambda subject: subject.language.cancel("x") is None)
CANCEL = Need(
    "the provider documents no cancel",
    "供应商文档未提供取消接口",
    lambda subject: subject.language.cancel("x") is not None,
)
LIST = Need("the provider documents no list of tasks", "供应商文档未提供任务列表", lambda s: s.language.recovery.lists)
WHOLE_LIST = Need(
    "the provider documents no list over a time, or our own id makes it needless",
    "供应商文档未提供按时间的任务列表，或已可按我们的编号查询",
    _grade(Grade.CLIENT_REFERENCE, Grade.FINGERPRINT),
)
NO_LIST = Need(
    "the provider's tasks can be found, so nobody has to decide",
    "供应商的任务可以查到，无需人工决定",
    lambda subject: not subject.language.recovery.lists,
)
UNIQUE_ID = Need(
    "the provider keeps no id of ours unique",
    "供应商不保证我们的编号唯一",
    _grade(Grade.CLIENT_ID, Grade.IDEMPOTENCY_KEY),
)
ECHOED = Need(
    "the provider echoes no reference of ours",
    "供应商不回显我们的编号",
    _grade(Grade.CLIENT_REFERENCE, Grade.CLIENT_ID, Grade.IDEMPOTENCY_KEY),
)
REFERENCE_LOST = Need(
    "only a reference in a list can get lost", "仅列表中的编号可能丢失", _grade(Grade.CLIENT_REFERENCE)
)
TWINS = Need(
    "tasks are told apart by a reference, or not listed", "任务可由编号区分，或无列表", _grade(Grade.FINGERPRINT)
)
BATCH = Need(
    "the provider answers about one task at a time",
    "供应商每次只能查询一个任务",
    lambda subject: subject.language.check_many(["a", "b"]) is not None,
)
CALLBACKS = Need("the provider documents no callbacks of its own", "供应商文档未提供回调", _calls_back)
SIGNED = Need(
    "the provider signs no callbacks",
    "供应商的回调没有签名",
    lambda subject: subject.language.signature is not Scheme.UNSIGNED,
)
UNSIGNED = Need(
    "the provider signs its callbacks",
    "供应商的回调带有签名",
    lambda subject: subject.language.signature is Scheme.UNSIGNED,
)
NATIVE = Need(
    "the model makes no finals from its own drafts", "该模型不支持由草稿生成成片", lambda subject: subject.facts.native
)
EMULATED = Need("the model has a native draft", "该模型支持原生草稿", lambda subject: not subject.facts.native)
FINAL = Need("a final was not asked for (--final)", "未要求生成成片（--final）", lambda subject: subject.final)
PRICE = Need("no price of the model is known", "未知该模型的价格", lambda subject: bool(subject.facts.prices))
PICTURES = Need(
    "the model starts from no picture",
    "该模型不支持图生视频",
    lambda subject: InputType.IMAGE_TO_VIDEO in subject.facts.input_types,
)
KEY_FOR_LINKS = Need(
    "result links are signed, or open to everybody",
    "结果链接已签名或公开",
    lambda subject: subject.account.dialect in VOICES and bool(VOICES[subject.account.dialect].film_path),
)
CANCELLED = Need(
    "the provider documents no status for cancelled tasks",
    "供应商文档没有“已取消”状态",
    lambda subject: strikes(subject, FaultName.CANCELLED_BY_PROVIDER),
)
EXPIRED = Need(
    "the provider documents no status for expired tasks",
    "供应商文档没有“已过期”状态",
    lambda subject: strikes(subject, FaultName.EXPIRED_TASK),
)
FRESH_LINKS = Need(
    "asking again is not documented to renew a link",
    "文档未说明再次查询会刷新链接",
    lambda subject: subject.account.dialect in VOICES and VOICES[subject.account.dialect].renews_links,
)
CHALLENGE = Need(
    "the provider does not challenge an address",
    "供应商不验证回调地址",
    lambda subject: subject.account.dialect in VOICES and VOICES[subject.account.dialect].challenge() is not None,
)
USAGE = Need(
    "the provider says nothing of what a task cost",
    "供应商不告知任务费用",
    lambda subject: subject.account.dialect in _TELLS_COST,
)
