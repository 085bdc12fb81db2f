"""Camera moves in words, there and back."""

import pytest

from workprint.brief import Camera, Motion, Speed
from workprint.dialects.wording import camera_phrase, prompt_text, read_camera


@pytest.mark.parametrize("speed", Speed)
@pytest.mark.parametrize("motion", Motion)
def test_every_move_can_be_said_and_read_back(motion: Motion, speed: Speed) -> None:
    """What the dialect writes about the camera, the sandbox reads; a static one has no speed."""
    expected = Camera(motion=motion, speed=Speed.MEDIUM if motion is Motion.STATIC else speed)

    assert expected == read_camera(prompt_text("A kettle.", Camera(motion=motion, speed=speed), "steam"))


def test_the_speed_stands_before_the_move() -> None:
    """The phrase is the one an operator on set would use."""
    assert camera_phrase(Camera(motion=Motion.PUSH_IN, speed=Speed.SLOW)) == "Camera: slow push in."


def test_the_last_phrase_counts() -> None:
    """A user's own words about the camera do not replace the brief's."""
    text = prompt_text("Camera: fast orbit. A kettle.", Camera(motion=Motion.PAN_LEFT), "")

    assert Camera(motion=Motion.PAN_LEFT) == read_camera(text)


def test_a_text_without_a_camera_has_none() -> None:
    """No phrase, no camera."""
    assert read_camera("A kettle on a stove.") is None
