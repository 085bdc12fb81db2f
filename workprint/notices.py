"""Notices: what people are told about a campaign, through whichever Prefect notification block, once each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from workprint.spec import canonical_sha256


class Occasion(StrEnum):
    """Why somebody is told something."""

    OPENED = "opened"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    DECIDED = "decided"
    DELIVERED = "delivered"
    FAILED = "failed"


class NoticeState(StrEnum):
    """`waiting`: it is to be sent, or sent again; `given_up`: it was tried often enough."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one target, without its text. Times are aware, in UTC."""

    id: str
    campaign_id: str
    occasion: Occasion
    #: What it is about: a gate's id; `<gate id>:half` or `<gate id>:last_tenth`; the campaign's id when it has ended.
    subject: str
    #: The Prefect block document that sends it: `type-slug/name`.
    target: str
    #: The approver whose personal link it carries; empty for a channel.
    person: str
    created_at: datetime
    state: NoticeState = NoticeState.WAITING
    attempts: int = 0
    #: Not before then; None: it will not be sent again.
    next_at: datetime | None = None
    sent_at: datetime | None = None
    #: Why the last try failed; no secrets.
    problem: str = ""

    @classmethod
    def of(cls, campaign_id: str, occasion: Occasion, subject: str, target: str, person: str, now: datetime) -> Self:
        """A notice that may go out at once. The same occasion, subject, target and person make the same id."""
        about = canonical_sha256([campaign_id, occasion, subject, target, person])
        return cls(f"ntc_{about[:32]}", campaign_id, occasion, subject, target, person, now, next_at=now)
