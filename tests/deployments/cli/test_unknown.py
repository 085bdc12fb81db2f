"""`workprint unknown` over a real ledger, where no Prefect server runs."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import archive, campaign, claim, spec, step
from tests.deployments.cli.command import environment, workprint
from workprint.render import Render, Source
from workprint.states import RenderState

S = RenderState


@dataclass(frozen=True)
class Told:
    """A home whose ledger holds one unknown render and one that is archived."""

    home: Path
    ledger: Ledger
    lost: Render
    done: Render


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    home = tmp_path / "home"
    home.mkdir()
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        await ledger.open_campaign(campaign())
        planned = (await claim(ledger, spec("a lost teapot"), variant="lost")).render
        sent = await ledger.change(step(planned, S.SUBMITTING))
        lost = await ledger.change(step(sent, S.UNKNOWN))
        done = await archive(ledger, (await claim(ledger, spec("a teapot"))).render)
        yield Told(home, ledger, lost, done)


async def test_the_list_says_what_each_may_cost_twice(told: Told) -> None:
    """Render, campaign, variant, provider, model, price and grade are on the screen, and what can be done."""
    shown = workprint(told.home, "unknown", "list")
    words = [told.lost.id, "cmp", "lost", "sandbox-1", "1.23 CNY", "client_reference", "give-up RENDER", "--ask"]
    assert [0, []] == [shown.returncode, [word for word in words if word not in shown.stdout]]
    assert told.done.id not in shown.stdout


async def test_the_list_can_be_read_by_a_program(told: Told) -> None:
    """`--json` gives every unknown render with amount and currency apart, and the sum."""
    said = json.loads(workprint(told.home, "unknown", "list", "--json").stdout)
    (row,) = said["unknown"]
    assert ["1.23 CNY"] == said["may_cost_twice"]
    assert (told.lost.id, "1.23", "CNY", "client_reference", "draft") == (
        *(row[name] for name in ("render", "highest_double_cost", "currency", "grade", "kind")),
    )
    assert row["age_seconds"] >= 0


async def test_nothing_unknown_is_said_in_words(told: Told) -> None:
    """A ledger without unknown renders gets one sentence, and an empty list for a program."""
    found = step(told.lost, S.QUEUED, {"task_id": "cgt-1"})
    await told.ledger.change(found)
    assert "no render whose outcome is unknown" in workprint(told.home, "unknown", "list").stdout
    assert [] == json.loads(workprint(told.home, "unknown", "list", "--json").stdout)["unknown"]


async def test_giving_up_is_on_record_with_name_and_reason(told: Told) -> None:
    """`give-up --yes` needs no server: the render has failed, its charge is unknown, and the event names the person."""
    words = ("unknown", "give-up", told.lost.id, "--as", "Mei Lin", "--reason", "the relay is gone", "--yes")
    ran = workprint(told.home, *words, "--new-take")
    assert ran.returncode == 0
    assert "may charge up to 1.23 CNY" in ran.stdout
    assert "was not started again" in ran.stdout
    render, event = await told.ledger.get(told.lost.id), (await told.ledger.events(told.lost.id))[-1]
    assert (S.FAILED, "given_up_for_new_take", "unknown") == (render.state, render.failure_code, render.charge_state)
    assert (Source.PERSON, "Mei Lin", "the relay is gone") == (event.source, event.actor, event.note)


async def test_without_a_terminal_nobody_is_taken_to_be_sure(told: Told) -> None:
    """Where nobody can be asked and `--yes` was not said, nothing is given up."""
    ran = workprint(told.home, "unknown", "give-up", told.lost.id, "--as", "Mei", "--reason", "why")
    assert ran.returncode == 2
    assert "--yes" in ran.stderr
    assert S.UNKNOWN is (await told.ledger.get(told.lost.id)).state


@pytest.mark.parametrize(("answer", "code", "state"), [("n", 1, S.UNKNOWN), ("y", 0, S.FAILED)])
async def test_a_person_at_a_terminal_is_asked(told: Told, answer: str, code: int, state: RenderState) -> None:
    """Only a yes typed at the terminal gives the render up."""
    person, terminal = pty.openpty()
    words = ("unknown", "give-up", told.lost.id, "--as", "Mei", "--reason", "why")
    argv = (sys.executable, "-m", "deployments.cli", *words)
    env = environment(told.home)
    asked = await asyncio.create_subprocess_exec(*argv, stdin=terminal, stdout=terminal, env=env, cwd=told.home.parent)
    os.close(terminal)
    os.write(person, f"{answer}\n".encode())
    assert code == await asked.wait()
    os.close(person)
    assert state is (await told.ledger.get(told.lost.id)).state


async def test_a_decided_render_is_left_alone(told: Told) -> None:
    """A render that is not unknown is refused with its state, and one nobody knows as well."""
    late = workprint(told.home, "unknown", "give-up", told.done.id, "--as", "Mei", "--reason", "why", "--yes")
    assert late.returncode == 2
    assert f"render {told.done.id} is archived, not unknown" in late.stderr
    assert 2 == workprint(told.home, "unknown", "give-up", "rnd_nobody", "--as", "M", "--reason", "w").returncode


@pytest.mark.parametrize("words", [("list", "--ask"), ("adopt", "rnd_1", "cgt-1", "--as", "Mei")])
async def test_asking_a_provider_needs_its_block(told: Told, words: tuple[str, ...]) -> None:
    """Where no Prefect server holds the provider block, the command says how to have one."""
    ran = workprint(told.home, "unknown", *words)
    assert ran.returncode == 1
    assert "workprint up" in ran.stderr
    assert "Traceback" not in ran.stderr
