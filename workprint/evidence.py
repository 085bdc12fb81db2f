"""What an approval binds: written down as canonical JSON, sealed by its SHA-256, recomputed before the final is paid.

An `Offer` is everything about a final that a person agrees to; `Evidence` is the offer and who agreed to it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from workprint.policy import Policy, Terms
from workprint.spec import Spec, canonical_sha256
from workprint.votes import Vote

#: A provider writes the version of a model at the end of its name: `doubao-seedance-1-5-pro-251215`, `kling-v2.6`.
_VERSION = re.compile(r"(?:^|[-/_])(v?\d[\w.]*)$")

#: The words for what changed, in both languages, by field of the evidence.
FIELDS = {
    "brief": "the brief · 需求单",
    "draft": "the draft's bytes · 样片内容",
    "draft_render_id": "the draft · 样片",
    "final": "the final's parameters · 终片参数",
    "fingerprint": "the final's fingerprint · 终片指纹",
    "provider": "the provider · 供应商",
    "dialect": "the provider's protocol · 供应商协议",
    "model": "the model · 模型",
    "version": "the model's version · 模型版本",
    "max_amount": "the highest price · 最高价格",
    "currency": "the currency · 币种",
    "policy": "the approval policy · 审批策略",
    "terms": "the approval terms · 审批条件",
    "approvers": "who approved, when and how · 审批人、时间与渠道",
    "variant": "the variant · 变体",
    "take": "the take · 次数",
    "round": "how often it was asked again · 重新审批次数",
    "at": "the time of the decision · 审批时间",
    "campaign": "the campaign · 项目",
    "seal": "the seal of the approval · 审批封印",
    "row": "the approval's own row · 审批记录",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One final as it is put to a person. Hashes are SHA-256 in 64 hex digits."""

    campaign: str
    variant: str
    take: int
    #: Of brief and reference bytes.
    brief: str
    draft_render_id: str | None
    #: Of the draft's bytes; None without a draft.
    draft: str | None
    #: `Spec.content()` of the final.
    final: dict[str, Any]
    fingerprint: str
    provider: str
    dialect: str
    model: str
    version: str
    #: Decimal text without trailing zeros, whole units of the currency.
    max_amount: str
    currency: str
    #: How often a yes to this take was withdrawn: what was said before does not count for what is asked again.
    round: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def offer(
    *,
    campaign: str,
    variant: str,
    brief: str,
    draft_render_id: str | None,
    draft: str | None,
    final: Spec,
    dialect: str,
    max_amount: Decimal,
    currency: str,
    round_: int = 0,
) -> Offer:
    """The offer of a final. `brief` and `draft` are hashes."""
    return Offer(
        campaign=campaign,
        variant=variant,
        take=final.take,
        brief=brief,
        draft_render_id=draft_render_id,
        draft=draft,
        final=final.content(),
        fingerprint=final.fingerprint,
        provider=final.provider,
        dialect=dialect,
        model=final.model,
        version=model_version(final.model),
        max_amount=amount_text(max_amount),
        currency=currency,
        round=round_,
    )


def digest(offers: Iterable[Offer]) -> str:
    """What a vote is about: SHA-256 over all offers of one variant."""
    return canonical_sha256([one.to_json() for one in offers])


@dataclass(frozen=True, slots=True)
class Evidence:
    """An offer, the policy it was decided under, who agreed, and when that was enough (ISO 8601, UTC)."""

    offer: Offer
    policy: dict[str, Any]
    terms: dict[str, Any]
    at: str
    #: Name, roles, channel, time (ISO 8601, UTC) and vote id of everyone whose word counted, in order of time.
    approvers: tuple[dict[str, Any], ...]

    def text(self) -> str:
        """Canonical JSON: sorted keys, no spaces."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def seal(self) -> str:
        """SHA-256 of the text, in 64 hex digits."""
        return canonical_sha256(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """One flat object, one field for everything that is bound."""
        rest = {"policy": self.policy, "terms": self.terms, "at": self.at, "approvers": list(self.approvers)}
        return {**self.offer.to_json(), **rest}

    @classmethod
    def of(cls, offer: Offer, policy: Policy, terms: Terms, votes: Sequence[Vote], at: datetime) -> Self:
        """The evidence of a settled variant. `at`: aware, in UTC."""
        asked = {"quorum": terms.quorum, "roles": list(terms.roles)}
        return cls(offer, policy.to_json(), asked, at.isoformat(), tuple(_approver(vote) for vote in votes))


def changed(then: dict[str, Any], now: dict[str, Any]) -> tuple[str, ...]:
    """Names of the fields that differ between two pieces of evidence (`Evidence.to_json`), in order of `FIELDS`."""
    every = {**dict.fromkeys(FIELDS), **then, **now}
    return tuple(name for name in every if then.get(name) != now.get(name))


def in_words(fields: Iterable[str]) -> str:
    """What changed, for a person, in both languages."""
    return "; ".join(FIELDS.get(name, name) for name in fields)


def model_version(model: str) -> str:
    """The version at the end of a model's name; empty when the name has none."""
    found = _VERSION.search(model)
    return found.group(1) if found else ""


def amount_text(amount: Decimal) -> str:
    """Equal amounts, equal text, however many zeros a database gives them."""
    return format(amount.normalize(), "f")


def _approver(vote: Vote) -> dict[str, Any]:
    return {
        "name": vote.actor,
        "roles": list(vote.roles),
        "channel": vote.channel.value,
        "at": vote.at.isoformat(),
        "vote": vote.id,
        "offer": vote.offer,
    }
