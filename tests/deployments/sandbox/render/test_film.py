"""Films are what the plan says, measured on decoded frames."""

import hashlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from deployments.sandbox.render.caption import readable
from deployments.sandbox.render.film import Stopped, render
from deployments.sandbox.render.motion import Move
from deployments.sandbox.render.plan import Plan, nearest_ratio
from tests.deployments.sandbox.conftest import square_picture
from tests.deployments.sandbox.frames import bright_middle, bright_width, decoded
from workprint.sizes import pixels


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still"
    square_picture().save(path, "PNG")
    return path


def plan(move: Move, *stills: Path, **more: object) -> Plan:
    values: dict[str, object] = {
        "width": 320, "height": 180, "frames": 24, "seed": 5, "prompt": "x",
        "draft": False, "watermark": False, "sound": False,
    }  # fmt: skip
    return Plan(move=move, stills=stills, **{**values, **more})  # type: ignore[arg-type]


def made(tmp_path: Path, wanted: Plan) -> Path:
    target = tmp_path / "film.mp4"
    render(wanted, target)
    return target


@pytest.mark.parametrize(("speed", "growth"), [("slow", 1.12), ("medium", 1.22), ("fast", 1.40)])
def test_a_push_in_pushes_in(tmp_path: Path, still: Path, speed: str, growth: float) -> None:
    """The subject is larger at the end, by as much as the speed says."""
    first, last = decoded(made(tmp_path, plan(Move("push in", speed), still)), 0, -1)
    assert growth == pytest.approx(bright_width(last) / bright_width(first), rel=0.06)


def test_a_pull_out_is_a_push_in_backwards(tmp_path: Path, still: Path) -> None:
    """The subject is smaller at the end."""
    first, last = decoded(made(tmp_path, plan(Move("pull out", "fast"), still)), 0, -1)
    assert pytest.approx(1.40, rel=0.06) == bright_width(first) / bright_width(last)


@pytest.mark.parametrize(
    ("motion", "across", "down"),
    [
        ("pan left", 1, 0),
        ("pan right", -1, 0),
        ("truck left", 1, 0),
        ("truck right", -1, 0),
        ("tilt up", 0, 1),
        ("tilt down", 0, -1),
        ("crane up", 0, 1),
        ("crane down", 0, -1),
    ],
)
def test_the_picture_moves_against_the_camera(tmp_path: Path, still: Path, motion: str, across: int, down: int) -> None:
    """A camera that turns left sees its subject go right, one that rises sees it sink, and nothing else moves."""
    first, last = decoded(made(tmp_path, plan(Move(motion, "medium"), still)), 0, -1)
    (x0, y0), (x1, y1) = bright_middle(first), bright_middle(last)
    assert (across, down) == (
        round(np.sign(x1 - x0) * (abs(x1 - x0) > 10)),
        round(np.sign(y1 - y0) * (abs(y1 - y0) > 10)),
    )


def test_a_static_camera_stands_still(tmp_path: Path, still: Path) -> None:
    """Neither size nor place of the subject changes."""
    first, last = decoded(made(tmp_path, plan(Move("static"), still)), 0, -1)
    assert bright_width(first) == bright_width(last)
    assert bright_middle(first) == pytest.approx(bright_middle(last), abs=0.5)


def test_an_orbit_turns_the_picture(tmp_path: Path, still: Path) -> None:
    """The subject's upper edge leans one way first and the other way at the end."""
    frames = decoded(made(tmp_path, plan(Move("orbit", "fast"), still, width=640, height=360)), 0, -1)
    lean = []
    for frame in frames:
        columns = np.nonzero(frame[frame.shape[0] // 2] > 150)[0]
        left, right = columns[0] + 15, columns[-1] - 15
        lean.append(int(np.argmax(frame[:, left] > 150)) - int(np.argmax(frame[:, right] > 150)))
    assert lean[0] < 0 < lean[1] or lean[1] < 0 < lean[0]


def test_a_hand_shakes_by_its_seed(tmp_path: Path, still: Path) -> None:
    """A handheld camera wanders, and another seed wanders elsewhere."""
    ways = []
    for seed in (1, 2):
        frames = decoded(made(tmp_path, plan(Move("handheld", "fast"), still, seed=seed)))
        ways.append([bright_middle(frame) for frame in frames])
    assert len({round(x) for x, _ in ways[0]}) > 2
    assert ways[0] != ways[1]


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, still: Path) -> None:
    """Rendering is repeatable to the last byte, sound and words included, and the seed matters."""
    sums = []
    for seed in (5, 5, 6):
        film = made(tmp_path, plan(Move("handheld"), still, sound=True, draft=True, seed=seed))
        sums.append(hashlib.sha256(film.read_bytes()).hexdigest())
    assert sums[0] == sums[1] != sums[2]


@pytest.mark.parametrize("sound", [True, False])
def test_a_film_is_as_long_and_as_large_as_asked(tmp_path: Path, sound: bool) -> None:
    """Frames, size, rate, codecs and colours are what was asked, and sound is there only when asked."""
    film = made(tmp_path, plan(Move(), width=270, height=480, frames=36, sound=sound))
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        assert (video.frames, video.width, video.height, video.average_rate, video.name) == (36, 270, 480, 24, "h264")
        assert pytest.approx(1.5, abs=0.03) == (container.duration or 0) / 1e6
        assert ["aac"] * sound == [stream.name for stream in container.streams.audio]
        levels = [np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0)] if sound else [1.0]
    assert max(levels) > 0.05


