"""What a brief with fallbacks costs, and what is wrong with them, before anything runs."""

import json
from pathlib import Path

import pytest

from tests.system.briefs import write_brief
from tests.system.stack import RunningStack

pytestmark = pytest.mark.system
OTHER = "doubao-seedance-2-0-260128"


async def test_a_quote_tells_what_each_fallback_would_cost(stack: RunningStack, tmp_path: Path) -> None:
    """Beside the quote stands the whole at every fallback; one that cannot make the brief is named with its place."""
    for name, model in {"second": OTHER, "third": "doubao-seedance-2-5-260628"}.items():
        await stack.prefect.copy_block("workprint-video-provider", "sandbox", name, model=model)
    told = stack.command("quote", str(write_brief(tmp_path, "A kettle", fallbacks=["second"])), "--json")
    assert (0, "") == (told.returncode, told.stderr)
    assert OTHER == json.loads(told.stdout)["fallbacks"]["second"]["model"]
    refused = stack.command("quote", str(write_brief(tmp_path, "A kettle", fallbacks=["second", "third", "nobody"])))
    assert [2, True] == [refused.returncode, "fallbacks[2]: there is no provider block 'nobody'" in refused.stderr]
    refused = stack.command("check", str(write_brief(tmp_path, "A kettle", fallbacks=["second", "third"])))
    assert 2 == refused.returncode
    assert "fallbacks[1]: third could not make this brief: final.resolution" in refused.stderr
