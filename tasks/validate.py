"""Before anything is spent: all problems of the brief at once, references frozen, prompts moderated, the quote made."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from prefect import task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from blocks import references
from tasks.house import House
from tasks.retrying import Again, worth_it
from tasks.words import blocked, blocked_unwanted
from workprint.brief import Brief
from workprint.budgets import Limit, Scope
from workprint.campaigns import Campaign
from workprint.choosing import chosen_in
from workprint.errors import InputError, NotFound, OutboundError
from workprint.fallback import about, choice_problems
from workprint.plan import Plan
from workprint.problems import Problem, Severity, refuse
from workprint.quotes import Quote, money
from workprint.rules import check_brief
from workprint.rules_model import sunset_problems
from workprint.rules_references import reference_problems

#: Fields of a shot that say what is wanted. What is not wanted (`negative_prompt`) may well name bad things.
WORDS = ("subject", "action", "style", "prompt")


@task(
    cache_policy=NO_CACHE, persist_result=False, retries=3, retry_delay_seconds=[2, 10, 30], retry_condition_fn=worth_it
)
async def validate(house: House, brief: Brief, campaign_id: str) -> Plan:
    """The plan of this campaign. Raises `InputError` with every problem; nothing was spent then.

    A campaign the ledger knows is read back instead: its references were frozen once and are never fetched again.
    """
    try:
        campaign = await house.ledger.campaign(campaign_id)
    except NotFound:
        return await _new(house, brief, campaign_id)
    house.take(chosen_in(campaign.brief))
    return Plan.thaw(campaign_id, campaign.brief, house.facts, house.fallbacks)


@task(name="quote", cache_policy=NO_CACHE, persist_result=False)
async def announce(plan: Plan) -> None:
    """Show the quote as a table, and raise `OverBudget` when it is above the brief's budget."""
    quote, *others = (plan.quote_at(choice) for choice in plan.choices)
    today = datetime.now(UTC).date()
    warning = " ".join(filter(None, (one.age_warning(today) for one in (quote, *others))))
    rows = [
        {
            "variant": line.variant,
            "draft": money(line.draft.amount) if line.draft else "-",
            "final": money(line.final.amount),
            "text sent": line.text,
        }
        for line in quote.lines
    ]
    totals = [_total("total", quote)]
    totals += [_total(f"all at {c.provider}", one) for c, one in zip(plan.fallbacks, others, strict=True)]
    await acreate_table_artifact(
        table=[*rows, *totals],
        key=f"quote-{plan.campaign_id}",
        description=" ".join(filter(None, (_meaning(plan, quote), warning))),
    )
    for block, one in plan.chosen.items():
        get_run_logger().info("model.chosen %s: %s · %s", block, one.why, one.zh)
    if warning:
        get_run_logger().warning("quote.old_prices %s", warning)
    quote.check_budget(plan.brief.budget)


def _total(name: str, quote: Quote) -> dict[str, str]:
    return {"variant": name, "draft": money(quote.drafts), "final": money(quote.finals), "text sent": ""}


def _meaning(plan: Plan, quote: Quote) -> str:
    meaning = f"Highest cost in {quote.currency}, {quote.price_source}. Budget {plan.brief.budget.amount}."
    meaning = " ".join((meaning, *(f"{one.why} · {one.zh}." for one in plan.chosen.values())))
    if plan.fallbacks:
        return f"{meaning} What is refused goes to a fallback only as far as the budget allows."
    return meaning


async def _new(house: House, brief: Brief, campaign_id: str) -> Plan:
    today = datetime.now(UTC).date()
    chosen = house.choose(brief, today)
    problems = [*check_brief(brief, house.facts), *sunset_problems(house.facts, today), *_prompt_problems(brief)]
    problems += choice_problems(brief, house.fallbacks, today)
    try:
        frozen = await _frozen(house, brief)
        problems += [*frozen.warnings, *_choices_references(house, brief, frozen)]
    except InputError as error:
        problems += error.problems
    _say(problems)
    refuse(problems)
    plan = Plan(campaign_id, brief, house.facts, frozen.by_shot, house.fallbacks, chosen=chosen)
    await house.ledger.open_campaign(_campaign(plan), _limit(plan))
    return plan


async def _frozen(house: House, brief: Brief) -> references.FrozenReferences:
    try:
        return await references.freeze(
            brief, house.facts, base=None, put=house.bucket.put, allow_private=house.provider.allow_private_network
        )
    except OutboundError as error:
        raise Again(str(error)) from error


def _choices_references(house: House, brief: Brief, frozen: references.FrozenReferences) -> Iterable[Problem]:
    """What a fallback cannot do with the references that were read."""
    read = {
        f"shots[{i}].references[{j}].source": reference
        for i, shot in enumerate(brief.shots)
        for j, reference in enumerate(frozen.of(shot.name))
    }
    for choice in house.fallbacks:
        yield from about(brief, choice, reference_problems(brief, choice.facts, read))


def _prompt_problems(brief: Brief) -> Iterable[Problem]:
    """The words of every shot against the moderation policy, before any spending."""
    for number, shot in enumerate(brief.shots):
        fields = {field: getattr(shot, field) for field in WORDS}
        found = [blocked(f"shots[{number}].{field}", text) for field, text in fields.items()]
        # Words that are harmless apart may not be so together: a child in one field, a sexual word in the next.
        together = [] if any(found) else [blocked(f"shots[{number}]", ". ".join(fields.values()))]
        unwanted = blocked_unwanted(f"shots[{number}].negative_prompt", shot.negative_prompt)
        yield from (problem for problem in [*found, *together, unwanted] if problem is not None)


def _say(problems: Iterable[Problem]) -> None:
    log = get_run_logger()
    for problem in problems:
        level = logging.WARNING if problem.severity is Severity.WARNING else logging.ERROR
        log.log(level, "brief.%s", problem.line())


def _limit(plan: Plan) -> Limit:
    """The brief's own budget, kept at every submit too: a revision or a retry may come to more than the quote."""
    brief = plan.brief
    return Limit(
        scope=Scope.CAMPAIGN,
        key=plan.campaign_id,
        currency=brief.budget.currency,
        amount=brief.budget.amount,
        set_by=brief.requested_by,
        set_at=datetime.now(UTC),
    )


def _campaign(plan: Plan) -> Campaign:
    brief = plan.brief
    return Campaign(
        id=plan.campaign_id,
        title=brief.title,
        project=brief.project,
        cost_centre=brief.cost_centre,
        requested_by=brief.requested_by,
        brief=plan.frozen,
        brief_hash=plan.brief_hash,
        created_at=datetime.now(UTC),
        callback_url=brief.callback_url,
        flow_run_id=plan.campaign_id,
        started_by=", ".join(flow_run.tags) or "ui or api",
    )
