"""References: read once, judged by their bytes, frozen."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from blocks.media_types import MAX_BYTES, MediaKind
from blocks.references import ASSETS, FrozenReferences, allowed_roots, freeze, is_link, with_absolute_sources
from tests.blocks.media import film, picture, sound
from tests.workprint.briefs import brief, shot
from workprint.brief import Brief, Role
from workprint.errors import InputError, OutboundError
from workprint.models import model_facts
from workprint.problems import Problem

PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
TWO = model_facts("doubao-seedance-2-0-260128", "ark")
TWO_FIVE = model_facts("doubao-seedance-2-5-260628", "ark")


class Store:
    """A bucket that remembers what was put into it."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.puts = 0

    async def put(self, key: str, body: bytes, media_type: str) -> None:
        self.puts += 1
        self.objects[key] = (body, media_type)


def one(*references: tuple[str, str], kind: str = "image_to_video", ratios: tuple[str, ...] = ("1:1",)) -> Brief:
    listed = [{"role": role, "source": source} for role, source in references]
    return brief(ratios=list(ratios), shots=[shot(input_type=kind, references=listed)])


async def frozen(made: Brief, base: Path, facts: Any = TWO, **options: Any) -> tuple[FrozenReferences, Store]:
    store = Store()
    return await freeze(made, facts, base=base, put=store.put, **options), store


