"""Answers to the gate are judged at the terminal, and progress is told in lines."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.briefs import read_brief_file
from blocks.ledger import Ledger
from deployments.boards import board_in, result_lines
from deployments.cli.follow import LineScreen, Snapshot
from deployments.cli.gate import answer, form_values
from deployments.cli.prefect_api import Run
from tests.blocks.ledger.making import NOON, archive
from tests.deployments.cli.command import SAMPLES
from workprint.board import Board
from workprint.brief import DraftPolicy
from workprint.campaigns import Campaign
from workprint.errors import InputError
from workprint.gates import Cause, Deadline, Gate
from workprint.models import model_facts
from workprint.plan import Plan
from workprint.policy import OPEN

_RUN = Run("6d1f0a52-5d4c-4b7e-9a53-0d6f5f1f9a11", "showcase", "PAUSED", "Suspended", "")


@dataclass
class _Told:
    ledger: Ledger
    plan: Plan


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[_Told]:
    """A campaign of the sample brief whose first draft is archived and waits for a decision."""
    brief = read_brief_file(SAMPLES / "showcase.yaml").brief
    plan = Plan(_RUN.id, brief, model_facts("doubao-seedance-1-5-pro-251215", "ark"), {"hero": ()})
    async with await Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        await ledger.open_campaign(
            Campaign(_RUN.id, brief.title, brief.project, "", "mei", plan.frozen, plan.brief_hash, NOON)
        )
        order = plan.draft_order(plan.variants()[0])
        claim = await ledger.claim(
            campaign_id=_RUN.id,
            variant=order.variant,
            spec=order.spec,
            dialect="ark",
            quote=order.quote,
            submitted_by="mei",
        )
        await archive(ledger, claim.render)
        await _asked(ledger, plan)
        yield _Told(ledger, plan)


async def _asked(ledger: Ledger, plan: Plan) -> None:
    """The gate that the run waits at."""
    claims = await ledger.claims(_RUN.id)
    board = Board(plan.following(claims, NOON), claims, ())
    films = await ledger.films(_RUN.id)
    offers = [offer for variant in board.waiting for offer in board.offers(variant, films)]
    now = datetime.now(UTC)
    end = Deadline(now + timedelta(hours=1), Cause.TIMEOUT)
    await ledger.gates.open(Gate.asked(_RUN.id, offers, OPEN, amount="9", currency="CNY", opened_at=now, end=end))


async def test_films_without_drafts_are_answered_too(tmp_path: Path) -> None:
    """Where nothing was ordered before the gate, the gate itself says which models are asked about."""
    brief = read_brief_file(SAMPLES / "showcase.yaml").brief.model_copy(update={"draft": DraftPolicy(enabled=False)})
    plan = Plan(_RUN.id, brief, model_facts("doubao-seedance-1-5-pro-251215", "ark"), {"hero": ()})
    async with await Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        await ledger.open_campaign(
            Campaign(_RUN.id, brief.title, brief.project, "", "mei", plan.frozen, plan.brief_hash, NOON)
        )
        await _asked(ledger, plan)
        with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
            outcome = await answer(ledger, _RUN, form_values("approve_all", who="demo", note="go"))
    assert {variant.name for variant in plan.variants()} == {approval.variant for approval in outcome.settled}


async def test_an_answer_is_on_record_with_its_channel(told: _Told) -> None:
    """A no typed at the terminal is a vote and a decision of the channel `cli`, whether or not Prefect can be woken."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        outcome = await answer(told.ledger, _RUN, form_values("reject", who="demo", note="too dark"))
    assert [("demo", "cli", "too dark")] == [(a.actor, a.channel, a.note) for a in outcome.settled]
    assert outcome.settled == await told.ledger.approvals(_RUN.id)
    with pytest.raises(InputError, match="no open gate"):
        await answer(told.ledger, _RUN, form_values("approve_all", who="demo", note="after all"))


@pytest.mark.parametrize(
    ("form", "path"),
    [
        (form_values("approve_all", who="a stranger", note="nice"), "approver"),
        (form_values("approve_all", who="demo", note=" "), "note"),
        (form_values("approve_some", who="demo", note="nice", variants=["no-such-variant"]), "variants"),
        (form_values("revise", who="demo", note="darker", variants=["hero-9x16-5s"]), "prompt"),
    ],
)
async def test_a_wrong_answer_is_refused_before_the_run_wakes(told: _Told, form: dict[str, object], path: str) -> None:
    """Who may approve, the note, the variants' names and the new prompt are checked where the person types."""
    with pytest.raises(InputError) as caught:
        await answer(told.ledger, _RUN, form)
    assert [path] == [problem.path for problem in caught.value.problems]


async def test_only_a_waiting_run_can_be_answered(told: _Told) -> None:
    """An answer to a run that does not wait names the run's state."""
    running = Run(_RUN.id, "showcase", "RUNNING", "Running", "")
    with pytest.raises(InputError, match="is Running"):
        await answer(told.ledger, running, form_values("reject", who="demo", note="no"))


async def test_progress_into_a_pipe_is_one_line_for_each_change(
    told: _Told, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal every change is said once, with the second it was seen."""
    board = board_in(await told.ledger.find(_RUN.id), _RUN.id)
    view = LineScreen()
    view.show(Snapshot(_RUN, None, 1.0))
    view.show(Snapshot(_RUN, board, 2.0))
    view.show(Snapshot(_RUN, board, 3.0))
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [["1", "s", "run", "Suspended"], ["2", "s", "draft", "hero-9x16-5s", "archived"]] == said


async def test_the_result_has_a_line_for_every_variant(told: _Told) -> None:
    """Also for variants that never came so far."""
    trace = await told.ledger.find(_RUN.id)
    board = board_in(trace, _RUN.id)
    assert board is not None
    assert [variant.name for variant in told.plan.variants()] == [line.variant for line in result_lines(trace, board)]


@pytest.mark.parametrize(
    ("kind", "state", "good"),
    [
        ("COMPLETED", "Delivered", True),
        ("COMPLETED", "Rejected", True),
        ("COMPLETED", "Delivered in part", False),
        ("FAILED", "Moderation", False),
        ("CRASHED", "Crashed", False),
    ],
)
def test_exit_code_follows_the_named_end(kind: str, state: str, good: bool) -> None:
    """Delivered and rejected are what was wanted; in part, failed and crashed are not."""
    assert good is Run("id", "name", kind, state, "").delivered
