"""`workprint demo` as a newcomer runs it, without a terminal, and as one stops it with Ctrl-C."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from tests.deployments.cli.command import environment
from tests.system.processes import of_home
from tests.system.waiting import PATIENCE

pytestmark = pytest.mark.system

_VARIANTS = {"hero-9x16-5s": (1080, 1920), "hero-16x9-5s": (1920, 1080), "hero-1x1-5s": (1440, 1440)}


@dataclass(frozen=True, slots=True)
class _Demo:
    home: Path
    code: int
    said: str
    complained: str
    left: list[str]


def _start(folder: Path) -> subprocess.Popen[str]:
    """The demo with nobody at a terminal: neither input nor output is one."""
    return subprocess.Popen(
        (sys.executable, "-m", "deployments.cli", "demo"),
        env=environment(folder / "home"),
        cwd=folder,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> _Demo:
    """One demo from its start to its end, told by everything it left."""
    folder = tmp_path_factory.mktemp("demo")
    with _start(folder) as process:
        said, complained = process.communicate(timeout=3 * PATIENCE)
    return _Demo(folder / "home", process.returncode, said, complained, of_home(folder / "home"))


def test_the_demo_succeeds_and_tidies_up(demo: _Demo) -> None:
    """It ends with 0, without a traceback, and no process of it is left."""
    assert [0, []] == [demo.code, demo.left], demo.said + demo.complained
    assert "Traceback" not in demo.said + demo.complained


def test_the_demo_says_who_approved(demo: _Demo) -> None:
    """Without a terminal nobody is asked: it says that it approves as `demo`, and where one could have looked."""
    assert "There is no terminal: approving everything as 'demo'." in demo.said
    assert "contact sheet    http://127.0.0.1:" in demo.said


def test_the_demo_shows_what_became_of_every_variant(demo: _Demo) -> None:
    """The table has a line for each of the three variants, delivered, with its place in S3."""
    lines = {name: next(x for x in demo.said.splitlines() if x.strip(" │").startswith(name) and "delivered" in x)
             for name in _VARIANTS}  # fmt: skip
    assert [] == [name for name, line in lines.items() if "delivery/meridian-spring/" not in line]


def test_the_demo_leaves_films_that_play(demo: _Demo) -> None:
    """Three films lie in the demo folder, and every picture of their five seconds decodes, in the size that was asked
    for.
    """
    assert _VARIANTS == {film.stem: _size(film) for film in (demo.home / "demo").glob("*.mp4")}


def _size(film: Path) -> tuple[int, int]:
    with av.open(str(film)) as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert len(sizes) in range(115, 126)
    assert len(set(sizes)) == 1
    return sizes[0]


def test_interrupted_in_the_middle_nothing_is_left(tmp_path: Path) -> None:
    """Ctrl-C while drafts are being rendered ends with 130, and no process is left behind."""
    with _start(tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "draft hero" in line:
                break
        assert of_home(tmp_path / "home") != []
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=PATIENCE)
    assert [130, []] == [process.returncode, of_home(tmp_path / "home")], said + complained
    assert "Traceback" not in complained
