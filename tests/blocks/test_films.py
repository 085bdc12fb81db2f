"""Probing, sampling, checking and previewing real films."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from blocks.media.frames import at, sample
from blocks.media.previews import SheetItem, animated_webp, contact_sheet
from blocks.media.probe import probe
from blocks.media.technical import check
from tests.media import make_video
from workprint.errors import BadMedia
from workprint.moderation import Expected, verdict
from workprint.render import Verdict

ASKED = Expected(duration=2, width=320, height=180, fps=24, audio=False, camera_static=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "film.mp4"


def rules(path: Path, asked: Expected = ASKED) -> set[str]:
    return {finding.rule for finding in check(path, asked)}


def test_probe_tells_what_the_film_is(path: Path) -> None:
    """Size, length, rate, frames, codecs and sound are read from the streams."""
    facts = probe(make_video(path, audio=True))
    assert (320, 180, 24.0, 48, "h264") == (facts.width, facts.height, facts.fps, facts.frames, facts.video_codec)
    assert (True, "aac", 2.0) == (facts.has_audio, facts.audio_codec, pytest.approx(facts.duration))


@pytest.mark.parametrize("content", [b"", b"<html>gone</html>", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"])
def test_no_film_is_bad_media(path: Path, content: bytes) -> None:
    """Nothing, a web page and a playlist are refused, and a playlist is never followed."""
    path.write_bytes(content)
    with pytest.raises(BadMedia):
        probe(path)


@pytest.mark.parametrize(
    ("film", "asked", "expected"),
    [
        ({}, {}, set()),
        ({}, {"duration": 5}, {"technical.duration"}),
        ({}, {"width": 180, "height": 320}, {"technical.size"}),
        ({}, {"width": 640, "height": 360}, {"technical.size"}),
        ({}, {"fps": 30}, {"technical.fps"}),
        ({"kind": "black"}, {}, {"technical.black", "technical.frozen"}),
        ({"kind": "frozen"}, {}, {"technical.frozen"}),
        ({"kind": "frozen"}, {"camera_static": True}, {"technical.frozen_static"}),
        ({}, {"audio": True}, {"technical.silent"}),
        ({"audio": True, "volume": 0.0}, {"audio": True}, {"technical.silent"}),
        ({"audio": True}, {"audio": True}, set()),
        ({"audio": True}, {}, {"technical.unwanted_sound"}),
    ],
)
def test_each_defect_is_found_alone(
    path: Path, film: dict[str, object], asked: dict[str, object], expected: set[str]
) -> None:
    """A film with one defect has the finding of that defect, and a film as asked has none."""
    assert expected == rules(make_video(path, **film), replace(ASKED, **asked))


def test_finding_names_the_second(path: Path) -> None:
    """A black film says from which second on and for how long."""
    black = next(f for f in check(make_video(path, kind="black"), ASKED) if f.rule == "technical.black")
    assert (0.0, 2.0) == (black.second, pytest.approx(black.score, abs=0.1))


def test_still_film_passes_only_with_a_still_camera(path: Path) -> None:
    """Two frozen seconds block a moving shot and are shown, not blocked, where a static camera was asked for."""
    make_video(path, kind="frozen")
    assert Verdict.BLOCKED == verdict(check(path, ASKED))
    assert Verdict.PASSED == verdict(check(path, replace(ASKED, camera_static=True)))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_cut_off_file_is_blocked(path: Path, share: float) -> None:
    """A file that ends early is never passed, wherever it ends."""
    whole = make_video(path, seconds=2, audio=True).read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert Verdict.BLOCKED == verdict(check(path, replace(ASKED, audio=True)))


def test_samples_follow_cuts_and_the_clock(tmp_path: Path) -> None:
    """Every new scene is looked at, and a scene without cuts at least once a second."""
    cuts = [frame.second for frame in sample(make_video(tmp_path / "cuts.mp4", kind="cuts"))]
    calm = [frame.second for frame in sample(make_video(tmp_path / "calm.mp4", seconds=3, kind="frozen"))]
    assert ([0.0, 0.5, 1.0, 1.5], [0.0, 1.0, 2.0]) == (pytest.approx(cuts, abs=0.01), pytest.approx(calm, abs=0.01))


def test_samples_are_small_and_keep_their_shape(path: Path) -> None:
    """A frame for the model is bounded by its longer side and not bent."""
    frame = next(sample(make_video(path, size=(360, 640)), longest_side=160))
    assert (90, 160) == frame.image.size


def test_moments_beyond_the_end_show_the_last_frame(path: Path) -> None:
    """Asked for a time after its end, a film answers with its last picture."""
    frames = at(make_video(path), [0.0, 99.0], longest_side=100)
    assert [0.0, 47 / 24] == [pytest.approx(frame.second, abs=0.001) for frame in frames]


def test_contact_sheet_holds_every_film(tmp_path: Path) -> None:
    """The sheet is one JPEG that grows by rows of two, whatever the films' shapes and names."""
    shapes = {"wide": (320, 180), "tall": (180, 320), "海报": (200, 200)}
    films = {name: make_video(tmp_path / f"{n}.mp4", size=s) for n, (name, s) in enumerate(shapes.items())}
    items = [SheetItem(name, film, "2.0 s") for name, film in films.items()]
    one, three = (Image.open(io.BytesIO(contact_sheet(some))) for some in (items[:1], items))
    assert ("JPEG", "JPEG") == (one.format, three.format)
    assert three.width > one.width
    assert three.height > one.height


def test_contact_sheet_of_nothing_is_refused() -> None:
    """A sheet without films is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])


def test_animation_plays_the_whole_film_small(path: Path) -> None:
    """The preview has eight pictures a second, the asked shorter side, and loops."""
    preview = Image.open(io.BytesIO(animated_webp(make_video(path, size=(640, 360)), short_side=90)))
    assert ("WEBP", (160, 90), 16, 0) == (preview.format, preview.size, preview.n_frames, preview.info["loop"])
