"""The approval policy of a project: who must agree before a final is paid, and what they must have seen.

A policy is data (the Prefect block `Workprint Approval Policy`); what follows from it for one gate are its `Terms`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ApproverRole(StrEnum):
    """What an approver answers for."""

    CREATIVE = "creative"
    BRAND = "brand"
    LEGAL = "legal"


class Channel(StrEnum):
    """The way a decision came in."""

    SCREENING_ROOM = "screening-room"
    PREFECT_UI = "prefect-ui"
    CLI = "cli"
    #: Nobody decided: the gate's deadline did.
    DEADLINE = "deadline"


Roles = tuple[ApproverRole, ...]
Quorum = Annotated[int, Field(ge=1, le=9)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, str_strip_whitespace=True)


class Approver(_Part):
    """A person the project knows."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    """As it goes on record: a name or an address."""
    roles: Roles = ()
    """What this person answers for."""
    notify: Annotated[str, Field(max_length=200)] = ""
    """Prefect notification block (`type/name`) that reaches this person alone: it gets a personal link."""


class Tier(_Part):
    """What is asked on top above an amount."""

    above: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    """Whole units of the currency; the campaign's highest cost counts, drafts and finals together."""
    currency: Literal["CNY", "USD"] = "CNY"
    """ISO 4217. A tier in another currency than the campaign's always applies: nothing converts money silently."""
    quorum: Quorum = 2
    """So many different people must approve."""
    roles: Roles = ()
    """Each of these roles must be among them."""


class Policy(_Part):
    """Who must agree. The defaults are strict where that costs nothing."""

    quorum: Quorum = 1
    """So many different people must approve each variant."""
    roles: Roles = ()
    """Each of these roles must be among them."""
    tiers: Annotated[tuple[Tier, ...], Field(max_length=8)] = ()
    """What is asked on top above an amount."""
    requester_may_approve: bool = False
    """Whether who asked for the campaign may approve it."""
    watched_share: Annotated[float, Field(ge=0, le=1)] = 0
    """So much of a draft an approver must have watched in the screening room, 0 to 1."""
    channels: tuple[Literal["screening-room", "prefect-ui", "cli"], ...] = ("screening-room", "prefect-ui", "cli")
    """Where a decision may come in. Prefect's form and the terminal know nobody: a name is only typed there."""
    approvers: Annotated[tuple[Approver, ...], Field(max_length=50)] = ()
    """The people the project knows. Empty: whoever holds a personal link, is signed in, or the brief names."""
    quote_days: Annotated[int, Field(ge=1, le=90)] = 14
    """Days a price stands after a gate opened."""

    def terms(self, amount: Decimal, currency: str) -> "Terms":
        """What holds for a campaign whose highest cost is `amount` (ISO 4217 `currency`)."""
        passed = [tier for tier in self.tiers if tier.currency != currency or amount > tier.above]
        roles = {role for roles in (self.roles, *(tier.roles for tier in passed)) for role in roles}
        return Terms(max([self.quorum, *(tier.quorum for tier in passed)]), tuple(sorted(roles)))

    def approver(self, name: str) -> Approver | None:
        """The person of that name; case and outer spaces do not count. None for a stranger."""
        return next((a for a in self.approvers if person(a.name) == person(name)), None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, the same for equal policies."""
        return self.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one gate asks for: so many different people, and each of these roles among them."""

    quorum: int
    roles: Roles = ()


#: Of a project without a policy: whoever may open the run decides, under a name.
OPEN = Policy(requester_may_approve=True)


def person(name: str) -> str:
    """What two spellings of one name have in common."""
    return " ".join(name.split()).casefold()


def different(names: Iterable[str]) -> int:
    """How many different people these are."""
    return len({person(name) for name in names})
