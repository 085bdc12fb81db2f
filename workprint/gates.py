"""A gate: the question put to people, what it is about, under which policy, and until when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from workprint.evidence import Offer, digest
from workprint.policy import Policy, Terms
from workprint.spec import canonical_sha256


class Cause(StrEnum):
    """Why a gate ends when it does."""

    #: The gate's own patience (`gate_timeout_hours`).
    TIMEOUT = "timeout"
    #: The provider forgets the draft: a final can no longer be made from it.
    DRAFT = "draft"
    #: The price was promised no longer.
    QUOTE = "quote"
    #: The provider switches the model off.
    SUNSET = "sunset"


class Reminder(StrEnum):
    """What is told before the end, once each."""

    HALF = "half"
    LAST_TENTH = "last_tenth"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a gate ends (aware, UTC), and why."""

    at: datetime
    cause: Cause


def deadline(
    opened: datetime,
    *,
    patience: timedelta,
    quote: timedelta,
    drafts_until: datetime | None = None,
    sunset: date | None = None,
) -> Deadline:
    """The earliest of: own time-out, the end of the first draft's handle, the quote's validity, the model's last day.

    `sunset`: the day the provider switches the model off; the gate ends when that day begins in UTC.
    """
    ends = [Deadline(opened + patience, Cause.TIMEOUT), Deadline(opened + quote, Cause.QUOTE)]
    if drafts_until is not None:
        ends.append(Deadline(drafts_until, Cause.DRAFT))
    if sunset is not None:
        ends.append(Deadline(datetime(sunset.year, sunset.month, sunset.day, tzinfo=UTC), Cause.SUNSET))
    return min(ends, key=lambda end: end.at)


class GateState(StrEnum):
    """`open` waits; `decided`: every variant has its answer; `superseded`: something else is asked now; `expired`."""

    OPEN = "open"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Gate:
    """One question. Frozen once asked, but for its state. Times are aware, in UTC."""

    id: str
    campaign_id: str
    #: In the brief's order; a variant without a draft has one for every provider block that may make it.
    offers: tuple[Offer, ...]
    policy: Policy
    #: The campaign's highest cost when it was asked, which the policy's tiers go by.
    amount: str
    currency: str
    opened_at: datetime
    deadline: datetime
    cause: Cause
    state: GateState = GateState.OPEN
    closed_at: datetime | None = None
    half_at: datetime | None = None
    last_tenth_at: datetime | None = None

    @property
    def terms(self) -> Terms:
        """What the policy asks for here."""
        return self.policy.terms(Decimal(self.amount), self.currency)

    @property
    def variants(self) -> tuple[str, ...]:
        """What is asked about, in the brief's order."""
        return tuple(dict.fromkeys(one.variant for one in self.offers))

    def of(self, variant: str) -> tuple[Offer, ...]:
        """The offers of one variant; empty when it is not asked about."""
        return tuple(one for one in self.offers if one.variant == variant)

    def digest(self, variant: str) -> str:
        """What a vote on this variant is about."""
        return digest(self.of(variant))

    def due(self, now: datetime) -> tuple[Reminder, ...]:
        """The reminders whose time has come and that nobody was told yet."""
        life = self.deadline - self.opened_at
        times = {Reminder.HALF: (self.half_at, life / 2), Reminder.LAST_TENTH: (self.last_tenth_at, life * 0.9)}
        return tuple(kind for kind, (told, after) in times.items() if told is None and now >= self.opened_at + after)

    def offers_text(self) -> str:
        """The offers as canonical JSON, for the ledger."""
        return json.dumps([one.to_json() for one in self.offers], sort_keys=True, ensure_ascii=False)

    @classmethod
    def asked(
        cls,
        campaign_id: str,
        offers: Sequence[Offer],
        policy: Policy,
        *,
        amount: str,
        currency: str,
        opened_at: datetime,
        end: Deadline,
        time: int = 0,
    ) -> Self:
        """A question. Equal ones of one campaign have one id; `time` counts how often it was closed and asked again."""
        return cls(
            id=gate_id(campaign_id, offers, policy, time),
            campaign_id=campaign_id,
            offers=tuple(offers),
            policy=policy,
            amount=amount,
            currency=currency,
            opened_at=opened_at,
            deadline=end.at,
            cause=end.cause,
        )


def gate_id(campaign_id: str, offers: Sequence[Offer], policy: Policy, time: int = 0) -> str:
    """`gat_` and 32 hex digits over what is asked."""
    content: list[Any] = [campaign_id, [one.to_json() for one in offers], policy.to_json(), time]
    return "gat_" + canonical_sha256(content)[:32]


def read_offers(text: str) -> tuple[Offer, ...]:
    """The inverse of `Gate.offers_text`."""
    return tuple(Offer(**values) for values in json.loads(text))
