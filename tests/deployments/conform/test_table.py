"""The page of the docs is what a fresh run finds."""

import json
from pathlib import Path

import deployments
from deployments.conform.catalogue import CHECKS
from tests.deployments.cli.command import workprint
from workprint.dialects.registry import dialects

PAGE = Path(deployments.__file__).parents[1] / "docs" / "conformance.md"


def test_every_dialect_conforms_and_the_page_says_so(tmp_path: Path) -> None:
    """All dialects pass every check their provider offers, and docs/conformance.md (`make conform`) says just that."""
    fresh = tmp_path / "conformance.md"
    ran = workprint(tmp_path / "home", "conform", "--all", "--json", "--write", str(fresh))
    cards = json.loads(ran.stdout)["dialects"]
    failed = [result for card in cards for result in card["results"] if result["verdict"] == "failed"]
    assert (0, []) == (ran.returncode, failed)
    assert [language.name for language in dialects()] == [card["dialect"] for card in cards]
    assert {len(CHECKS)} == {len(card["results"]) for card in cards}
    assert fresh.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
