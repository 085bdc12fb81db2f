"""What a reference file is, told from its bytes."""

import io

import pytest
from PIL import Image

from blocks.media_types import MediaKind, inspect, sniff
from tests.blocks.media import animation, film, picture, sound
from workprint.errors import BadReference

BROKEN = [
    (b"", "empty"),
    (b"<svg/>", "none of the file types"),
    (picture()[:-200], "decoded"),
    (picture(kind="JPEG")[:300], "decoded"),
    (animation(), "animation"),
    (picture(299, 640), "300"),
    (picture(1400, 500), "divided by"),
    (film(), "a picture is needed"),
]


@pytest.mark.parametrize(("body", "word"), BROKEN, ids=[word for _, word in BROKEN])
def test_a_picture_that_cannot_be_used_says_why(body: bytes, word: str) -> None:
    """Truncated, animated, too small, too long, or not a picture at all."""
    with pytest.raises(BadReference, match=word) as caught:
        inspect(body, MediaKind.IMAGE)
    assert caught.value.fix


def test_a_picture_bomb_is_refused_by_its_header() -> None:
    """A small file that claims a huge picture is never unpacked."""
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    with pytest.raises(BadReference, match="6000"):
        inspect(buffer.getvalue(), MediaKind.IMAGE)


@pytest.mark.parametrize(
    ("body", "kind", "word"),
    [
        (film(seconds=1), MediaKind.VIDEO, "at least 2 s"),
        (film()[:900], MediaKind.VIDEO, "decoded"),
        (film(160, 160), MediaKind.VIDEO, "300"),
        (sound(1.0), MediaKind.AUDIO, "at least 2 s"),
        (film(), MediaKind.AUDIO, "a sound is needed"),
        (b"ID3" + b"\x00" * 200, MediaKind.AUDIO, "decoded|no sound"),
    ],
)
def test_a_film_or_sound_that_cannot_be_used_says_why(body: bytes, kind: MediaKind, word: str) -> None:
    """Too short, truncated, too small, or the wrong kind."""
    with pytest.raises(BadReference, match=word):
        inspect(body, kind)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (picture(), "image/png"),
        (picture(kind="WEBP"), "image/webp"),
        (film(container="mov"), "video/quicktime"),
        (sound(container="mp3", codec="libmp3lame"), "audio/mpeg"),
        (sound(), "audio/wav"),
        (b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypheic....", ""),
        (b"\xff\xf1\x50\x80", ""),
        (b"GIF89a", ""),
        (b"#EXTM3U", ""),
    ],
)
def test_file_types_are_told_by_their_first_bytes(head: bytes, expected: str) -> None:
    """What we read is recognised; playlists, HEIC and AAC streams are not taken for something else."""
    assert sniff(head)[0] == expected
