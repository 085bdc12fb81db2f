"""Comments on a draft: what somebody saw, when and where in the picture, and how they become a next take."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workprint.problems import Problem

LONGEST = 500
#: Comments one person may leave on one take.
MOST = 100


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture; all four from 0 to 1, from the left upper corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def place(self) -> str:
        """Where that is, in words a video model reads."""
        column = ("left", "centre", "right")[min(2, int((self.x + self.width / 2) * 3))]
        row = ("upper", "middle", "lower")[min(2, int((self.y + self.height / 2) * 3))]
        return "in the centre" if (row, column) == ("middle", "centre") else f"{row} {column}"


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark on one take. Append-only."""

    id: str
    campaign_id: str
    variant: str
    take: int
    #: Of the draft's bytes that were looked at.
    draft_sha256: str
    actor: str
    text: str
    at: datetime
    #: Seconds from the start of the film; None: the whole of it.
    second: float | None = None
    #: None: the whole picture.
    region: Region | None = None

    def line(self) -> str:
        """The remark as one change of the next take: `at 2.3 s, upper left: no steam`."""
        where = ", ".join(
            part
            for part in (
                f"at {self.second:.1f} s" if self.second is not None else "",
                self.region.place if self.region else "",
            )
            if part
        )
        return f"{where}: {self.text}" if where else self.text


def comment_problems(text: str, second: float | None, region: Region | None, duration: float) -> list[Problem]:
    """What is wrong with a remark on a film of `duration` seconds."""
    found = []
    if not text.strip():
        found.append(Problem("text", "is empty", "write what should change", zh="请填写意见"))
    if len(text) > LONGEST:
        rule = f"has {len(text)} characters, {LONGEST} are allowed"
        found.append(Problem("text", rule, "shorten it, or write two comments", zh=f"意见最多 {LONGEST} 字"))
    if second is not None and not (math.isfinite(second) and 0 <= second <= duration + 0.1):
        rule = f"{second} is no second of this film, which has {duration:.1f}"
        found.append(Problem("second", rule, f"name one from 0 to {duration:.1f}", zh="时间点超出影片长度"))
    if region is not None and not _inside(region):
        fix = "give x, y, width and height from 0 to 1, inside the picture"
        found.append(Problem("region", "is not inside the picture", fix, zh="选区超出画面"))
    return found


def _inside(region: Region) -> bool:
    sides = (region.x, region.y, region.width, region.height)
    if not all(math.isfinite(side) and 0 <= side <= 1 for side in sides) or not (region.width and region.height):
        return False
    return region.x + region.width <= 1.001 and region.y + region.height <= 1.001


def as_prompt(before: str, comments: Iterable[Comment]) -> str:
    """The free prompt of the next take: the words before, and every remark in the order of the film.

    Remarks on the whole film come first.
    """
    lines = [comment.line() for comment in in_order(tuple(comments))]
    return "\n".join(part for part in (before.strip(), "; ".join(lines)) if part)


def remarks_on(comments: Iterable[Comment], variant: str, take: int) -> tuple[Comment, ...]:
    """Those on one take of a variant, in the same order."""
    return tuple(comment for comment in comments if (comment.variant, comment.take) == (variant, take))


def in_order(comments: Sequence[Comment]) -> tuple[Comment, ...]:
    """By second of the film, then by time of writing; what is said of the whole film comes first."""
    return tuple(sorted(comments, key=lambda c: (-1.0 if c.second is None else c.second, c.at, c.id)))
