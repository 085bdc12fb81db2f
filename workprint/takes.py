"""The difference between two takes of one variant: which words of the prompt changed, and which other fields.

Values only: a page, a terminal and a notice each show them their own way.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from workprint.spec import Spec

#: A Latin word or number, a row of spaces, or one sign: Chinese has no spaces between its words.
_TOKENS = re.compile(r"[A-Za-z0-9À-ɏ'’-]+|\s+|.", re.DOTALL)
#: More pairs of equal tokens would take difflib seconds: then the texts are shown one after the other.
MOST_PAIRS = 250_000
#: The fields of a spec that a next take may change, in the order they are shown; the prompt stands apart.
FIELDS = (
    "negative_prompt",
    "references",
    "duration",
    "resolution",
    "ratio",
    "fps",
    "camera",
    "audio",
    "seed",
    "model",
    "provider",
    "input_type",
)


class Side(StrEnum):
    """Where a piece of text stands: in both takes, only in the earlier, or only in the later one."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of the spec that differs, both values as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What sets a take apart from the one before. False when nothing does."""

    #: The prompt of both; joined without the `before` pieces it is the later one, without the `after` pieces the first.
    prompt: tuple[Piece, ...]
    fields: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.fields) or any(piece.side is not Side.BOTH for piece in self.prompt)


def difference(before: Spec, after: Spec) -> Difference:
    """What changed from one take to a later one."""
    pairs = ((name, _shown(before, name), _shown(after, name)) for name in FIELDS)
    fields = tuple(Changed(name, old, new) for name, old, new in pairs if old != new)
    return Difference(word_difference(before.prompt, after.prompt), fields)


@lru_cache(maxsize=512)
def word_difference(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts in one, word by word; Chinese sign by sign."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    pieces = [Piece(Side.BOTH, "".join(old[:start])), *middle, Piece(Side.BOTH, "".join(old[len(old) - end :]))]
    return tuple(_joined([piece for piece in pieces if piece.text]))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    counted = Counter(new)
    if sum(counted[token] for token in old) > MOST_PAIRS:
        yield from (Piece(Side.BEFORE, "".join(old)), Piece(Side.AFTER, "".join(new)))
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Side.BOTH, "".join(old[a:b]))
        else:
            yield from (Piece(Side.BEFORE, "".join(old[a:b])), Piece(Side.AFTER, "".join(new[c:d])))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A lone space between two changed words is part of the change: one mark reads better than three."""
    run: list[Piece] = []
    for place, piece in enumerate(pieces):
        inside = 0 < place < len(pieces) - 1 and piece.side is Side.BOTH and piece.text.isspace()
        if piece.side is not Side.BOTH or (inside and run):
            run.append(piece)
            continue
        yield from _merged(run)
        run = []
        yield piece
    yield from _merged(run)


def _merged(run: Sequence[Piece]) -> Iterator[Piece]:
    """A row of changes as what went and what came; a space at its end belongs to both again."""
    rest = run[:-1] if run and run[-1].side is Side.BOTH else run
    for side in (Side.BEFORE, Side.AFTER):
        if text := "".join(piece.text for piece in rest if piece.side in {side, Side.BOTH}):
            yield Piece(side, text)
    yield from run[len(rest) :]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _shown(spec: Spec, name: str) -> str:
    if name == "references":
        return ", ".join(f"{reference.role} {reference.sha256[:8]}" for reference in spec.references)
    if name == "camera":
        return f"{spec.camera.motion}, {spec.camera.speed}"
    return str(getattr(spec, name))
