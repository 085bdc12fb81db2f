"""Moderation as values: findings, the policy that weighs them, the verdict. Fails closed everywhere.

A finding names the second, the rule and the score. What a rule means for delivery is the policy's, and policies are
data (`data/policy.json`). A rule the policy does not know blocks; an empty policy is no policy.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workprint.errors import ModerationUnavailable
from workprint.render import Verdict

_POLICY = Path(__file__).parent / "data" / "policy.json"


class Action(StrEnum):
    """What a finding means for delivery."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check saw. `second` is the time in the film, None for text and for the file as a whole."""

    rule: str
    #: 0.0 to 1.0 for models and words; for technical rules the measured deviation, in the unit the policy names.
    score: float
    engine: str
    second: float | None = None
    excerpt: str = ""
    #: The policy's threshold, where the finding was held against one.
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a final was asked to be: seconds, pixels, frames per second."""

    duration: float
    width: int
    height: int
    #: None: the model chose.
    fps: float | None
    #: Whether sound was asked for.
    audio: bool
    #: A static camera may show a picture that hardly moves.
    camera_static: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """From `threshold` on, this action. From `notice` on (the same unless it says less) the finding is worth showing.

    Raises `ModerationUnavailable` for limits that are no numbers: nothing could ever reach them.
    """

    action: Action
    threshold: float = 0.0
    notice: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold) or not math.isfinite(self.shown_from):
            raise ModerationUnavailable("a policy's limit is no finite number")

    @property
    def shown_from(self) -> float:
        """The score from which a finding is mentioned."""
        return self.threshold if self.notice is None else self.notice


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules by name. Raises `ModerationUnavailable` when there is none: an empty list never means "allowed"."""

    name: str
    rules: Mapping[str, Rule]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ModerationUnavailable(f"policy {self.name!r} has no rules, so nothing can pass")

    def rule(self, name: str) -> Rule:
        """What this policy says of a rule. A rule nobody wrote blocks whatever its score."""
        return self.rules.get(name, Rule(Action.BLOCK))

    def blocks(self, finding: Finding) -> bool:
        """Whether this finding keeps a film from delivery. A score that is no number (NaN) does."""
        rule = self.rule(finding.rule)
        return rule.action is Action.BLOCK and not finding.score < rule.threshold

    def heeded(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings worth showing, each with its limit."""
        return tuple(
            replace(finding, limit=self.rule(finding.rule).threshold)
            for finding in findings
            if not finding.score < self.rule(finding.rule).shown_from
        )


def verdict(findings: Iterable[Finding], policy: Policy | None = None) -> Verdict:
    """Blocked when one finding blocks, else passed."""
    return Verdict.BLOCKED if blocking(findings, policy) else Verdict.PASSED


def blocking(findings: Iterable[Finding], policy: Policy | None = None) -> tuple[Finding, ...]:
    """The findings that make it blocked."""
    chosen = policy or standard_policy()
    return tuple(finding for finding in findings if chosen.blocks(finding))


@cache
def standard_policy() -> Policy:
    """The policy in the package."""
    return policy_from(json.loads(_POLICY.read_text(encoding="utf-8")))


def policy_from(values: Mapping[str, Any]) -> Policy:
    """A policy from its JSON: `{"name": ..., "rules": {rule: {"action": "block"|"warn", "threshold": 0.0}}}`.

    Raises `ModerationUnavailable` when it cannot be understood: a policy read wrongly would let films through.
    """
    try:
        rules = {name: _rule(rule) for name, rule in values["rules"].items()}
        return Policy(str(values["name"]), MappingProxyType(rules))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModerationUnavailable(f"the policy cannot be understood: {type(error).__name__}: {error}") from error


def _rule(values: Mapping[str, Any]) -> Rule:
    unknown = values.keys() - {"action", "threshold", "notice", "unit"}
    if unknown:
        raise ValueError(f"unknown words {sorted(unknown)}")
    notice = values.get("notice")
    return Rule(
        Action(values["action"]), float(values.get("threshold", 0.0)), None if notice is None else float(notice)
    )
