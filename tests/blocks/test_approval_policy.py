"""The form of a project's approval policy."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from blocks.approval_policy import ApprovalPolicy
from workprint.policy import Policy

FULL: dict[str, Any] = {
    "quorum": 2,
    "roles": ["brand"],
    "tiers": [{"above": "1000.00", "currency": "CNY", "quorum": 3, "roles": ["legal"]}],
    "requester_may_approve": True,
    "watched_share": 0.8,
    "channels": ["screening-room"],
    "approvers": [{"name": "Ann", "roles": ["legal"], "notify": "slack-webhook/ann"}],
    "quote_days": 7,
}


def schema() -> dict[str, Any]:
    fields: dict[str, Any] = ApprovalPolicy._to_block_schema().fields
    return fields


def test_the_form_says_the_whole_policy() -> None:
    """Every field of a policy can be filled in, and comes back as the same policy."""
    policy = ApprovalPolicy.model_validate(FULL).policy()
    assert Policy.model_validate(FULL) == policy
    assert Decimal(1000) == policy.tiers[0].above


def test_an_empty_form_is_the_default_policy() -> None:
    """Who fills in nothing gets the defaults, not nothing."""
    assert Policy() == ApprovalPolicy().policy()


def test_the_form_is_in_the_policys_order() -> None:
    """The fields stand in the form as in the policy, the people last but one."""
    properties = schema()["properties"]
    assert list(Policy.model_fields) == sorted(properties, key=lambda name: properties[name]["position"])


def test_every_field_has_its_sentence_in_the_form() -> None:
    """Under every field of the form, and of its parts, stands what it means."""
    form = schema()
    parts = [form, *(part for part in form["definitions"].values() if part["type"] == "object")]
    bare = [name for part in parts for name, one in part["properties"].items() if not one.get("description")]
    assert (3, []) == (len(parts), bare)


@pytest.mark.parametrize(
    "wrong", [{"quorum": 0}, {"watched_share": 80}, {"roles": ["boss"]}, {"channels": ["phone"]}, {"quorom": 2}]
)
def test_the_form_refuses_what_is_no_policy(wrong: dict[str, Any]) -> None:
    """What nobody could keep is refused when it is typed, misspelt fields too."""
    with pytest.raises(ValidationError):
        ApprovalPolicy.model_validate(wrong)
