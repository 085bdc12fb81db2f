"""The screening room's addresses: its pages, personal links, and preview links that never change.

No address holds a secret of ours or a provider's name: a personal link is a token that ends and can be revoked, a
preview link opens one small picture or film.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from workprint.errors import LinkRefused
from workprint.policy import ApproverRole
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal, unseal

#: What a preview link may open: pictures and drafts of campaigns, never a final or a reference.
_PREVIEWS = re.compile(r"drafts/(?!\.\.?/)[\w.-]+/[\w.-]+\.(webp|jpg|mp4)")
#: Preview links end at the start of a month, one to two months later: the same link for whoever asks in that time.
_LIFE = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class RoomLinks:
    """Links of one desk: `base_url` is its public address without a slash at the end, `key` the room's own."""

    base_url: str
    key: SecretStr

    def page(self, campaign_id: str) -> str:
        """The campaign's page, for whoever has come in before."""
        return f"{self.base_url}/room/{campaign_id}"

    def personal(self, ticket: Ticket) -> str:
        """The link that lets its holder in, as that person."""
        fields = {"t": ticket.id}
        return f"{self.base_url}/room/in/{seal(self.key, Purpose.LINK, fields, ticket.expires_at)}"

    def ticket_id(self, token: str, now: datetime) -> str:
        """Whose personal link this is. LinkRefused; whether it was revoked stands in the ledger."""
        return unseal(self.key, Purpose.LINK, token, now)["t"]

    def preview(self, key: str, now: datetime) -> str:
        """A lasting link to a preview in the bucket: it leads to a fresh one there. LinkRefused for other keys."""
        if not _PREVIEWS.fullmatch(key):
            raise LinkRefused("this is no preview")
        soon = now + _LIFE
        until = datetime(soon.year, soon.month, 1, tzinfo=UTC)
        return f"{self.base_url}/room/p/{seal(self.key, Purpose.PREVIEW, {'k': key}, until)}"

    def preview_key(self, token: str, now: datetime) -> str:
        """The key in the bucket that a preview link opens. LinkRefused."""
        return unseal(self.key, Purpose.PREVIEW, token, now)["k"]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody inside the screening room, as their link or sign-in says. Times are aware, in UTC."""

    name: str
    roles: tuple[ApproverRole, ...]
    #: A software agent: may look and comment, never decide.
    agent: bool
    #: The one campaign of a personal link; None: staff, who see every campaign.
    campaign_id: str | None
    #: What this session's forms are bound to.
    session: str
    until: datetime

    def check(self, campaign_id: str) -> None:
        """LinkRefused for another campaign than the link's."""
        if self.campaign_id not in {None, campaign_id}:
            raise LinkRefused("this link is for another campaign")
