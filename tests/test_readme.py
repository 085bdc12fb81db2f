"""The README is executed: help text compared, briefs read, commands and paths looked up."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blocks.briefs import parse_brief
from deployments.cli import app
from workprint.models import model_facts
from workprint.problems import errors_in
from workprint.rules import check_brief

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def _blocks(language: str) -> list[str]:
    return [body for kind, body in BLOCKS if kind == language]


def test_the_help_in_the_readme_is_the_help() -> None:
    """`workprint --help` prints what the README shows, to the letter."""
    plain = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "deployments.cli", "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=plain, cwd=ROOT).stdout
    assert _blocks("text")[0].strip() == "\n".join(line.rstrip() for line in printed.splitlines()).strip()


@pytest.mark.parametrize("text", _blocks("yaml"))
def test_every_brief_in_the_readme_is_good(text: str) -> None:
    """A brief that somebody copies from the README has no error."""
    brief = parse_brief(text.encode(), name="README.md").brief
    assert errors_in(check_brief(brief, model_facts("doubao-seedance-1-5-pro-251215", "ark"))) == ()


def test_every_command_in_the_readme_exists() -> None:
    """Each `workprint ...` and `make ...` of the README is one that can be run."""
    words = re.findall(r"^workprint (\w+)", "\n".join(_blocks("console")), re.MULTILINE)
    shown = {"approve", "budget", "cancel", "check", "costs", "doctor", "quote", "run", "trace", "unknown"}
    assert shown == set(words)
    assert set(words) <= set(app)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE)) != set()
    assert {a or b for a, b in re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE)} <= set(targets)


def test_every_link_in_the_readme_leads_somewhere() -> None:
    """Relative links and sample paths of the README are in the checkout."""
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    samples = re.findall(r"deployments/samples/[\w.]+", README)
    missing = [name for name in {*links, *samples} if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("code", _blocks("python"))
def test_the_python_in_the_readme_builds(code: str) -> None:
    """The blocks shown in the README take the fields they are given; only saving them needs a server."""
    without_server = re.sub(r"\.save\([^)]*\)", "", code)
    exec(compile(without_server, "README.md", "exec"), {})  # noqa: S102  # our own README
