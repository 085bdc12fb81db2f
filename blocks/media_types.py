"""What a reference file is: told from its bytes, never from its name or from what a server says; then really decoded.

Limits are those of the Ark API page (docs/82379/1520757, read 2026-11): the only provider so far, close to the others.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import av
from PIL import Image

from workprint.brief import Role
from workprint.errors import BadReference

#: Pixels of a side, and width over height.
MIN_SIDE, MAX_SIDE = 300, 6000
MIN_SHAPE, MAX_SHAPE = 0.4, 2.5
#: Shortest reference film or sound in seconds.
MIN_SECONDS = 2.0
_MIB = 1024 * 1024
#: EXIF tag and the values that turn a picture on its side (CIPA DC-008, 4.6.5).
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})


class MediaKind(StrEnum):
    """What a role needs."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


KINDS: dict[Role, MediaKind] = {
    Role.FIRST_FRAME: MediaKind.IMAGE,
    Role.LAST_FRAME: MediaKind.IMAGE,
    Role.SUBJECT: MediaKind.IMAGE,
    Role.STYLE: MediaKind.IMAGE,
    Role.VIDEO: MediaKind.VIDEO,
    Role.AUDIO: MediaKind.AUDIO,
}
#: Largest file in bytes.
MAX_BYTES: dict[MediaKind, int] = {
    MediaKind.IMAGE: 30 * _MIB,
    MediaKind.VIDEO: 200 * _MIB,
    MediaKind.AUDIO: 15 * _MIB,
}
_TAKES: dict[MediaKind, str] = {
    MediaKind.IMAGE: "PNG, JPEG or WebP",
    MediaKind.VIDEO: "MP4 or MOV",
    MediaKind.AUDIO: "MP3, WAV or M4A",
}


#: The demuxer per extension: no guessing, so that no playlist format can make FFmpeg open other files or addresses.
_FORMATS = {"mp4": "mp4", "mov": "mov", "m4a": "mp4", "mp3": "mp3", "wav": "wav"}


@dataclass(frozen=True, slots=True)
class Media:
    """A file that was decoded. Pixels as seen (EXIF orientation applied), seconds; None where the kind has none."""

    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None


def sniff(body: bytes) -> tuple[str, str]:
    """Media type and file extension by the first bytes; `("", "")` when it is nothing we take."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", "png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", "jpg"
    if body[4:8] == b"ftyp":
        return _brand(body[8:12])
    if body[:4] == b"RIFF":
        return {b"WEBP": ("image/webp", "webp"), b"WAVE": ("audio/wav", "wav")}.get(body[8:12], ("", ""))
    # An MP3 frame starts with eleven set bits, and its layer is never 00 (that would be AAC in ADTS).
    if body.startswith(b"ID3") or (len(body) > 1 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0 and body[1] & 0x06):
        return "audio/mpeg", "mp3"
    return "", ""


def _brand(brand: bytes) -> tuple[str, str]:
    """ISO base media files say in their brand what they are; HEIC and AVIF pictures are in the family too."""
    if brand[:3] in {b"M4A", b"M4B"}:
        return "audio/mp4", "m4a"
    if brand[:3] in {b"hei", b"hev", b"mif", b"msf", b"avi"}:
        return "", ""
    return ("video/quicktime", "mov") if brand == b"qt  " else ("video/mp4", "mp4")


def inspect(body: bytes, kind: MediaKind) -> Media:
    """Decode a reference as `kind`. Raises `BadReference` saying what is wrong with it and how to mend it."""
    media_type, extension = sniff(body)
    if not body:
        raise BadReference("is empty", fix="choose another file")
    if not media_type.startswith(f"{kind}/"):
        what = f"is {media_type}" if media_type else "is none of the file types we read"
        raise BadReference(f"{what}, and {_a(kind)} is needed", fix=f"save it as {_TAKES[kind]}")
    return _INSPECTORS[kind](body, media_type, extension)


def _image(body: bytes, media_type: str, extension: str) -> Media:
    try:
        with Image.open(io.BytesIO(body), formats=["PNG", "JPEG", "WEBP"]) as image:
            # Size first: a picture bomb is refused by its header, before a pixel is unpacked.
            width, height = image.size
            _check_frame(width, height)
            image.load()
            turned = image.getexif().get(_ORIENTATION) in _TURNED
            frames = getattr(image, "n_frames", 1)
    except BadReference:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadReference(f"has sides above {MAX_SIDE} pixels", fix="make it smaller") from None
    except Exception as error:
        # Pillow's plugins raise anything at all on a broken file.
        raise BadReference(f"cannot be decoded: {_brief(error)}", fix="save the picture again") from error
    if frames > 1:
        raise BadReference("is an animation", fix="save one frame as a still picture")
    return Media(media_type, extension, *((height, width) if turned else (width, height)))


def _video(body: bytes, media_type: str, extension: str) -> Media:
    try:
        with av.open(io.BytesIO(body), "r", format=_FORMATS[extension], metadata_errors="replace") as container:
            if not container.streams.video:
                raise BadReference("has no picture in it", fix="choose another film")
            stream = container.streams.video[0]
            # Key frames are spread over the whole file: a film that is cut off or scrambled shows here, cheaply.
            stream.codec_context.skip_frame = "NONKEY"
            width = height = 0
            for frame in container.decode(stream):
                width, height = frame.width, frame.height
            seconds = _container_seconds(container)
    except (av.FFmpegError, ValueError) as error:
        raise BadReference(f"cannot be decoded: {_brief(error)}", fix="export the film again as MP4 (H.264)") from error
    _check_frame(width, height)
    _check_seconds(seconds)
    return Media(media_type, extension, width, height, seconds)


def _audio(body: bytes, media_type: str, extension: str) -> Media:
    try:
        with av.open(io.BytesIO(body), "r", format=_FORMATS[extension], metadata_errors="replace") as container:
            if not container.streams.audio:
                raise BadReference("has no sound in it", fix="choose another file")
            frames = container.decode(container.streams.audio[0])
            seconds = float(sum(frame.samples / frame.sample_rate for frame in frames))
    except (av.FFmpegError, ValueError) as error:
        raise BadReference(f"cannot be decoded: {_brief(error)}", fix="export the sound again") from error
    _check_seconds(seconds)
    return Media(media_type, extension, duration=round(seconds, 3))


_INSPECTORS: dict[MediaKind, Callable[[bytes, str, str], Media]] = {
    MediaKind.IMAGE: _image,
    MediaKind.VIDEO: _video,
    MediaKind.AUDIO: _audio,
}


def _check_frame(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
        rule = f"is {width} x {height}, each side must have {MIN_SIDE} to {MAX_SIDE} pixels"
        raise BadReference(rule, fix="scale it")
    if not MIN_SHAPE <= width / height <= MAX_SHAPE:
        rule = f"is {width} x {height}; width divided by height must be {MIN_SHAPE} to {MAX_SHAPE}"
        raise BadReference(rule, fix="crop it")


def _check_seconds(seconds: float) -> None:
    if seconds < MIN_SECONDS:
        raise BadReference(f"lasts {seconds:.1f} s, at least {MIN_SECONDS:.0f} s are needed", fix="choose a longer one")


def _container_seconds(container: "av.container.InputContainer") -> float:
    return round((container.duration or 0) / av.time_base, 3)


def _a(kind: MediaKind) -> str:
    return {"image": "a picture", "video": "a film", "audio": "a sound"}[kind]


def _brief(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
