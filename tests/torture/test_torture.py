"""A slice of the torture in every test run: WORKPRINT_TORTURE campaigns (300 unless told), one fault each."""

import os

import pytest

from tests.torture.__main__ import Ended, torture
from tests.torture.table import failures, markdown


@pytest.fixture(scope="module")
def ended() -> Ended:
    """How the campaigns of the slice ended; the table is printed for whoever runs pytest with -s."""
    found = torture(int(os.environ.get("WORKPRINT_TORTURE", "300")), seed=0)
    print(markdown(found.outcomes))
    print(failures(found.outcomes, 0))
    return found


def test_the_faults_were_injected(ended: Ended) -> None:
    """All but one in fifty campaigns have met their fault: a moment that is told by turns may not come in a run."""
    missed = [f"{o.case.number} {o.case.what}" for o in ended.outcomes if not o.fired]
    assert len(missed) <= len(ended.outcomes) // 50, missed


def test_nothing_is_paid_twice(ended: Ended) -> None:
    """No content stands on the sandbox's bill more than once."""
    assert not [line for o in ended.outcomes for line in o.findings.double]


def test_no_paid_film_is_lost(ended: Ended) -> None:
    """Whatever is on the bill is in the ledger with its amount, and its film is archived where it could be had."""
    assert not [line for o in ended.outcomes for line in o.findings.lost]


def test_every_campaign_comes_to_an_end(ended: Ended) -> None:
    """Nothing stays open that neither a process nor a person sees."""
    assert not [f"{o.case.number} {line}" for o in ended.outcomes for line in o.findings.bad]


def test_the_harness_saw_them_through(ended: Ended) -> None:
    """A slow machine may cut short at most one campaign in a hundred before its books could be read."""
    cut = [f"{o.case.number} {o.case.what}: {o.trouble}" for o in ended.outcomes if o.trouble]
    assert len(cut) <= len(ended.outcomes) // 100, cut


def test_every_account_is_the_sum_of_its_renders(ended: Ended) -> None:
    """The accounts of every campaign, cost centre and day come to what their renders weigh."""
    assert not ended.accounts
