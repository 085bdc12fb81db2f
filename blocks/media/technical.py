"""Is the film what was asked for? Decoded once to its end, through FFmpeg's black, freeze and loudness filters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame

from blocks.media.frames import opened
from workprint.errors import BadMedia
from workprint.moderation import Expected, Finding

ENGINE = "technical"
#: Seconds a film may be longer or shorter than asked: providers round to their own frame grid.
DURATION_TOLERANCE = 0.3
#: Share by which width over height may be off, and by which the shorter side may be smaller: models have size grids.
RATIO_TOLERANCE, SIZE_TOLERANCE = 0.03, 0.08
#: LUFS (ITU-R BS.1770) below which sound counts as none; the filter says -70 for digital silence.
SILENCE = -60.0
#: The analysis picture's longer side in pixels: black and frozen are seen as well in a small one.
_SMALL = 256
_BLACK = "blackdetect", "d=0.3:pic_th=0.98:pix_th=0.10"
#: Noise of -60 dB: an encoder's own noise on a still picture is below it.
_FREEZE = "freezedetect", "n=-60dB:d=1.0"


@dataclass(slots=True)
class _Seen:
    """What one pass saw. Times in seconds."""

    frames: int = 0
    end: float = 0.0
    black: list[tuple[float, float]] = field(default_factory=list)
    frozen: list[tuple[float, float]] = field(default_factory=list)
    loudness: float = -70.0


def check(path: Path, expected: Expected) -> tuple[Finding, ...]:
    """Every technical finding. A file that breaks off while decoding is one finding, not an error."""
    try:
        with opened(path) as container:
            size = _size(container)
            rate = float(container.streams.video[0].average_rate or 0)
            sound = bool(container.streams.audio)
            seen = _watch(container)
    except BadMedia as error:
        return (Finding("technical.undecodable", 1.0, ENGINE, excerpt=str(error)),)
    return (*_shape(size, rate, seen, expected), *_picture(seen, expected), *_sound(seen, expected, sound=sound))


def _size(container: InputContainer) -> tuple[int, int]:
    context = container.streams.video[0].codec_context
    return context.width, context.height


def _watch(container: InputContainer) -> _Seen:
    """One pass over picture and sound."""
    seen, graphs = _Seen(), _Graphs(container)
    length = 1 / float(container.streams.video[0].average_rate or 24)
    for frame in _decoded(container):
        if isinstance(frame, AudioFrame):
            graphs.sound(frame, seen)
        else:
            seen.frames += 1
            seen.end = (frame.time or 0.0) + length
            graphs.picture(frame, seen)
    if not seen.frames:
        raise BadMedia("the file has no frame that can be decoded")
    graphs.end(seen)
    return seen


def _decoded(container: InputContainer) -> Iterator[VideoFrame | AudioFrame]:
    """Picture and sound as they come; other streams (subtitles, data) are left out."""
    wanted = [*container.streams.video[:1], *container.streams.audio[:1]]
    yield from cast("Iterator[VideoFrame | AudioFrame]", container.decode(*wanted))


class _Graphs:
    """FFmpeg's filters, fed frame by frame; their findings come in the frames' metadata."""

    def __init__(self, container: InputContainer) -> None:
        self._video = _video_graph(container)
        self._audio = _audio_graph(container)
        self._black_from: float | None = None
        self._frozen_from: float | None = None

    def picture(self, frame: VideoFrame, seen: _Seen) -> None:
        self._video.vpush(frame)
        for out in _pulled(self._video):
            self._note(out.metadata, seen)

    def sound(self, frame: AudioFrame, seen: _Seen) -> None:
        if self._audio is not None:
            self._audio.push(frame)
            _listen(self._audio, seen)

    def end(self, seen: _Seen) -> None:
        """Close what was still black or frozen when the film ended."""
        self._video.vpush(None)
        for out in _pulled(self._video):
            self._note(out.metadata, seen)
        if self._black_from is not None:
            seen.black.append((self._black_from, seen.end))
        if self._frozen_from is not None:
            seen.frozen.append((self._frozen_from, seen.end))

    def _note(self, metadata: dict[str, str], seen: _Seen) -> None:
        if "lavfi.black_start" in metadata:
            self._black_from = float(metadata["lavfi.black_start"])
        if "lavfi.black_end" in metadata and self._black_from is not None:
            seen.black.append((self._black_from, float(metadata["lavfi.black_end"])))
            self._black_from = None
        if "lavfi.freezedetect.freeze_start" in metadata:
            self._frozen_from = float(metadata["lavfi.freezedetect.freeze_start"])
        if "lavfi.freezedetect.freeze_end" in metadata and self._frozen_from is not None:
            seen.frozen.append((self._frozen_from, float(metadata["lavfi.freezedetect.freeze_end"])))
            self._frozen_from = None


def _listen(graph: Graph, seen: _Seen) -> None:
    """The loudness so far; the filter's flush frame has none, so the last word counts."""
    for out in _pulled(graph):
        loudness = out.metadata.get("lavfi.r128.I")
        if loudness is not None:
            seen.loudness = float(loudness)