async def refused(made: Brief, base: Path, facts: Any = TWO, **options: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        await frozen(made, base, facts, **options)
    return list(caught.value.problems)


@asynccontextmanager
async def serving(answers: dict[str, tuple[int, bytes]]) -> AsyncIterator[tuple[str, Counter[str]]]:
    """A real HTTP server on loopback: path -> status and body; counts what was asked."""
    asked: Counter[str] = Counter()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode().partition("?")[0]
        asked[path] += 1
        status, body = answers.get(path, (404, b""))
        lines = (
            f"HTTP/1.1 {status} X",
            "content-type: text/plain",
            f"content-length: {len(body)}",
            "connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_a_picture_is_frozen_by_its_bytes(tmp_path: Path) -> None:
    """Hash, size, type and pixels are those of the file; the key is its hash; the source is as the brief says."""
    body = picture(640, 640)
    (tmp_path / "a.png").write_bytes(body)
    result, store = await frozen(one(("first_frame", "a.png")), tmp_path)
    (reference,) = result.of("hero")
    sha256 = hashlib.sha256(body).hexdigest()
    assert (Role.FIRST_FRAME, sha256, len(body), 640, 640, "a.png") == (
        reference.role,
        reference.sha256,
        reference.size,
        reference.width,
        reference.height,
        reference.source,
    )
    assert store.objects == {f"references/{sha256}.png": (body, "image/png")}


async def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    """A JPEG that calls itself PNG is a JPEG."""
    (tmp_path / "a.png").write_bytes(picture(kind="JPEG"))
    result, store = await frozen(one(("first_frame", "a.png")), tmp_path)
    assert result.of("hero")[0].media_type == "image/jpeg"
    assert next(iter(store.objects)).endswith(".jpg")


async def test_a_picture_on_its_side_is_measured_as_seen(tmp_path: Path) -> None:
    """A telephone's portrait picture is upright, whatever its pixels say."""
    (tmp_path / "a.jpg").write_bytes(picture(800, 600, "JPEG", orientation=6))
    result, _ = await frozen(one(("first_frame", "a.jpg"), ratios=("3:4",)), tmp_path)
    assert (600, 800) == (result.of("hero")[0].width, result.of("hero")[0].height)
    assert result.warnings == ()


async def test_films_and_sounds_are_measured_in_seconds(tmp_path: Path) -> None:
    """A reference film and a reference sound carry how long they last."""
    for name, body in {"a.png": picture(), "b.mp4": film(seconds=3), "c.wav": sound(2.5)}.items():
        (tmp_path / name).write_bytes(body)
    made = one(("subject", "a.png"), ("video", "b.mp4"), ("audio", "c.wav"), kind="reference_to_video")
    result, _ = await frozen(made, tmp_path)
    _, clip, song = result.of("hero")
    assert (3.0, 320) == (pytest.approx(clip.duration, abs=0.1), clip.width)
    assert (2.5, None) == (pytest.approx(song.duration, abs=0.1), song.width)


async def test_the_same_source_is_read_and_stored_once(tmp_path: Path) -> None:
    """Two shots from one picture: one request, one object, two references."""
    async with serving({"/a.png": (200, picture())}) as (url, asked):
        listed = [{"role": "first_frame", "source": f"{url}/a.png?sig=secret"}]
        shots = [shot(name=name, input_type="image_to_video", references=listed) for name in ("one", "two")]
        made = brief(ratios=["1:1"], shots=shots)
        result, store = await frozen(made, tmp_path, allow_private=True)
    assert (1, 1) == (asked["/a.png"], store.puts)
    assert result.of("one") == result.of("two")
    assert "secret" not in result.of("one")[0].source


async def test_equal_bytes_from_two_places_are_stored_once(tmp_path: Path) -> None:
    """Content is the key."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture())
    result, store = await frozen(one(("first_frame", "a.png"), ("last_frame", "b.png")), tmp_path)
    first, last = result.of("hero")
    assert (store.puts, first.sha256, Role.LAST_FRAME) == (1, last.sha256, last.role)


async def test_all_broken_references_are_named_at_once(tmp_path: Path) -> None:
    """One run of the check tells about every file."""
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "small.png").write_bytes(picture(200, 400))
    made = one(("subject", "text.png"), ("subject", "small.png"), ("style", "none.png"), kind="reference_to_video")
    found = await refused(made, tmp_path)
    assert [p.path for p in found] == [f"shots[0].references[{n}].source" for n in range(3)]
    assert all(p.fix and p.zh for p in found)


async def test_a_crop_is_told_in_per_cent(tmp_path: Path) -> None:
    """One picture for three ratios: the warning says how much of it each of them loses."""
    (tmp_path / "a.png").write_bytes(picture(640, 640))
    result, _ = await frozen(one(("first_frame", "a.png"), ratios=("9:16", "16:9", "1:1")), tmp_path, PRO_15)
    (warning,) = result.warnings
    assert "9:16 loses 44%, 16:9 loses 44% of the picture" in warning.rule


async def test_a_model_that_keeps_the_picture_s_ratio_needs_the_right_picture(tmp_path: Path) -> None:
    """Seedance 2.5 would deliver a square film for a square picture: said before it is paid."""
    (tmp_path / "a.png").write_bytes(picture(640, 640))
    found = await refused(one(("first_frame", "a.png"), ratios=("9:16",)), tmp_path, TWO_FIVE)
    assert "own ratio" in found[0].rule
    await frozen(one(("first_frame", "a.png"), ratios=("1:1",)), tmp_path, TWO_FIVE)


async def test_what_the_model_cannot_hear_or_watch_is_refused(tmp_path: Path) -> None:
    """A sound type the provider refuses, and more seconds of film than it takes."""
    for name, body in {
        "a.png": picture(),
        "b.m4a": sound(container="ipod", codec="aac"),
        "c.mp4": film(seconds=9),
        "d.mp4": film(seconds=8),
    }.items():
        (tmp_path / name).write_bytes(body)
    made = one(
        ("subject", "a.png"), ("audio", "b.m4a"), ("video", "c.mp4"), ("video", "d.mp4"), kind="reference_to_video"
    )
    found = {p.path: p.rule for p in await refused(made, tmp_path)}
    assert "audio/mp4" in found["shots[0].references[1].source"]
    assert "17.0 s together" in found["shots[0].references"]


@pytest.mark.parametrize("source", ["../secret.png", "/etc/passwd", "link.png", "sub/../../secret.png"])
async def test_no_path_leads_out_of_the_allowed_folders(source: str, tmp_path: Path) -> None:
    """Neither dots nor absolute paths nor links reach another folder's files."""
    (tmp_path / "secret.png").write_bytes(picture())
    base = tmp_path / "campaign"
    base.mkdir()
    (base / "link.png").symlink_to(tmp_path / "secret.png")
    (problem,) = await refused(one(("first_frame", source)), base)
    assert "outside" in problem.rule
    assert ASSETS in problem.fix


async def test_a_folder_or_a_file_too_large_is_refused(tmp_path: Path) -> None:
    """Only a file, and only one of reasonable size."""
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(MAX_BYTES[MediaKind.IMAGE] + 1)
    made = one(("subject", "."), ("subject", "big.png"), kind="reference_to_video")
    folder, big = await refused(made, tmp_path)
    assert "cannot be read" in folder.rule
    assert "larger than 30 MiB" in big.rule


async def test_assets_folders_are_named_by_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run started from the form finds its files below WORKPRINT_ASSETS, relative or absolute, and nowhere else."""
    monkeypatch.setenv(ASSETS, str(tmp_path))
    (tmp_path / "a.png").write_bytes(picture())
    store = Store()
    for source in ("a.png", str(tmp_path / "a.png")):
        await freeze(one(("first_frame", source)), TWO, base=None, put=store.put)
    with pytest.raises(InputError, match="outside"):
        await freeze(one(("first_frame", str(Path(__file__)))), TWO, base=None, put=store.put)


def test_a_brief_s_own_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths start at the brief's file; named folders replace the default ones."""
    (assets := tmp_path / "assets").mkdir()
    monkeypatch.setenv(ASSETS, str(assets))
    assert allowed_roots(tmp_path) == (tmp_path.resolve(), assets.resolve())
    monkeypatch.delenv(ASSETS)
    assert allowed_roots(tmp_path) == (tmp_path.resolve(),)


def test_without_assets_the_working_and_home_folders_are_open() -> None:
    """On a developer's machine files are found where they lie."""
    assert allowed_roots(None) == (Path.cwd().resolve(), Path.home().resolve())


async def test_paths_are_made_absolute_for_a_run_elsewhere(tmp_path: Path) -> None:
    """What the CLI sends does not depend on where the runner stands; links are left alone."""
    made = with_absolute_sources(one(("first_frame", "a.png"), ("last_frame", "https://x.example/b.png")), tmp_path)
    assert [str(tmp_path / "a.png"), "https://x.example/b.png"] == [r.source for r in made.shots[0].references]


async def test_a_link_into_our_own_network_is_refused(tmp_path: Path) -> None:
    """By default nothing on loopback is fetched: no request is even made."""
    async with serving({"/a.png": (200, picture())}) as (url, asked):
        (problem,) = await refused(one(("first_frame", f"{url}/a.png")), tmp_path)
    assert (0, "shots[0].references[0].source") == (asked.total(), problem.path)


async def test_a_link_that_is_gone_is_a_problem_of_the_brief(tmp_path: Path) -> None:
    """404 does not get better by asking again."""
    async with serving({}) as (url, _):
        (problem,) = await refused(one(("first_frame", f"{url}/a.png")), tmp_path, allow_private=True)
    assert problem.fix


async def test_a_server_in_trouble_is_no_problem_of_the_brief(tmp_path: Path) -> None:
    """503 is raised as what it is, so that the task may ask again."""
    async with serving({"/a.png": (503, b"")}) as (url, _):
        with pytest.raises(OutboundError) as caught:
            await frozen(one(("first_frame", f"{url}/a.png")), tmp_path, allow_private=True)
    assert caught.value.retryable


async def test_a_bucket_in_trouble_is_raised_as_it_is(tmp_path: Path) -> None:
    """The store's own error reaches the task, not a list of problems."""

    async def full(key: str, body: bytes, media_type: str) -> None:
        raise OSError("no space left")

    (tmp_path / "a.png").write_bytes(picture())
    with pytest.raises(OSError, match="no space"):
        await freeze(one(("first_frame", "a.png")), TWO, base=tmp_path, put=full)


async def test_a_brief_without_references_freezes_nothing(tmp_path: Path) -> None:
    """Text alone needs no bucket."""
    result, store = await frozen(brief(), tmp_path)
    assert ((), 0) == (result.of("hero"), store.puts)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://x/a.png", True),
        ("file:///etc/passwd", True),
        ("a.png", False),
        ("C:\\a.png", False),
        ("http://[", True),
    ],
)
def test_links_and_paths_are_told_apart(source: str, expected: bool) -> None:
    """Everything with a scheme goes to the guard, which refuses all but http(s)."""
    assert is_link(source) is expected


async def test_the_showcase_picture_serves_its_ratios() -> None:
    """The sample's own picture can be frozen from its folder."""
    samples = Path(__file__).parents[2] / "deployments" / "samples"
    made = one(("first_frame", "product.png"), ratios=("9:16", "16:9", "1:1"))
    result, _ = await frozen(made, samples, PRO_15)
    assert (1440, 1440) == (result.of("hero")[0].width, result.of("hero")[0].height)
