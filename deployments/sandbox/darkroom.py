"""Where films are made: threads that render, or a fixed film handed out."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from deployments.sandbox.billing import size_of
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.render.film import render
from deployments.sandbox.render.motion import Move, parse_move
from deployments.sandbox.render.plan import FPS, Plan
from deployments.sandbox.settings import SandboxSettings, fixed_size
from deployments.sandbox.tasks import Params, Task


class DarkRoom:
    """Renders into the home's folder `files`. PyAV and Pillow let go of the GIL, so threads are enough."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._files = settings.home / "files"
        self._media = settings.home / "media"
        self._files.mkdir(parents=True, exist_ok=True)
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="render")
        self._fixed = fixed_film(settings.fixed, settings.home) if settings.fixed else None

    @property
    def fixed(self) -> bool:
        """Whether rendering is off."""
        return self._fixed is not None

    def close(self) -> None:
        """Stop at the next frame."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def film(self, task: Task) -> Path:
        """Where the film of a task is, or will be."""
        if self._fixed is not None and self._fixed.is_dir():
            return film_in(self._fixed, task.params)
        return self._fixed or self._files / f"{task.id}.mp4"

    def last_frame(self, task: Task) -> Path:
        """Where the last frame of a task is, when it was asked for."""
        return self._files / f"{task.id}.png"

    async def develop(self, task: Task) -> None:
        """Make the film. Returns at once when rendering is off, or when a run before this one has made it.

        Raises `FileNotFoundError` when the folder of fixed films has none for this task.
        """
        made = self.film(task).exists()
        if self._fixed is not None and not made:
            raise FileNotFoundError(f"no film for task {task.id}: put {self.film(task)} there")
        if not made:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._render, task)

    def _render(self, task: Task) -> None:
        if task.fault(FaultName.ZERO_BYTE_FILE):
            self.film(task).touch()
            return
        last_frame = self.last_frame(task) if task.params.return_last_frame else None
        render(self._plan(task), self.film(task), last_frame=last_frame, stopped=self._stopping.is_set)

    def _plan(self, task: Task) -> Plan:
        plan = plan_for(task.params, self._media)
        if task.fault(FaultName.WRONG_DURATION):
            return replace(plan, frames=max(plan.frames // 2, FPS))
        return plan


def plan_for(params: Params, media: Path) -> Plan:
    """How a task is filmed; `media` is the folder of its reference media."""
    width, height = size_of(params)
    return Plan(
        width=width,
        height=height,
        frames=params.frames,
        move=Move("static") if params.camera_fixed else parse_move(params.prompt),
        seed=params.seed,
        prompt=params.prompt,
        draft=params.draft,
        watermark=params.watermark,
        sound=params.generate_audio,
        stills=tuple(media / name for name in params.stills),
        footage=media / params.footage if params.footage else None,
        soundtrack=media / params.soundtrack if params.soundtrack else None,
    )


def film_in(folder: Path, params: Params) -> Path:
    """The film of this resolution, ratio and length, else the one of this resolution: it need not exist."""
    exact = folder / f"{params.resolution}-{params.ratio.replace(':', 'x')}-{params.frames / FPS:g}s.mp4"
    return exact if exact.is_file() else folder / f"{params.resolution}.mp4"


def fixed_film(fixed: str, home: Path) -> Path:
    """The file or folder itself, or a playable film of the asked size (`500000`, `8MB`, `8MiB`)."""
    path = Path(fixed)
    if path.exists():
        return path
    size = fixed_size(fixed)
    target = home / f"fixed-{size}.mp4"
    if not target.exists():
        plan = Plan(
            854, 480, 5 * FPS, Move(), 0, "A fixed film: rendering is off.", draft=False, watermark=False, sound=True
        )
        render(plan, target.with_suffix(".small"))
        _pad(target.with_suffix(".small"), size)
        target.with_suffix(".small").replace(target)
    return target


def _pad(path: Path, size: int) -> None:
    """Make the film as large as asked with a box that players skip. A film that is larger already stays."""
    room = size - path.stat().st_size
    if room < 16:
        return
    with path.open("ab") as file:
        file.write((1).to_bytes(4) + b"free" + room.to_bytes(8))
        # Bytes that do not compress, and no hole in the file.
        for start in range(0, room - 16, 1 << 20):
            file.write(os.urandom(min(1 << 20, room - 16 - start)))
