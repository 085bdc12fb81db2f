"""From plan to file."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from deployments.sandbox.render import sound
from deployments.sandbox.render.caption import overlays
from deployments.sandbox.render.motion import view_at
from deployments.sandbox.render.plan import FPS, Plan
from deployments.sandbox.render.planes import Planes, fill, to_picture
from deployments.sandbox.render.sources import canvases

#: From this many pixels on, speed is worth more than a smaller file.
_LARGE = 1_000_000


class Stopped(Exception):
    """Nobody waits for this film any more."""


def _never() -> bool:
    return False


def render(plan: Plan, target: Path, *, last_frame: Path | None = None, stopped: Callable[[], bool] = _never) -> None:
    """Render the film to `target` (MP4), and its last frame to a PNG when asked.

    Raises `Stopped` between two frames once `stopped` says so. A file under its name is always a whole one.
    """
    part = target.with_suffix(".part")
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        shown = _video(container, plan, stopped)
    if last_frame is not None and shown is not None:
        to_picture(shown).save(last_frame, "PNG")
    part.replace(target)


def _video(container: av.container.OutputContainer, plan: Plan, stopped: Callable[[], bool]) -> Planes | None:
    video = _video_stream(container, plan)
    audio = container.add_stream("aac", rate=sound.RATE, layout="stereo") if plan.sound else None
    if audio is not None:
        _encode_sound(container, audio, plan)
    words, shown = overlays(plan), None
    for number, canvas in zip(range(plan.frames), canvases(plan), strict=False):
        if stopped():
            raise Stopped
        view = view_at(plan.move, number / max(plan.frames - 1, 1), plan.seed, plan.width / plan.height)
        shown = canvas.seen(view, plan.width, plan.height)
        for overlay in words:
            overlay.onto(shown)
        frame = av.VideoFrame(plan.width, plan.height, "yuv420p")
        fill(frame, shown)
        frame.pts = number
        container.mux(video.encode(frame))
    container.mux(video.encode(None))
    return shown


def _video_stream(container: av.container.OutputContainer, plan: Plan) -> av.VideoStream:
    large = plan.width * plan.height > _LARGE
    options = {"preset": "ultrafast" if large else "veryfast", "crf": "21", "threads": "1"}
    stream = container.add_stream("libx264", rate=FPS, options=options)
    stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, FPS)
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _encode_sound(container: av.container.OutputContainer, stream: av.AudioStream, plan: Plan) -> None:
    samples = sound.recorded(plan.soundtrack, plan.seconds) if plan.soundtrack else sound.chord(plan.seconds, plan.seed)
    for frame in sound.frames(samples):
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