def _pulled(graph: Graph) -> Iterator[VideoFrame | AudioFrame]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _video_graph(container: InputContainer) -> Graph:
    graph, stream = Graph(), container.streams.video[0]
    width, height = _size(container)
    scale = min(1.0, _SMALL / max(width, height))
    small = f"{max(2, round(width * scale / 2) * 2)}:{max(2, round(height * scale / 2) * 2)}:flags=fast_bilinear"
    graph.link_nodes(
        graph.add_buffer(template=stream),
        graph.add("scale", small),
        graph.add(*_BLACK),
        graph.add(*_FREEZE),
        graph.add("buffersink"),
    ).configure()
    return graph


def _audio_graph(container: InputContainer) -> Graph | None:
    if not container.streams.audio:
        return None
    graph = Graph()
    graph.link_nodes(
        graph.add_abuffer(template=container.streams.audio[0]),
        graph.add("ebur128", "metadata=1"),
        graph.add("abuffersink"),
    ).configure()
    return graph


def _shape(size: tuple[int, int], rate: float, seen: _Seen, expected: Expected) -> Iterator[Finding]:
    if abs(seen.end - expected.duration) > DURATION_TOLERANCE:
        yield Finding("technical.duration", seen.end, ENGINE, excerpt=f"{seen.end:.2f} s, asked {expected.duration} s")
    ratio, wanted = size[0] / size[1], expected.width / expected.height
    too_small = min(size) < min(expected.width, expected.height) * (1 - SIZE_TOLERANCE)
    if too_small or abs(ratio / wanted - 1) > RATIO_TOLERANCE:
        said = f"{size[0]}x{size[1]}, asked {expected.width}x{expected.height}"
        yield Finding("technical.size", min(size), ENGINE, excerpt=said)
    if rate and abs(rate - expected.fps) > 0.5:
        yield Finding("technical.fps", rate, ENGINE, excerpt=f"{rate:.2f} fps, asked {expected.fps}")


def _picture(seen: _Seen, expected: Expected) -> Iterator[Finding]:
    for start, end in seen.black:
        yield Finding("technical.black", end - start, ENGINE, start, f"black for {end - start:.2f} s")
    rule = "technical.frozen_static" if expected.camera_static else "technical.frozen"
    for start, end in seen.frozen:
        yield Finding(rule, end - start, ENGINE, start, f"no movement for {end - start:.2f} s")


def _sound(seen: _Seen, expected: Expected, *, sound: bool) -> Iterator[Finding]:
    audible = sound and seen.loudness > SILENCE
    if expected.audio and not audible:
        said = f"{seen.loudness:.1f} LUFS" if sound else "no audio stream"
        yield Finding("technical.silent", abs(seen.loudness), ENGINE, excerpt=said)
    if audible and not expected.audio:
        yield Finding("technical.unwanted_sound", abs(seen.loudness), ENGINE, excerpt=f"{seen.loudness:.1f} LUFS")
