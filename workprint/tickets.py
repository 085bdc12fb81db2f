"""Tickets: who holds a personal link into the screening room of one campaign, as whom, and until when."""

from dataclasses import dataclass
from datetime import datetime

from workprint.errors import LinkRefused
from workprint.policy import ApproverRole


@dataclass(frozen=True, slots=True)
class Ticket:
    """One person's way in, without an account. Never changed but to be revoked. Times are aware, in UTC."""

    id: str
    campaign_id: str
    #: As it goes on record.
    name: str
    roles: tuple[ApproverRole, ...]
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    #: A software agent or API token: may look and comment, never decide.
    agent: bool = False
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def check(self, now: datetime) -> None:
        """LinkRefused once it is revoked or over."""
        if self.revoked_at is not None:
            raise LinkRefused("the link was withdrawn")
        if self.expires_at <= now:
            raise LinkRefused("the link has expired")
