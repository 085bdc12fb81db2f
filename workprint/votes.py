"""What one person says of one variant, and what the people's words together decide.

A vote is never changed or taken back: whoever changes their mind votes again while the variant is undecided, and the
newer word counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workprint.policy import ApproverRole, Channel, Policy, Terms, different, person
from workprint.problems import Problem
from workprint.render import Decision


@dataclass(frozen=True, slots=True)
class Voter:
    """Who speaks, as far as the channel knows them."""

    name: str
    channel: Channel
    roles: tuple[ApproverRole, ...] = ()
    #: An API token or a software agent: may look and ask, never approve.
    agent: bool = False
    #: Whether a signed link or a sign-in says who this is; a name that was only typed is not proven.
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's word on one variant, about exactly the offer that was shown."""

    id: str
    gate_id: str
    campaign_id: str
    variant: str
    take: int
    #: Digest of the variant's offers (`workprint.evidence.digest`).
    offer: str
    decision: Decision
    actor: str
    roles: tuple[ApproverRole, ...]
    channel: Channel
    note: str
    at: datetime
    #: For `revise`: the free prompt of the next take.
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a variant's votes decide, and whose votes they are."""

    decision: Decision
    votes: tuple[Vote, ...]


def settle(terms: Terms, votes: Sequence[Vote]) -> Settlement | None:
    """The decision on one variant, None while somebody is missing. `votes`: of one offer, oldest first.

    The newest word of each person counts. One rejection or one wish for changes decides; a yes needs the quorum and
    every role.
    """
    latest = newest(votes)
    for decision in (Decision.REJECTED, Decision.REVISE):
        if said := [vote for vote in latest if vote.decision is decision]:
            return Settlement(decision, (said[0],))
    yes = tuple(vote for vote in latest if vote.decision is Decision.APPROVED)
    return Settlement(Decision.APPROVED, yes) if yes and not missing(terms, yes) else None


@dataclass(frozen=True, slots=True)
class Missing:
    """Who must still agree: so many more people, and these roles. False when nobody."""

    people: int
    roles: tuple[ApproverRole, ...]

    def __bool__(self) -> bool:
        return bool(self.people or self.roles)

    def __str__(self) -> str:
        """In both languages."""
        roles = ", ".join(self.roles)
        more = max(self.people, 1)
        english = f"{more} more {'approval' if more == 1 else 'approvals'}" + (f" (roles: {roles})" if roles else "")
        return f"{english} · 还需 {more} 人审批" + (f"（角色：{roles}）" if roles else "")


def missing(terms: Terms, votes: Iterable[Vote]) -> Missing:
    """What the terms ask for beyond these yes votes."""
    yes = [vote for vote in votes if vote.decision is Decision.APPROVED]
    had = {role for vote in yes for role in vote.roles}
    people = max(0, terms.quorum - different(vote.actor for vote in yes))
    return Missing(people, tuple(role for role in terms.roles if role not in had))


def voter_problems(
    voter: Voter,
    decisions: Iterable[Decision],
    *,
    policy: Policy,
    requester: str,
    named: Sequence[str] = (),
) -> list[Problem]:
    """Why this person may not say this, all at once. `named`: the approvers of the brief; empty: it names none."""
    found = _who(voter, policy, named)
    if Decision.APPROVED in decisions and not policy.requester_may_approve and person(voter.name) == person(requester):
        found.append(
            Problem(
                "approver",
                f"{voter.name!r} asked for this campaign and may not approve it",
                "ask somebody else to approve; rejecting or asking for changes is open to you",
                zh="申请人不能审批自己的项目",
            )
        )
    return found


def _who(voter: Voter, policy: Policy, named: Sequence[str]) -> list[Problem]:
    if not person(voter.name):
        return [Problem("approver", "is empty", "say who decides", zh="请填写审批人")]
    if voter.agent:
        rule = "an API token or software agent may ask, never decide"
        return [Problem("approver", rule, "ask a person to decide in the screening room", zh="程序或令牌不能审批")]
    if voter.channel not in policy.channels:
        ways = ", ".join(policy.channels) or "none"
        rule = f"this project takes no decision through {voter.channel}"
        return [Problem("approver", rule, f"decide through: {ways}", zh=f"本项目只接受以下渠道的审批：{ways}")]
    return _listed(voter, policy, named)


def _listed(voter: Voter, policy: Policy, named: Sequence[str]) -> list[Problem]:
    """A typed name must stand on a list where there is one; a signed link or a sign-in is a list of its own."""
    known = [*named, *(a.name for a in policy.approvers)]
    if voter.proven or not known or person(voter.name) in {person(name) for name in known}:
        return []
    fix = "one of: " + ", ".join(dict.fromkeys(known))
    return [Problem("approver", f"{voter.name!r} may not approve this brief", fix, zh="审批人不在名单中")]


def unwatched(name: str, share: float, wanted: float) -> Problem:
    """The problem of an approval by somebody who has not watched enough of the draft (shares from 0 to 1)."""
    return Problem(
        f"variants.{name}",
        f"{share:.0%} of this draft was watched, the project asks for {wanted:.0%}",
        "watch the draft in the screening room, then approve",
        zh=f"样片已观看 {share:.0%}，须观看 {wanted:.0%} 后方可通过",
    )


def newest(votes: Sequence[Vote]) -> list[Vote]:
    """The newest word of each person. `votes`: oldest first, as the answer."""
    by_person = {person(vote.actor): vote for vote in votes}
    return [vote for vote in votes if by_person[person(vote.actor)] is vote]
