"""Moderation as values: findings, the policy that weighs them, the verdict. Fails closed everywhere.

A finding names the second, the rule and the score. What a rule means for delivery is the policy's, and policies are
data (`data/policy.json`). A rule the policy does not know blocks; an empty policy is no policy.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
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
    #: 0.0 to 1.0 for models and words; the measured value for technical rules.
    score: float
    engine: str
    second: float | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a final was asked to be: seconds, pixels, frames per second."""

    duration: float
    width: int
    height: int
    fps: float
    #: Whether sound was asked for.
    audio: bool
    #: A static camera may show a picture that hardly moves.
    camera_static: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """From this score on, this action; below it the finding means nothing."""

    action: Action
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules by name. Raises `ModerationUnavailable` when there is none: an empty list never means "allowed"."""

    name: str
    rules: Mapping[str, Rule]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ModerationUnavailable(f"policy {self.name!r} has no rules, so nothing can pass")

    def blocks(self, finding: Finding) -> bool:
        """Whether this finding keeps a film from delivery. A rule nobody wrote blocks."""
        rule = self.rules.get(finding.rule, Rule(Action.BLOCK))
        # A score that is no number is not below anything: it blocks.
        return rule.action is Action.BLOCK and not finding.score < rule.threshold


def verdict(findings: Iterable[Finding], policy: Policy | None = None) -> Verdict:
    """Blocked when one finding blocks, else passed."""
    chosen = policy or standard_policy()
    return Verdict.BLOCKED if any(chosen.blocks(finding) for finding in findings) else Verdict.PASSED


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

    Raises `ModerationUnavailable` when it cannot be read: a policy half understood is none.
    """
    try:
        rules = {name: _rule(rule) for name, rule in values["rules"].items()}
        return Policy(str(values["name"]), rules)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ModerationUnavailable(f"the policy cannot be read: {error!r}") from error


def _rule(values: Mapping[str, Any]) -> Rule:
    threshold = float(values.get("threshold", 0.0))
    if not math.isfinite(threshold):
        raise ValueError(f"a threshold of {threshold} lets everything pass")
    return Rule(Action(values["action"]), threshold)
