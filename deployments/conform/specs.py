"""The smallest film a model makes: what the checks order."""

from dataclasses import replace
from typing import Any, TypeVar

from workprint.brief import Audio, Camera, InputType, Motion
from workprint.models import ModelFacts
from workprint.spec import Kind, Spec

_T = TypeVar("_T")
#: Shown to nobody but the provider.
PROMPT = "A steel watch on a wooden table"


def smallest(facts: ModelFacts, **changes: Any) -> Spec:
    """The shortest draft of the smallest resolution, silent where that can be chosen."""
    given = Spec(
        kind=Kind.DRAFT,
        provider="conform",
        model=facts.name,
        input_type=_input(facts),
        prompt=PROMPT,
        negative_prompt="",
        references=(),
        duration=facts.durations[0],
        resolution=facts.draft.resolutions[0],
        ratio=_first("16:9", facts.ratios),
        fps=_fps(facts),
        camera=Camera(motion=Motion.PUSH_IN),
        audio=_first(Audio.MUTE, facts.audio),
        seed=7,
        take=1,
        native=facts.native,
    )
    return replace(given, **changes)


def final_of(draft: Spec, facts: ModelFacts) -> Spec:
    """The cheapest final of a draft."""
    resolution = facts.final_resolutions(drafted=True)[0]
    return draft.final(resolution=resolution, fps=draft.fps, native=facts.native)


def _input(facts: ModelFacts) -> InputType:
    return _first(InputType.TEXT_TO_VIDEO, facts.input_types)


def _fps(facts: ModelFacts) -> int:
    return facts.fps[0] if facts.fps else 24


def _first(wanted: _T, offered: tuple[_T, ...]) -> _T:
    return wanted if wanted in offered else offered[0]
