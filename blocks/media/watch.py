"""One decoding pass over a film: what FFmpeg's black, freeze and loudness filters saw, and the frames worth a look."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame

from blocks.media.frames import Frame, Sampler, opened, picture
from blocks.media.probe import rate_of, seconds_of
from workprint.errors import BadMedia

Span = tuple[float, float]
Look = Callable[[Frame], None]
#: LUFS (ITU-R BS.1770) the filter says for digital silence, and what a film without sound has here.
NO_SOUND = -70.0
#: Short side in pixels of the picture that is analysed and looked at: what the picture model wants, and enough to see
#: black and frozen.
SHORT_SIDE = 256
#: A picture is black when 98 % of its pixels are below 10 % light (the filter's own usual values).
_BLACK = "blackdetect", "d=0:pic_th=0.98:pix_th=0.10"
#: Frozen: a second in which nothing moves by more than -60 dB; an encoder's noise on a still picture is below it.
_FREEZE = "freezedetect", "n=-60dB:d=1"
_STARTS = {"lavfi.black_start": "black", "lavfi.freezedetect.freeze_start": "frozen"}
_ENDS = {"lavfi.black_end": "black", "lavfi.freezedetect.freeze_end": "frozen"}


@dataclass(slots=True)
class Seen:
    """What one pass saw. Pixels, seconds from the first frame, frames per second, LUFS."""

    width: int
    height: int
    fps: float
    has_sound: bool
    #: What the header promises.
    declared: float
    frames: int = 0
    length: float = 0.0
    #: When the first damaged picture was shown.
    damaged: float | None = None
    black: list[Span] = field(default_factory=list)
    frozen: list[Span] = field(default_factory=list)
    loudness: float = NO_SOUND


def nobody(frame: Frame) -> None:
    """Look at nothing."""


def watch(path: Path, look: Look = nobody) -> Seen:
    """Decode picture and sound to the end, once; `look` is shown the frames worth it, one at a time.

    Memory does not grow with the film. Raises `BadMedia` when it breaks off, and whatever `look` raises.
    """
    with opened(path) as container:
        seen = _expected(container)
        eyes, ears = _Eyes(container, seen, look), _Ears(container, seen)
        for frame in _decoded(container):
            if isinstance(frame, AudioFrame):
                ears.hear(frame)
            else:
                eyes.see(frame)
        eyes.close()
    if not seen.frames:
        raise BadMedia("the file has no frame that can be decoded")
    return seen


def _expected(container: InputContainer) -> Seen:
    video = container.streams.video[0]
    return Seen(
        width=video.codec_context.width,
        height=video.codec_context.height,
        fps=rate_of(video),
        has_sound=bool(container.streams.audio),
        declared=seconds_of(container, video),
    )


def _decoded(container: InputContainer) -> Iterator[VideoFrame | AudioFrame]:
    """Picture and sound as they come; other streams (subtitles, data) are left out."""
    wanted = [*container.streams.video[:1], *container.streams.audio[:1]]
    yield from cast("Iterator[VideoFrame | AudioFrame]", container.decode(*wanted))


class _Eyes:
    """The picture, made small once and then analysed and sampled; the filters speak in the frames' metadata."""

    def __init__(self, container: InputContainer, seen: Seen, look: Look) -> None:
        self._seen, self._look = seen, look
        self._graph = _video_graph(container, seen)
        self._sampler = Sampler()
        self._open: dict[str, float] = {}
        self._first: float | None = None

    def see(self, frame: VideoFrame) -> None:
        second, seen = self._second(frame), self._seen
        seen.frames += 1
        seen.length = second + 1 / (seen.fps or 24.0)
        if frame.is_corrupt and seen.damaged is None:
            seen.damaged = second
        self._graph.vpush(frame)
        self._pull()

    def close(self) -> None:
        """Take what the filters still hold, and end what was black or frozen when the film ended."""
        if self._seen.frames:
            self._graph.vpush(None)
            self._pull()
        for what, start in self._open.items():
            self._spans(what).append((start, self._seen.length))

    def _pull(self) -> None:
        for out in _pulled(self._graph):
            self._note(out.metadata)
            second = self._second(out)
            if self._sampler.wants(out, second):
                self._look(Frame(second, picture(out)))

    def _note(self, metadata: dict[str, str]) -> None:
        for key, what in _STARTS.items():
            if key in metadata:
                self._open[what] = float(metadata[key]) - (self._first or 0.0)
        for key, what in _ENDS.items():
            if key in metadata and what in self._open:
                self._spans(what).append((self._open.pop(what), float(metadata[key]) - (self._first or 0.0)))

    def _spans(self, what: str) -> list[Span]:
        return self._seen.black if what == "black" else self._seen.frozen

    def _second(self, frame: VideoFrame) -> float:
        """Seconds since the first frame; counted where the file has no times."""
        if frame.pts is None:
            return self._seen.frames / (self._seen.fps or 24.0)
        if self._first is None:
            self._first = frame.time
        return frame.time - self._first


class _Ears:
    """The sound; the filter says the loudness so far, so its last word counts."""

    def __init__(self, container: InputContainer, seen: Seen) -> None:
        self._seen = seen
        self._graph = _audio_graph(container) if seen.has_sound else None

    def hear(self, frame: AudioFrame) -> None:
        if self._graph is None:
            return
        self._graph.push(frame)
        for out in _pulled(self._graph):
            # The filter's flush frame has no metadata.
            self._seen.loudness = float(out.metadata.get("lavfi.r128.I", self._seen.loudness))


def _pulled(graph: Graph) -> Iterator[Any]:
    """Every frame the graph can give now, of the kind it was built for."""
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _video_graph(container: InputContainer, seen: Seen) -> Graph:
    graph = Graph()
    graph.threads = 1
    scale = min(1.0, SHORT_SIDE / min(seen.width, seen.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (seen.width, seen.height))
    graph.link_nodes(
        graph.add_buffer(template=container.streams.video[0]),
        graph.add("scale", f"{width}:{height}:flags=area"),
        graph.add("format", "yuv420p"),
        graph.add(*_BLACK),
        graph.add(*_FREEZE),
        graph.add("buffersink"),
    ).configure()
    return graph


def _audio_graph(container: InputContainer) -> Graph:
    graph = Graph()
    graph.link_nodes(
        graph.add_abuffer(template=container.streams.audio[0]),
        graph.add("ebur128", "metadata=1"),
        graph.add("abuffersink"),
    ).configure()
    return graph