def test_the_prompt_and_the_mark_are_burnt_in(tmp_path: Path, still: Path) -> None:
    """The words light up the bottom, DRAFT the upper left, and a final has no such mark."""
    draft = decoded(made(tmp_path, plan(Move("static"), still, prompt="A harbour at dawn", draft=True)), 0)[0]
    final = decoded(made(tmp_path, plan(Move("static"), still, prompt="", draft=False)), 0)[0]
    assert draft[-25:, :150].max() > 200
    assert draft[:40, :90].max() > 200 > final[:40, :90].max()


def test_letters_without_a_font_become_escapes() -> None:
    """A prompt in any script is shown: with its letters where the machine has them, else as escapes."""
    assert readable("中é") in {"中é", "\\u4e2dé"}


def test_first_and_last_frame_are_where_they_belong(tmp_path: Path) -> None:
    """Two pictures become a film that begins with one and ends with the other."""
    paths = []
    for name, colour in (("a", (200, 200, 200)), ("b", (30, 30, 30))):
        paths.append(tmp_path / name)
        Image.new("RGB", (400, 300), colour).save(paths[-1], "PNG")
    first, middle, last = decoded(made(tmp_path, plan(Move("static"), *paths)), 0, 12, -1)
    assert first[90, 160] > middle[90, 160] > last[90, 160]
    assert (pytest.approx(first[90, 160], abs=4), pytest.approx(last[90, 160], abs=4)) == (200, 30)


def test_a_film_can_be_filmed(tmp_path: Path, still: Path) -> None:
    """Video to video shows the reference's frames, over again when they run out, with its sound when given."""
    reference = tmp_path / "reference.mp4"
    render(plan(Move("push in", "fast"), still, frames=12, sound=True), reference)
    film = made(tmp_path, plan(Move("static"), footage=reference, soundtrack=reference, sound=True))
    first, end, again = decoded(film, 0, 11, 12)
    assert bright_width(first) < bright_width(end)
    assert bright_width(first) == pytest.approx(bright_width(again), abs=2)


def test_a_landscape_is_the_same_in_every_size(tmp_path: Path) -> None:
    """Without pictures a seeded scene is filmed, and the final shows what the draft showed."""
    small = decoded(made(tmp_path, plan(Move("static"), prompt="x")), 0)[0]
    large = decoded(made(tmp_path, plan(Move("static"), width=640, height=360, prompt="x")), 0)[0]
    other = decoded(made(tmp_path, plan(Move("static"), seed=99, prompt="x")), 0)[0]
    shrunk = np.asarray(Image.fromarray(large).resize((320, 180), Image.Resampling.BOX))
    assert float(np.abs(small[:140].astype(int) - shrunk[:140]).mean()) < 4
    assert float(np.abs(small[:140].astype(int) - other[:140]).mean()) > 8


def test_a_stopped_render_leaves_no_film(tmp_path: Path, still: Path) -> None:
    """A file under its name is always a whole one."""
    with pytest.raises(Stopped):
        render(plan(Move(), still), tmp_path / "film.mp4", stopped=lambda: True)
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.parametrize(
    ("resolution", "ratio", "expected"),
    [
        ("480p", "16:9", (854, 480)),
        ("480p", "9:16", (480, 854)),
        ("720p", "1:1", (720, 720)),
        ("1080p", "21:9", (2520, 1080)),
        ("1080p", "4:3", (1440, 1080)),
    ],
)
def test_the_short_side_names_the_resolution(resolution: str, ratio: str, expected: tuple[int, int]) -> None:
    """Sizes follow resolution and ratio, are even, and lead back to their ratio."""
    assert expected == pixels(resolution, ratio)
    assert ratio == nearest_ratio(*expected)
