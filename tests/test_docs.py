"""What the documents say can be done as they say it."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from blocks.provider import VideoProvider
from workprint.dialects.registry import dialects

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: One-line code blocks and indented ones alike.
_CODE = re.compile(r"^([ ]*)```python\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Every provider block that a document shows, as the fields it is made with."""
    found = []
    for page in PAGES:
        for indent, code in _CODE.findall(page.read_text(encoding="utf-8")):
            tree = ast.parse(re.sub(rf"^{indent}", "", code, flags=re.MULTILINE))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            blocks = [call for call in calls if getattr(call.func, "id", "") == "VideoProvider"]
            found += [(page.stem, {k.arg or "": ast.literal_eval(k.value) for k in call.keywords}) for call in blocks]
    return found


@pytest.mark.parametrize(("page", "fields"), examples(), ids=[page for page, _ in examples()])
def test_every_provider_block_in_the_documents_can_be_made(page: str, fields: dict[str, Any]) -> None:
    """Its fields exist, its values are taken, and its page is about its dialect."""
    assert set(fields) <= set(VideoProvider.model_fields)
    block = VideoProvider(**{**fields, "api_key": fields["api_key"].replace("...", "key-of-nobody")})
    assert page in {block.dialect, "README"}


def test_every_dialect_has_a_page_with_an_example() -> None:
    """Nobody who arrives with a key finds no page."""
    assert {language.name for language in dialects()} <= {page for page, _ in examples()}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    """A relative link of a document names a file that is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
