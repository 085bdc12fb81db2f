"""Briefs for tests: one that can be made, and how to change a field of it."""

from typing import Any

from workprint.brief import Brief
from workprint.reading import read_brief

PICTURE = {"role": "first_frame", "source": "product.png"}


def shot(**changes: Any) -> dict[str, Any]:
    return {
        "name": "hero",
        "input_type": "text_to_video",
        "subject": "A steel watch",
        "action": "its hands turn",
        "camera": {"motion": "push_in", "speed": "slow"},
        **changes,
    }


def values(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Spring",
        "project": "spring",
        "requested_by": "ann@example.com",
        "approvers": ["ben@example.com"],
        "budget": {"amount": "500.00", "currency": "CNY"},
        "ratios": ["9:16", "16:9", "1:1"],
        "shots": [shot()],
        **changes,
    }


def brief(**changes: Any) -> Brief:
    return read_brief(values(**changes))
