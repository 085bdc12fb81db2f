"""Where the files of a brief are found, whoever runs it and wherever."""

from pathlib import Path

from deployments.cli.briefs import load, staged
from deployments.stack.home import Home
from tests.deployments.cli.command import SAMPLES


def test_a_relative_path_means_the_folder_of_the_brief() -> None:
    """A loaded brief names its files by absolute path: the flow runs in another folder."""
    brief = load(SAMPLES / "showcase.yaml").brief
    assert [str((SAMPLES / "product.png").resolve())] == [r.source for s in brief.shots for r in s.references]


def test_local_files_are_copied_to_where_flows_may_read_them(tmp_path: Path) -> None:
    """Staging keeps bytes and names, copies the same file once, and leaves the rest of the brief alone."""
    home = Home(tmp_path)
    brief = load(SAMPLES / "showcase.yaml").brief
    first, second = staged(brief, home), staged(brief, home)
    source = Path(first.shots[0].references[0].source)
    assert source.is_relative_to(home.assets)
    assert (SAMPLES / "product.png").read_bytes() == source.read_bytes()
    assert [first, 1] == [second, len(list(home.assets.rglob("*.png")))]
    assert brief.model_copy(update={"shots": ()}) == first.model_copy(update={"shots": ()})
