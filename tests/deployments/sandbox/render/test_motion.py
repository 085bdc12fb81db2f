"""The arithmetic of the camera."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.sandbox.render.motion import AMOUNT, MOTIONS, Move, parse_move, view_at


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A boat. Camera: slow push in.", Move("push in", "slow")),
        ("Camera: fast pan left. Avoid: rain.", Move("pan left", "fast")),
        ("camera: medium static.", Move("static", "medium")),
        ("Camera: handheld.", Move("handheld", "medium")),
        ("Camera: crane up, fast.", Move("crane up", "fast")),
        ("Camera: truck_right", Move("truck right", "medium")),
        ("A pan left on the stove", Move("push in", "slow")),
        ("", Move("push in", "slow")),
    ],
)
def test_the_prompt_says_how_the_camera_moves(prompt: str, expected: Move) -> None:
    """The phrase our dialect writes is understood, and a prompt without one gets a slow push in."""
    assert expected == parse_move(prompt)


@given(
    st.sampled_from(MOTIONS),
    st.sampled_from(sorted(AMOUNT)),
    st.floats(0, 1),
    st.integers(0, 2**32),
    st.sampled_from([21 / 9, 16 / 9, 1.0, 9 / 16]),
)
def test_the_camera_never_leaves_the_canvas(motion: str, speed: str, t: float, seed: int, aspect: float) -> None:
    """Every corner of every view lies on the canvas, for any move, moment, seed and ratio."""
    import math

    view = view_at(Move(motion, speed), t, seed, aspect)
    half = view.size / 2
    cos, sin = math.cos(view.angle), math.sin(view.angle)
    for i, j in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        x = view.x + half * (i * cos - j * sin / aspect)
        y = view.y + half * (i * sin * aspect + j * cos)
        assert -1e-9 <= x <= 1 + 1e-9
        assert -1e-9 <= y <= 1 + 1e-9
