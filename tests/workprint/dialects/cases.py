"""The request/expectation pairs of tests/fixtures, and how an expectation is compared: only the fields it names."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workprint.brief import Audio, Camera, InputType, Motion, Role, Speed
from workprint.outcomes import Reply
from workprint.spec import FrozenReference, Kind, Spec

FIXTURES = Path(__file__).parents[2] / "fixtures"

DRAFT = Spec(
    kind=Kind.DRAFT,
    provider="ark",
    model="doubao-seedance-2-5-260628",
    input_type=InputType.TEXT_TO_VIDEO,
    prompt="A red kettle on a stove.",
    negative_prompt="",
    references=(),
    duration=5,
    resolution="480p",
    ratio="16:9",
    fps=24,
    camera=Camera(motion=Motion.PUSH_IN, speed=Speed.SLOW),
    audio=Audio.MUTE,
    seed=42,
    take=1,
    native=True,
)


def load(dialect: str) -> list[tuple[str, dict[str, Any]]]:
    """Every case of a dialect under a readable id."""
    files = sorted((FIXTURES / dialect).glob("*.json"))
    return [(f"{file.stem}: {case['name']}", case) for file in files for case in json.loads(file.read_text())["cases"]]


def spec_of(case: Mapping[str, Any]) -> Spec:
    """The kettle draft with the case's changes."""
    changes = dict(case["spec"])
    readers = {"kind": Kind, "input_type": InputType, "audio": Audio, "camera": Camera.model_validate}
    for name, reader in readers.items():
        if name in changes:
            changes[name] = reader(changes[name])
    changes["references"] = tuple(_reference(r) for r in changes.get("references", ()))
    return replace(DRAFT, **changes)


def reply_of(case: Mapping[str, Any]) -> Reply:
    """The provider's reply: `body` is JSON, `text` is anything."""
    body = case["text"] if "text" in case else json.dumps(case["body"])
    return Reply(case["status"], body.encode(), case.get("headers", {}))


def shown(value: Any, expected: Any) -> Any:
    """The value as plain JSON, with only the fields that are expected, so that the two compare with `==`."""
    if isinstance(value, tuple | list) and isinstance(expected, list):
        return [shown(item, expected[i] if i < len(expected) else None) for i, item in enumerate(value)]
    if is_dataclass(value) and isinstance(expected, dict):
        named = {field.name: getattr(value, field.name) for field in fields(value)}
        named["type"] = type(value).__name__
        return {name: shown(named[name], want) for name, want in expected.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def _reference(values: Mapping[str, Any]) -> FrozenReference:
    return FrozenReference(
        role=Role(values["role"]), sha256=values["sha256"], media_type="image/png", size=1, key="k", source="s"
    )
