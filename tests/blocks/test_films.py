"""Probing, watching and checking real films."""

import io
import random
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from blocks.media.frames import Frame, at
from blocks.media.probe import ImageFacts, probe, probe_image
from blocks.media.technical import check, measured
from blocks.media.watch import Seen, watch
from deployments.sandbox.render.film import render
from deployments.sandbox.render.motion import Move
from deployments.sandbox.render.plan import Plan
from tests.blocks.media import sound
from tests.media import make_video
from workprint.errors import BadMedia
from workprint.moderation import Action, Expected, Policy, Rule, verdict
from workprint.render import Verdict

ASKED = Expected(duration=2, width=320, height=180, fps=24, audio=False, camera_static=False)
NO_FILMS = [b"", b"<html>gone</html>", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64]


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


@pytest.mark.parametrize("content", NO_FILMS)
def test_no_film_is_bad_media(path: Path, content: bytes) -> None:
    """Nothing, a web page, a playlist and an empty box are refused, and a playlist is never followed."""
    path.write_bytes(content)
    with pytest.raises(BadMedia):
        probe(path)


@pytest.mark.parametrize("content", NO_FILMS)
def test_no_film_is_blocked(path: Path, content: bytes) -> None:
    """The same files are one blocking finding of the technical check."""
    path.write_bytes(content)
    assert ["technical.undecodable"] == [finding.rule for finding in check(path, ASKED)]
    assert Verdict.BLOCKED == verdict(check(path, ASKED))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_probe_of_a_picture(kind: str) -> None:
    """Format and size of a picture are read from its bytes."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, kind)
    assert ImageFacts(kind, 64, 48) == probe_image(out.getvalue())


def bombs() -> Iterator[bytes]:
    """PNG headers that promise 100 million pixels, and far more than Pillow ever opens."""
    for side in (10_000, 60_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" * 99)), (b"IEND", b"")]
        yield b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            for name, body in chunks
        )


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", *bombs()])
def test_no_picture_is_bad_media(content: bytes) -> None:
    """Nothing, text, half a picture and decompression bombs are refused."""
    with pytest.raises(BadMedia):
        probe_image(content)


def test_probe_leaves_the_warnings_as_they_were() -> None:
    """Looking at a bomb changes no warning filter of the process."""
    before = list(warnings.filters)
    with pytest.raises(BadMedia):
        probe_image(next(bombs()))
    assert before == list(warnings.filters)


@pytest.mark.parametrize(
    ("film", "asked", "expected"),
    [
        ({}, {}, set()),
        ({}, {"duration": 2.25}, set()),
        ({}, {"duration": 5}, {"technical.duration"}),
        ({}, {"duration": 1}, {"technical.duration"}),
        ({}, {"width": 180, "height": 320}, {"technical.ratio"}),
        ({}, {"width": 640, "height": 360}, {"technical.size"}),
        ({}, {"width": 324, "height": 184}, set()),
        ({}, {"width": 160, "height": 90}, set()),
        ({}, {"fps": 30}, {"technical.fps"}),
        ({}, {"fps": None}, set()),
        ({"kind": "black"}, {}, {"technical.black", "technical.frozen"}),
        ({"kind": "frozen"}, {}, {"technical.frozen"}),
        ({"kind": "frozen"}, {"camera_static": True}, {"technical.frozen_static"}),
        ({"kind": "cuts"}, {}, set()),
        ({}, {"audio": True}, {"technical.silent"}),
        ({"audio": True, "volume": 0.0}, {"audio": True}, {"technical.silent"}),
        ({"audio": True, "volume": 0.01}, {"audio": True}, set()),
        ({"audio": True}, {"audio": True}, set()),
        ({"audio": True}, {}, {"technical.unwanted_sound"}),
        ({"audio": True, "volume": 0.0}, {}, set()),
        ({"codec": "libx265", "pix_fmt": "yuv420p10le"}, {}, set()),
        ({"pix_fmt": "yuvj420p"}, {}, set()),
    ],
)
def test_each_defect_is_found_alone(
    path: Path, film: dict[str, object], asked: dict[str, object], expected: set[str]
) -> None:
    """A film with one defect has the finding of that defect, and a film as asked has none."""
    assert expected == rules(make_video(path, **film), replace(ASKED, **asked))


@pytest.mark.parametrize("move", [Move("push in", "slow"), Move("pan left", "medium"), Move("handheld", "fast")])
def test_good_film_of_the_sandbox_has_no_finding(path: Path, move: Move) -> None:
    """What the sandbox renders as asked, sound included, passes without a word, a slow move too."""
    render(
        Plan(320, 568, 72, move, seed=5, prompt="A harbour", draft=False, watermark=False, sound=True), path
    )  # fmt: skip
    asked = Expected(duration=3, width=320, height=568, fps=24, audio=True, camera_static=False)
    assert () == check(path, asked)


def test_finding_names_second_score_and_limit(path: Path) -> None:
    """A black film says from which second on, for how long, and how long the policy lets it be."""
    black = next(f for f in check(make_video(path, kind="black"), ASKED) if f.rule == "technical.black")
    assert (0.0, 2.0, 1.0) == (black.second, pytest.approx(black.score, abs=0.1), black.limit)


def test_tolerances_are_the_policy_s(path: Path) -> None:
    """A house that wants its films exact to the frame says so in its policy."""
    strict = Policy("strict", {"technical.duration": Rule(Action.BLOCK, 0.01)})
    found = check(make_video(path), replace(ASKED, duration=2.1), strict)
    assert {"technical.duration": 0.1} == {f.rule: f.score for f in found}


def test_still_film_passes_only_with_a_still_camera(path: Path) -> None:
    """Two frozen seconds block a moving shot and are shown, not blocked, where a static camera was asked for."""
    make_video(path, kind="frozen")
    assert Verdict.BLOCKED == verdict(check(path, ASKED))
    assert Verdict.PASSED == verdict(check(path, replace(ASKED, camera_static=True)))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_cut_off_file_is_blocked(path: Path, share: float) -> None:
    """A file that ends early is never passed, wherever it ends."""
    whole = make_video(path, seconds=2, audio=True).read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert Verdict.BLOCKED == verdict(check(path, replace(ASKED, audio=True)))


def test_film_that_keeps_its_header_but_not_its_pictures_is_blocked(path: Path) -> None:
    """The header promises two seconds and every picture after the first is rubbish: it does not pass."""
    whole = bytearray(make_video(path, seconds=2).read_bytes())
    start = whole.index(b"mdat") + (len(whole) - whole.index(b"mdat")) // 4
    whole[start:] = random.Random(7).randbytes(len(whole) - start)  # noqa: S311 - rubbish, not a secret
    path.write_bytes(whole)
    assert Verdict.BLOCKED == verdict(check(path, ASKED))


@pytest.mark.parametrize(
    ("flaw", "second"),
    [({"damaged": 0.5}, 0.5), ({"length": 1.2, "declared": 2.0}, 1.2), ({"length": 1.9, "declared": 2.0}, None)],
)
def test_concealed_damage_is_found(flaw: dict[str, float], second: float | None) -> None:
    """A picture the decoder had to guess, and a film shorter than its header says, count as not decodable."""
    whole = Seen(width=320, height=180, fps=24, has_sound=False, declared=2.0, frames=48, length=2.0)
    found = [f.second for f in measured(replace(whole, **flaw), ASKED) if f.rule == "technical.undecodable"]
    assert [second] * (second is not None) == found


def test_sound_alone_is_no_film(path: Path) -> None:
    """An MP4 without a picture is bad media for the probe and a blocking finding for the check."""
    path.write_bytes(sound(container="mp4", codec="aac"))
    with pytest.raises(BadMedia, match="no picture"):
        probe(path)
    assert ["technical.undecodable"] == [finding.rule for finding in check(path, ASKED)]


def looked_at(path: Path) -> list[Frame]:
    frames: list[Frame] = []
    watch(path, frames.append)
    return frames


def test_looks_follow_cuts_and_the_clock(tmp_path: Path) -> None:
    """Every new scene is looked at, and a scene without cuts at least once a second."""
    cuts = [frame.second for frame in looked_at(make_video(tmp_path / "cuts.mp4", kind="cuts"))]
    calm = [frame.second for frame in looked_at(make_video(tmp_path / "calm.mp4", seconds=3, kind="frozen"))]
    assert ([0.0, 0.5, 1.0, 1.5], [0.0, 1.0, 2.0]) == (pytest.approx(cuts, abs=0.01), pytest.approx(calm, abs=0.01))


@pytest.mark.parametrize(
    ("size", "seen"), [((720, 1280), (256, 456)), ((1280, 720), (456, 256)), ((200, 200), (200, 200))]
)
def test_looks_are_small_and_not_bent(path: Path, size: tuple[int, int], seen: tuple[int, int]) -> None:
    """A frame for the model has the short side the model wants, and small films stay as they are."""
    frame = looked_at(make_video(path, seconds=0.25, size=size))[0]
    assert (seen, "RGB") == (frame.image.size, frame.image.mode)


def test_looker_s_error_comes_through(path: Path) -> None:
    """What goes wrong while looking is the looker's error, not a defect of the film."""

    def blind(frame: Frame) -> None:
        raise LookupError(frame.second)

    with pytest.raises(LookupError):
        watch(make_video(path), blind)


def test_moments_beyond_the_end_show_the_last_frame(path: Path) -> None:
    """Asked for a time after its end, a film answers with its last picture."""
    frames = at(make_video(path), [0.0, 99.0], longest_side=100)
    assert [0.0, 47 / 24] == [pytest.approx(frame.second, abs=0.001) for frame in frames]
