"""What a person looks at before deciding: contact sheets, animations, and letters that can be read."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.media.fonts import chinese_font, font, latin, readable
from blocks.media.previews import GAP, HEAD, MOST_FRAMES, TALL, WIDTH, SheetItem, animated_webp, contact_sheet
from tests.media import make_video
from workprint.errors import BadMedia

SHAPES = {"wide": (320, 180), "tall": (180, 320), "square": (200, 200)}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SheetItem]:
    folder = tmp_path_factory.mktemp("films")
    made = {name: make_video(folder / f"{name}.mp4", 0.5, size) for name, size in SHAPES.items()}
    return {name: SheetItem(name, path, "0.5 s, take 1") for name, path in made.items()}


def sheet(*items: SheetItem) -> Image.Image:
    picture = Image.open(io.BytesIO(contact_sheet(items)))
    picture.load()
    return picture


def test_sheet_of_one_film_is_as_wide_as_the_film_needs(films: dict[str, SheetItem]) -> None:
    """Three pictures of good height under two lines of text, and no empty space beside them."""
    one = sheet(films["tall"])
    assert ("JPEG", TALL + HEAD + 3 * GAP) == (one.format, one.height)
    assert pytest.approx(3 * TALL * 9 / 16 + 4 * GAP, abs=12) == one.width


def test_full_lines_leave_no_holes(films: dict[str, SheetItem]) -> None:
    """A tall and a wide film share a line that ends where the sheet ends, both as high as each other."""
    line = np.asarray(sheet(films["tall"], films["wide"]).convert("L"))
    assert WIDTH == pytest.approx(line.shape[1], abs=8)
    right, left = line[GAP + HEAD : -2 * GAP, -2 * GAP - 40 : -2 * GAP], line[GAP + HEAD : -2 * GAP, 2 * GAP : 72]
    assert right.std(axis=1).max() > 5
    assert left.std(axis=1).max() > 5


def test_order_is_kept_and_lines_are_added(films: dict[str, SheetItem]) -> None:
    """More films make a higher sheet, never a wider one than a page."""
    few, many = sheet(*films.values()), sheet(*[*films.values()] * 5)
    assert few.height < many.height
    assert max(few.width, many.width) <= WIDTH


@pytest.mark.parametrize("name", ["海报-9x16-5s", "a" * 200, "two\nlines", ""])
def test_any_name_fits(films: dict[str, SheetItem], name: str) -> None:
    """Chinese, endless, broken and empty names make a sheet of the same size as a short one."""
    odd = SheetItem(name, films["tall"].path, name)
    assert sheet(films["tall"]).size == sheet(odd).size


def test_sheet_of_nothing_is_refused() -> None:
    """A sheet without films is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])


def test_sheet_of_a_broken_film_says_so(tmp_path: Path) -> None:
    """A draft that cannot be decoded is bad media, not a blank panel."""
    (tmp_path / "x.mp4").write_bytes(b"no film")
    with pytest.raises(BadMedia):
        contact_sheet([SheetItem("x", tmp_path / "x.mp4", "")])


def test_animation_plays_the_whole_film_small(tmp_path: Path) -> None:
    """The preview has eight pictures a second, the asked shorter side, and loops."""
    film = make_video(tmp_path / "film.mp4", size=(640, 360))
    preview = Image.open(io.BytesIO(animated_webp(film, short_side=90)))
    assert ("WEBP", (160, 90), 16, 0) == (preview.format, preview.size, preview.n_frames, preview.info["loop"])


def test_long_film_gets_fewer_pictures_a_second(tmp_path: Path) -> None:
    """A preview never has more pictures than fit in memory, and still shows the film to its end."""
    film = make_video(tmp_path / "film.mp4", seconds=20, size=(64, 36), fps=12)
    preview = Image.open(io.BytesIO(animated_webp(film, short_side=36)))
    assert MOST_FRAMES == preview.n_frames
    preview.load()
    assert pytest.approx(20_000 / MOST_FRAMES, abs=1) == preview.info["duration"]


def test_colours_stay_what_they_are(tmp_path: Path) -> None:
    """A black film has a black preview."""
    preview = Image.open(io.BytesIO(animated_webp(make_video(tmp_path / "film.mp4", seconds=0.5, kind="black"))))
    assert np.asarray(preview.convert("RGB")).max() < 8


def test_letters_without_a_font_become_escapes() -> None:
    """Pillow's own font shows Latin letters; everything else is written out, never drawn as boxes."""
    assert "\\u4e2dé fi" == latin("中é ﬁ")
    assert readable("中") in {"中", "\\u4e2d"}
    assert (chinese_font() is None) == (readable("中") != "中")


def test_font_has_the_asked_size() -> None:
    """A larger face draws wider words."""
    assert font(20).getlength("workprint") > font(10).getlength("workprint")
