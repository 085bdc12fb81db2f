"""`workprint trace` over a real ledger."""

import json
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import archive, campaign, claim, spec
from tests.deployments.cli.command import workprint
from workprint.render import Render


@pytest.fixture
async def told(tmp_path: Path) -> tuple[Path, Render]:
    """A home whose ledger holds one archived render; its prompt has square brackets."""
    home = tmp_path / "home"
    home.mkdir()
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        await ledger.open_campaign(campaign())
        made = await claim(ledger, spec("a teapot [bold]steaming[/bold]"))
        return home, await archive(ledger, made.render)


async def test_a_render_is_told_from_any_of_its_ids(told: tuple[Path, Render]) -> None:
    """What a person has in hand (the provider's task id, a link) leads to the same life; the ledger knows more ways."""
    home, render = told
    ids = [render.task_id, render.link]
    shown = [workprint(home, "trace", str(any_id), "--json") for any_id in ids]
    assert [0] * len(ids) == [ran.returncode for ran in shown]
    assert {render.id} == {json.loads(ran.stdout)["renders"][0]["id"] for ran in shown}


async def test_a_trace_shows_the_whole_life(told: tuple[Path, Render]) -> None:
    """Prompt, states, charge, task, file and hash are on the screen; the link's signature is not."""
    home, render = told
    shown = workprint(home, "trace", render.id)
    wanted = ["[bold]steaming[/bold]", "submitting", "processing", "archived", "charged", str(render.task_id), "f" * 64]
    assert [0, []] == [shown.returncode, [word for word in wanted if word not in shown.stdout]]
    assert "sig=1" not in shown.stdout + workprint(home, "trace", render.id, "--json").stdout


async def test_an_unknown_id_is_wrong_input(told: tuple[Path, Render]) -> None:
    """What the ledger does not know ends with 2 and says which ids it understands."""
    home, _ = told
    shown = workprint(home, "trace", "rnd_nobody")
    assert shown.returncode == 2
    assert "rnd_nobody" in shown.stderr
