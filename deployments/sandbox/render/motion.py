"""Where the camera looks at each moment: pure arithmetic on fractions of the canvas."""

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

#: How much of the canvas a move uses up. 0.22: a push in ends on a picture 1.22 times as large.
AMOUNT = {"slow": 0.12, "medium": 0.22, "fast": 0.40}
MOTIONS = (
    "static", "push in", "pull out", "pan left", "pan right", "tilt up", "tilt down", "truck left", "truck right",
    "orbit", "crane up", "crane down", "handheld",
)  # fmt: skip
_MOVE = "|".join(motion.replace(" ", r"[\s_-]+") for motion in MOTIONS)
_PHRASE = re.compile(
    rf"camera\s*:\s*(?:(slow|medium|fast)\s+)?({_MOVE})\b(?:[\s,]+(slow|medium|fast)\b)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move in the words of the set, e.g. `push in`, and its speed: slow, medium or fast."""

    motion: str = "push in"
    speed: str = "slow"


@dataclass(frozen=True, slots=True)
class View:
    """What part of the canvas is seen: centre and size as fractions of it, angle in radians, clockwise."""

    x: float = 0.5
    y: float = 0.5
    size: float = 1.0
    angle: float = 0.0


def parse_move(prompt: str) -> Move:
    """The move a prompt asks for as "Camera: slow push in."; a slow push in where it says nothing."""
    found = _PHRASE.search(prompt)
    if found is None:
        return Move()
    motion = re.sub(r"[\s_-]+", " ", found[2].lower())
    return Move(motion, (found[1] or found[3] or "medium").lower())


@dataclass(frozen=True, slots=True)
class _Moment:
    """`t` from 0.0 (first frame) to 1.0 (last); `aspect` is width over height of the picture."""

    t: float
    amount: float
    seed: int
    aspect: float


def view_at(move: Move, t: float, seed: int, aspect: float) -> View:
    """The view at moment `t`, from 0.0 (first frame) to 1.0 (last frame). It never leaves the canvas.

    `aspect` is width over height of the picture.
    """
    view = _VIEWS[move.motion](_Moment(t, AMOUNT[move.speed], seed, aspect))
    half = view.size * _reach(view.angle, aspect) / 2
    return View(min(max(view.x, half), 1 - half), min(max(view.y, half), 1 - half), view.size, view.angle)


def _reach(angle: float, aspect: float) -> float:
    """How much more of the canvas a turned view needs than a straight one, along the needier side."""
    return math.cos(angle) + math.sin(abs(angle)) * max(aspect, 1 / aspect)


def _static(_: _Moment) -> View:
    return View()


def _push_in(now: _Moment) -> View:
    return View(size=(1 + now.amount) ** -now.t)


def _pull_out(now: _Moment) -> View:
    return View(size=(1 + now.amount) ** (now.t - 1))


def _slide(dx: float, dy: float, grow: float = 0.0) -> Callable[[_Moment], View]:
    """A move from one side of the canvas to the other; (-1, 0) looks further and further left."""

    def view(now: _Moment) -> View:
        size = (1 + now.amount) ** -(1 + abs(grow) * (now.t if grow > 0 else 1 - now.t))
        room, way = (1 - size) / 2, 2 * now.t - 1
        return View(0.5 + dx * room * way, 0.5 + dy * room * way, size)

    return view


def _orbit(now: _Moment) -> View:
    """A few degrees around the middle, with the sideways drift and the small approach of a real arc."""
    swing, drift, turn = 2 * now.t - 1, 0.2 * now.amount, math.radians(9 * now.amount)
    size = (1 - 2 * drift) / _reach(turn, now.aspect) - 0.1 * now.amount * (1 - swing * swing)
    return View(x=0.5 + drift * swing, size=size, angle=turn * swing)


def _handheld(now: _Moment) -> View:
    """Breath and steps: a few slow sines of seeded phase."""
    rng = random.Random(now.seed)  # noqa: S311 - a picture, not a secret
    waves = [(rng.uniform(1.5, 6.5), rng.uniform(0, math.tau), rng.uniform(0, math.tau)) for _ in range(4)]
    dx = sum(math.sin(math.tau * f * now.t + a) / f for f, a, _ in waves)
    dy = sum(math.sin(math.tau * f * now.t + b) / f for f, _, b in waves)
    return View(0.5 + 0.05 * now.amount * dx, 0.5 + 0.05 * now.amount * dy, 0.88)


_VIEWS: dict[str, Callable[[_Moment], View]] = {
    "static": _static,
    "push in": _push_in,
    "pull out": _pull_out,
    "pan left": _slide(-1, 0),
    "pan right": _slide(1, 0),
    "tilt up": _slide(0, -1),
    "tilt down": _slide(0, 1),
    # A truck moves the camera itself: what is near grows a little on the way. A crane sees less or more of it.
    "truck left": _slide(-1, 0, grow=0.25),
    "truck right": _slide(1, 0, grow=0.25),
    "orbit": _orbit,
    "crane up": _slide(0, -1, grow=-0.25),
    "crane down": _slide(0, 1, grow=0.25),
    "handheld": _handheld,
}
