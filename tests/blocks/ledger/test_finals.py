"""Each reason for which the database itself refuses a final, asked with plain SQL on both databases."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from blocks.ledger import Ledger
from blocks.ledger.migrations.finals_of_0005 import BOUND, FINALS, UNFIT, unfit
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import approval, approve, archive, claim, final_of, spec
from tests.blocks.ledger.test_guarantees import copy_render
from workprint.deciding import withdrawal
from workprint.render import Approval, Render
from workprint.spec import canonical_sha256

FINAL = final_of(spec())
Spoiled = Callable[[Approval], Sequence[Approval]]


def resealed(yes: Approval, **fields: Any) -> Approval:
    """Other evidence under a seal of its own."""
    bound = json.loads(yes.evidence or "") | fields
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return replace(yes, evidence=text, covers=canonical_sha256(bound))


def made_for(**changes: Any) -> Spoiled:
    """A yes whose row and evidence agree with each other, about something else."""
    return lambda yes: [
        approval(FINAL, **{"draft_render_id": yes.draft_render_id, "draft_sha256": "f" * 64, **changes})
    ]


def _other(field: str) -> Any:
    return {"take": 2, "max_amount": "9"}.get(field, "another")


SPOILED: dict[str, Spoiled] = {
    **{f"its evidence names another {name}": lambda yes, name=name: [resealed(yes, **{name: _other(name)})]
       for name in BOUND},
    "it was withdrawn": lambda yes: [yes, withdrawal(yes, "edited", yes.at)],
    "it has no evidence": lambda yes: [replace(yes, evidence=None)],
    "its seal is broken": lambda yes: [replace(yes, covers="0" * 64)],
    "variant": made_for(variant="other"),
    "draft": made_for(draft_sha256="0" * 64),
    "model": lambda yes: [resealed(yes, model="another")],
    "currency": made_for(currency="USD"),
    "price": made_for(max_amount=Decimal(1)),
}  # fmt: skip
#: No row can say it: a decision that is no yes has no fingerprint of a final (`approvals_only_yes_covers`).
UNSAYABLE = {"decision"}
#: SQLite knows no SHA-256: there the code alone checks the seal.
ONLY_POSTGRESQL = {"its seal is broken"}


def test_every_reason_is_tried() -> None:
    """The table here has each reason of the migration, so that none is left without a test."""
    assert set(unfit("NEW", "1 = 1")) - UNSAYABLE == set(SPOILED)


async def draft_and_yes(ledger: Ledger) -> tuple[Render, Approval]:
    draft = await archive(ledger, (await claim(ledger, spec())).render)
    return draft, approval(FINAL, draft_render_id=draft.id, draft_sha256="f" * 64)


async def insert_final(url: str, draft: Render, yes: Approval) -> None:
    """A final past all of our code."""
    words = {"kind": "final", "fingerprint": FINAL.fingerprint, "approval_id": yes.id, "state": "planned"}
    values = {name: f"'{value}'" for name, value in words.items()}
    await copy_render(url, draft, attempts="0", charge_state="'quoted'", **values)


@pytest.mark.parametrize("why", SPOILED)
async def test_a_final_is_refused_for(ledger: Ledger, ledger_url: str, why: str) -> None:
    """A final whose approval does not fit for this one reason cannot be inserted, and with the good one it can."""
    draft, yes = await draft_and_yes(ledger)
    await approve(ledger, SPOILED[why](yes))
    if why in ONLY_POSTGRESQL and ledger_url.startswith("sqlite"):
        await insert_final(ledger_url, draft, yes)
        return
    await raw_refusal(ledger_url, draft, yes, why)
    good = replace(yes, id="apr_good")
    await approve(ledger, [good])
    await insert_final(ledger_url, draft, good)


async def raw_refusal(url: str, draft: Render, yes: Approval, why: str) -> None:
    with pytest.raises(raw.REFUSED, match=f"{UNFIT}{why}"):
        await insert_final(url, draft, yes)


@pytest.mark.parametrize("way", FINALS)
async def test_no_way_leads_around(ledger: Ledger, ledger_url: str, way: str) -> None:
    """Inserting, submitting, claiming and changing a claim are each refused once the yes was taken back."""
    draft, yes = await draft_and_yes(ledger)
    await approve(ledger, [yes])
    if way != "renders_unfit":
        await claim(ledger, FINAL, approval_id=yes.id, draft_render_id=draft.id)
    await approve(ledger, [withdrawal(yes, "edited", yes.at)])
    with pytest.raises(raw.REFUSED, match=f"{UNFIT}it was withdrawn"):
        await _go(ledger_url, way, draft, yes)


async def _go(url: str, way: str, draft: Render, yes: Approval) -> None:
    columns = "campaign_id, take, kind, render_id, fingerprint, adopted, claimed_at, approval_id"
    match way:
        case "renders_unfit":
            await insert_final(url, draft, yes)
        case "renders_unfit_submit":
            await raw.run(url, "UPDATE renders SET state = 'submitting' WHERE kind = 'final'")
        case "claims_unfit":
            copied = f"SELECT 'other', {columns} FROM claims WHERE kind = 'final'"
            await raw.run(url, f"INSERT INTO claims (variant, {columns}) {copied}")
        case _:
            await raw.run(url, "UPDATE claims SET adopted = adopted WHERE kind = 'final'")
