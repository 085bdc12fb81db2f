"""Previews for a person: a contact sheet of all drafts, and a small animated WebP of each."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from blocks.media.fonts import font, printable
from blocks.media.frames import at, opened, small
from blocks.media.probe import probe
from workprint.errors import BadMedia

#: Pixels of the sheet.
CELL, GAP, HEAD = 300, 12, 58
_BACKGROUND, _PANEL, _INK, _MUTED = (18, 19, 22), (30, 32, 37), (240, 240, 238), (158, 162, 170)
#: Shares of a film's length that its row shows.
MOMENTS = (0.02, 0.5, 0.98)
#: Panels side by side: two rows of nine pictures read better than a very long strip.
_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One draft of the sheet: its film on the local disk, its name and a line below it."""

    name: str
    path: Path
    caption: str


def contact_sheet(items: Sequence[SheetItem]) -> bytes:
    """First, middle and last frame of every film under its name, as JPEG. Raises `ValueError` without items."""
    if not items:
        raise ValueError("a contact sheet needs at least one film")
    panels = [_panel(item) for item in items]
    columns = min(_COLUMNS, len(panels))
    rows = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    sheet = Image.new("RGB", _sheet_size(rows, columns), _BACKGROUND)
    top = GAP
    for row in rows:
        for place, panel in enumerate(row):
            sheet.paste(panel, (GAP + place * (_panel_width() + GAP), top))
        top += max(panel.height for panel in row) + GAP
    return _jpeg(sheet)


def animated_webp(path: Path, *, short_side: int = 180, fps: int = 8) -> bytes:
    """The whole film as a small looping animation without sound; `short_side` in pixels."""
    facts = probe(path)
    longest = round(short_side * max(facts.width, facts.height) / min(facts.width, facts.height))
    frames = _thinned(path, longest, fps)
    if not frames:
        raise BadMedia("the file has no frame that can be decoded")
    out = io.BytesIO()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0, quality=60, method=2
    )
    return out.getvalue()


def _thinned(path: Path, longest: int, fps: int) -> list[Image.Image]:
    """Every so many frames that `fps` remain; small pictures, so that the whole clip fits in memory."""
    found: list[Image.Image] = []
    due = (number / fps for number in count())
    following = next(due)
    with opened(path) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= following:
                found.append(small(frame, longest))
                following = next(due)
    return found


def _panel(item: SheetItem) -> Image.Image:
    length = probe(item.path).duration
    frames = at(item.path, [length * moment for moment in MOMENTS], longest_side=CELL)
    height = HEAD + max(frame.image.height for frame in frames) + GAP
    panel = Image.new("RGB", (_panel_width(), height), _PANEL)
    _title(panel, item)
    for place, frame in enumerate(frames):
        left = GAP + place * (CELL + GAP) + (CELL - frame.image.width) // 2
        panel.paste(frame.image, (left, HEAD))
    return panel


def _title(panel: Image.Image, item: SheetItem) -> None:
    draw = ImageDraw.Draw(panel)
    _text(draw, (GAP, 8), item.name, font(20), _INK)
    _text(draw, (GAP, 34), item.caption, font(14), _MUTED)


def _text(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    words: str,
    face: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    ink: tuple[int, int, int],
) -> None:
    draw.text(place, printable(words), font=face, fill=ink)


def _panel_width() -> int:
    return len(MOMENTS) * (CELL + GAP) + GAP


def _sheet_size(rows: Sequence[Sequence[Image.Image]], columns: int) -> tuple[int, int]:
    width = columns * (_panel_width() + GAP) + GAP
    return width, GAP + sum(max(panel.height for panel in row) + GAP for row in rows)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
