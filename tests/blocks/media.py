"""Small real files: pictures by Pillow, films and sounds by PyAV."""

import io
from fractions import Fraction

import av
import numpy as np
from PIL import Image


def picture(width: int = 640, height: int = 640, kind: str = "PNG", orientation: int | None = None) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def animation() -> bytes:
    frames = [Image.new("RGB", (400, 400), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def film(width: int = 320, height: int = 320, seconds: int = 2, container: str = "mp4") -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for number in range(24 * seconds):
            frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), number, np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


def sound(seconds: float = 2.5, container: str = "wav", codec: str = "pcm_s16le") -> bytes:
    buffer, rate, step = io.BytesIO(), 8000, 800
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        for start in range(0, int(seconds * rate), step):
            wave = (np.sin(np.arange(start, start + step) / 5) * 9000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return buffer.getvalue()
