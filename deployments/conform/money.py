"""What it costs: said by the provider, on its bill once, and never more than was quoted."""

from decimal import Decimal

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import PRICE, USAGE, striking
from deployments.sandbox.fault_table import FaultName
from workprint.charges import Evidence
from workprint.states import RenderState

GROUP = Group("money")
_F = FaultName


@GROUP.check("一部成片在账单上只有一笔费用。")
async def charged_once(case: Case) -> None:
    """One film is one charge, however often it is asked for."""
    order, _ = await case.succeeded()
    await case.look(order.task_id)
    charges = [task["charge"] for task in await case.truth() if task["charge"]]
    expect(len(charges) == 1, "one charge", charges)


@GROUP.check("读取供应商自报的费用（词元、秒数或金额）。", USAGE, live=True)
async def reported(case: Case) -> None:
    """What the provider says a film cost is read: tokens, seconds or money."""
    _, seen = await case.succeeded()
    expect([seen.tokens, seen.seconds, seen.cost] != [None] * 3, "tokens, seconds or money", seen)


@GROUP.check("自报费用与账单一致。", USAGE)
async def as_on_the_bill(case: Case) -> None:
    """What is read of the cost is what stands on the provider's bill."""
    order, seen = await case.succeeded()
    (task,) = await case.truth()
    bill = task["charge"]
    if seen.cost is not None:
        read = [seen.cost.amount, seen.cost.currency]
        expect(read == [Decimal(bill["amount"]), bill["currency"]], bill, read)
    if seen.tokens is not None:
        expect(seen.tokens == bill["tokens"], bill, seen.tokens)
    if seen.seconds is not None:
        expect(seen.seconds == order.spec.duration, f"{order.spec.duration} s", seen.seconds)


@GROUP.check("费用不超过报价。", PRICE, live=True)
async def within_the_quote(case: Case) -> None:
    """A film costs no more than was quoted for it."""
    order, seen = await case.succeeded()
    quote = case.subject.facts.price(order.spec)
    charge = case.subject.facts.charge_of(order.spec, seen)
    if charge is not None and charge.evidence is Evidence.REPORTED:
        expect(charge.amount <= quote.amount, f"at most {quote.amount} {quote.currency}", charge.amount)
    if not case.subject.live:
        bill = (await case.truth())[0]["charge"]
        within = bill["currency"] == quote.currency and Decimal(bill["amount"]) <= quote.amount
        expect(within, f"at most {quote.amount} {quote.currency}", bill)


@GROUP.check("失败的任务不收费，也不读出费用。")
async def failure_is_free(case: Case) -> None:
    """A task that failed costs nothing, and nothing is read as its cost."""
    await case.fault(_F.FAILED_TASK)
    seen = await case.end((await case.ordered()).task_id)
    (task,) = await case.truth()
    read = [seen.tokens or 0, seen.seconds or 0, seen.cost.amount if seen.cost else 0]
    expect(task["charge"] is None and not any(read), "no cost", [task["charge"], read])


@GROUP.check("收费的失败任务的费用被读取。", USAGE, striking(_F.CHARGED_BUT_FAILED))
async def charged_failure(case: Case) -> None:
    """A task that failed and was charged all the same tells its cost, and it is read."""
    await case.fault(_F.CHARGED_BUT_FAILED)
    seen = await case.end((await case.ordered()).task_id)
    expect(seen.state is RenderState.FAILED, "failed", seen)
    expect([seen.tokens, seen.seconds, seen.cost] != [None] * 3, "tokens, seconds or money", seen)
