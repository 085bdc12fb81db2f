"""The text that is sent, in a model's own words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import facts, spec
from workprint.brief import Audio, Camera, InputType, Motion, Speed
from workprint.dialects import Dialect
from workprint.dialects.registry import dialects
from workprint.dialects.wording import camera_phrase, spec_text
from workprint.models import ModelFacts, all_models

PLAIN = facts()
OWN = PLAIN.model_copy(
    update={
        "camera_words": {Motion.PUSH_IN: "[Push in]", Motion.ORBIT: "Orbit, {speed}.", Motion.STATIC: ""},
        "camera_fields": {Motion.STATIC: {"fixed": True}},
        "audio_words": {Audio.GENERATE: "With sound."},
        "audio_fields": {Audio.GENERATE: {"audio": "native"}},
        "negative_prompt": "field",
    }
)


def test_the_speed_stands_before_the_move() -> None:
    """The phrase is the one an operator on set would use."""
    assert camera_phrase(Camera(motion=Motion.PUSH_IN, speed=Speed.SLOW)) == "Camera: slow push in."


@given(st.sampled_from(Motion), st.sampled_from(Speed))
def test_every_move_is_said_in_words(motion: Motion, speed: Speed) -> None:
    """A model without words of its own is told the move as a sentence; only a static camera has no speed."""
    text = spec_text(spec(camera=Camera(motion=motion, speed=speed)), PLAIN)
    assert f"{motion.replace('_', ' ')}. Avoid: text." in text
    assert (speed in text) == (speed is not Speed.MEDIUM and motion is not Motion.STATIC)


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        (Camera(motion=Motion.PUSH_IN, speed=Speed.SLOW), "A kettle. [Push in]"),
        (Camera(motion=Motion.ORBIT, speed=Speed.FAST), "A kettle. Orbit, fast."),
        (Camera(motion=Motion.STATIC), "A kettle."),
        (Camera(motion=Motion.PAN_LEFT), "A kettle. Camera: pan left."),
    ],
)
def test_a_model_s_own_words_come_first(camera: Camera, said: str) -> None:
    """Its own command is taken where it has one, nothing where a field says it, and a sentence for every other move."""
    assert said == spec_text(spec(prompt="A kettle.", camera=camera), OWN)


def test_fields_say_what_words_do_not() -> None:
    """Camera and sound come as fields of the body where the model has such, and the negative prompt not in the text."""
    loud = spec(camera=Camera(motion=Motion.STATIC), audio=Audio.GENERATE, negative_prompt="steam")
    assert {"fixed": True, "audio": "native"} == OWN.body_fields(loud)
    assert {} == OWN.body_fields(spec(camera=Camera(motion=Motion.ORBIT)))
    assert "With sound." in spec_text(loud, OWN)
    assert "steam" not in spec_text(loud, OWN)


def from_text() -> list[tuple[Dialect, ModelFacts]]:
    """Every model that starts from a text, with the dialect that sells it."""
    every = [(language, facts) for language in dialects() for facts in all_models(language.name)]
    return [(language, facts) for language, facts in every if InputType.TEXT_TO_VIDEO in facts.input_types]


@pytest.mark.parametrize(("language", "facts"), from_text(), ids=lambda value: value.name)
def test_what_the_quote_shows_is_what_is_sent(language: Dialect, facts: ModelFacts) -> None:
    """For every model of every dialect the body of a first submit carries the very text of the quote."""
    wanted = spec(
        model=facts.name,
        input_type=InputType.TEXT_TO_VIDEO,
        references=(),
        duration=facts.durations[0],
        resolution=facts.draft.resolutions[0],
        ratio=facts.ratios[0],
        audio=facts.audio[0],
        native=facts.native,
    )
    body = language.submit(wanted, {}, client_ref="wp-rnd_1").json
    assert json.dumps(spec_text(wanted, facts)) in json.dumps(body)
