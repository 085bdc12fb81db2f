"""What went wrong, classified once; one retry rule and one sentence for the customer per class."""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """The ten classes of docs/design.md section 3."""

    PARAMETERS = "parameters"
    AUTH = "auth"
    QUOTA = "quota"
    RATE_LIMIT = "rate_limit"
    CONTENT_POLICY = "content_policy"
    UPSTREAM = "upstream"
    QUEUE_TIMEOUT = "queue_timeout"
    LINK = "link"
    NETWORK = "network"
    INTERNAL = "internal"


class Stage(StrEnum):
    """Where in the life of a render it went wrong."""

    SUBMIT = "submit"
    QUEUE = "queue"
    RENDER = "render"
    DOWNLOAD = "download"
    MODERATION = "moderation"
    ARCHIVE = "archive"


#: How often a refused submit of this class may be sent again, and the first pause in seconds (doubling after).
#: 0 tries: sending the same thing again cannot help.
SUBMIT_RETRIES: dict[FailureKind, tuple[int, float]] = {
    FailureKind.PARAMETERS: (0, 0.0),
    FailureKind.AUTH: (0, 0.0),
    FailureKind.QUOTA: (0, 0.0),
    FailureKind.RATE_LIMIT: (8, 2.0),
    FailureKind.CONTENT_POLICY: (0, 0.0),
    FailureKind.UPSTREAM: (3, 5.0),
    FailureKind.QUEUE_TIMEOUT: (1, 5.0),
    FailureKind.LINK: (0, 0.0),
    FailureKind.NETWORK: (5, 2.0),
    FailureKind.INTERNAL: (0, 0.0),
}

_SENTENCES: dict[FailureKind, tuple[str, str]] = {
    FailureKind.PARAMETERS: (
        "The provider does not accept these settings; change the named field of the brief.",
        "供应商不接受这些参数；请修改简报中指出的字段。",
    ),
    FailureKind.AUTH: (
        "The provider does not accept our API key; ask the operator to check the provider block.",
        "供应商不接受我们的 API 密钥；请运维检查 provider 配置。",
    ),
    FailureKind.QUOTA: (
        "The account at the provider has no balance or quota left; top it up and run again.",
        "供应商账户余额或配额不足；请充值后重新运行。",
    ),
    FailureKind.RATE_LIMIT: (
        "The provider is busy and asked us to slow down; the request is sent again by itself.",
        "供应商繁忙并要求降速；请求会自动重试。",
    ),
    FailureKind.CONTENT_POLICY: (
        "The provider's content policy rejected the prompt, a reference or the result; change the shot.",
        "供应商的内容政策拒绝了提示词、参考素材或结果；请修改镜头。",
    ),
    FailureKind.UPSTREAM: (
        "The provider's model failed; a new try may succeed.",
        "供应商的模型出错；重试可能成功。",
    ),
    FailureKind.QUEUE_TIMEOUT: (
        "The provider did not start the render in time; run it again at a quieter hour.",
        "供应商未能及时开始渲染；请在空闲时段重试。",
    ),
    FailureKind.LINK: (
        "The provider's download link no longer works; the file was paid for but could not be fetched.",
        "供应商的下载链接已失效；文件已计费但无法取回。",
    ),
    FailureKind.NETWORK: (
        "The provider could not be reached; check the network and run again.",
        "无法连接供应商；请检查网络后重试。",
    ),
    FailureKind.INTERNAL: (
        "Workprint itself failed; send the render id to support.",
        "Workprint 内部出错；请将渲染编号发给技术支持。",
    ),
}


def sentence(kind: FailureKind, language: str = "en") -> str:
    """The one sentence for the customer, `en` or `zh`; any other language reads English."""
    english, chinese = _SENTENCES[kind]
    return chinese if language.startswith("zh") else english


@dataclass(frozen=True, slots=True)
class Failure:
    """One classified failure. `raw` is the provider's own text with secrets removed."""

    kind: FailureKind
    stage: Stage
    code: str = ""
    raw: str = ""
    #: Seconds the provider asked us to wait, from Retry-After (RFC 9110, section 10.2.3); None when it did not say.
    retry_after: float | None = None

    def sentence(self, language: str = "en") -> str:
        """The one sentence for the customer."""
        return sentence(self.kind, language)

    @property
    def submit_retries(self) -> int:
        """How many times a refused submit may be sent again."""
        return SUBMIT_RETRIES[self.kind][0]

    def pause(self, attempt: int) -> float:
        """Seconds to wait before submit number `attempt + 1` (attempt counts from 1); the provider's word wins."""
        if self.retry_after is not None:
            return self.retry_after
        return float(min(SUBMIT_RETRIES[self.kind][1] * 2.0 ** (attempt - 1), 60.0))
