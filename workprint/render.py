"""The rows of the ledger as values: render, event, approval, asset. A change makes a copy."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from workprint.charges import FREE, ChargeState, Evidence
from workprint.failures import Failure, FailureKind, Stage
from workprint.spec import Kind, Spec
from workprint.states import FRUITLESS, RenderState


class Source(StrEnum):
    """Which path brought a change."""

    SUBMIT = "submit"
    POLL = "poll"
    CALLBACK = "callback"
    RESCUE = "rescue"
    PERSON = "person"
    #: The archive: download, verification, promotion.
    ARCHIVE = "archive"


class Verdict(StrEnum):
    """The moderation result of a render."""

    NOT_CHECKED = "not_checked"
    PASSED = "passed"
    BLOCKED = "blocked"


class CancelState(StrEnum):
    """How far a wish to cancel came. `too_late`: the provider goes on, and charges."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Render:
    """One paid request to a provider; the thing support looks up. Times are aware and in UTC."""

    id: str
    campaign_id: str
    #: Name of the deliverable, e.g. `hero-9x16-5s`.
    variant: str
    state: RenderState
    spec: Spec
    fingerprint: str
    #: Name of the dialect, e.g. `ark`.
    dialect: str
    #: What we tell the provider this render is called, where it lets us.
    client_ref: str
    submitted_by: str
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    #: The provider's task id.
    task_id: str | None = None
    #: The outbound callback URL of the brief.
    callback_url: str | None = None
    #: How many POSTs were made for this render.
    attempts: int = 0
    #: Id of the render this one tries again, when that one failed without a charge.
    retry_of: str | None = None
    link: str | None = None
    link_expires_at: datetime | None = None
    failure_kind: FailureKind | None = None
    failure_stage: Stage | None = None
    failure_code: str = ""
    failure_raw: str = ""
    charge_state: ChargeState = ChargeState.QUOTED
    charge_amount: Decimal = Decimal(0)
    charge_currency: str = "CNY"
    charge_evidence: Evidence = Evidence.ESTIMATED
    charge_source: str = ""
    moderation: Verdict = Verdict.NOT_CHECKED
    #: Findings as plain JSON: second, rule, score.
    moderation_findings: tuple[dict[str, Any], ...] = ()
    #: Of the approved draft, for finals.
    draft_render_id: str | None = None
    approval_id: str | None = None
    #: SHA-256 of the token in the callback URL of the last POST; the token itself is only in that URL.
    token_hash: str | None = None
    #: The process that looks after this render while its lease lives.
    holder: str | None = None
    cancel_state: CancelState | None = None

    @property
    def kind(self) -> Kind:
        """Draft or final."""
        return self.spec.kind

    @property
    def failure(self) -> Failure | None:
        """The classified failure, when there is one."""
        if self.failure_kind is None or self.failure_stage is None:
            return None
        return Failure(self.failure_kind, self.failure_stage, self.failure_code, self.failure_raw)

    @property
    def live(self) -> bool:
        """Whether this render still holds its fingerprint."""
        return is_live(self.state, self.charge_state)

    def log_context(self) -> dict[str, str]:
        """What every log line about this render carries."""
        return {
            "render": self.id,
            "campaign": self.campaign_id,
            "variant": self.variant,
            "state": self.state,
            "task_id": self.task_id or "",
        }


def is_live(state: RenderState, charge: ChargeState) -> bool:
    """Whether a render holds its fingerprint, so that nobody can buy the same content again.

    Only a fruitless render that cost nothing lets go: docs/design.md section 3, "only a new take may pay again".
    """
    return not (state in FRUITLESS and charge in FREE)


@dataclass(frozen=True, slots=True)
class Change:
    """One wanted step of one render: compare-and-set on `expect`, plus the event that says why.

    `facts` are columns of `Render` set in the same transaction (link, task_id, charge_amount ...).
    """

    render_id: str
    expect: RenderState
    to: RenderState
    source: Source
    actor: str
    #: The provider's raw status or code.
    code: str = ""
    #: The provider's raw answer, secrets removed; kept with the event.
    raw: str = ""
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a render's history. Append-only."""

    render_id: str
    seq: int
    at: datetime
    before: RenderState | None
    after: RenderState
    source: Source
    actor: str
    code: str = ""
    raw: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A variant of a campaign and the render that serves it. `adopted`: it was bought by somebody else before."""

    campaign_id: str
    variant: str
    take: int
    kind: Kind
    render: Render
    adopted: bool
    #: Id of the decision that asked for this take; None for the brief's own.
    revision_id: str | None = None


class Decision(StrEnum):
    """What a person said of one variant."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REVISE = "revise"
    #: What was approved changed before it was paid: the yes no longer counts, and the question is asked again.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """What was decided about one variant, by whom, and exactly what it covers.

    `final_fingerprint` is set only when approved; the database lets no final in without it. `covers` is the SHA-256 of
    `evidence`: brief, draft bytes, final parameters, model, highest price, policy, approvers with roles, time, channel.
    """

    id: str
    campaign_id: str
    variant: str
    take: int
    decision: Decision
    actor: str
    note: str
    at: datetime
    covers: str
    draft_render_id: str | None
    draft_sha256: str | None
    final_fingerprint: str | None
    max_amount: Decimal | None
    currency: str
    #: For `revise`: the changed prompt of the next take.
    prompt: str = ""
    #: Roles of those who decided, with commas; empty where nobody has one.
    role: str = ""
    #: `workprint.policy.Channel`.
    channel: str = ""
    #: The question it answers; None for decisions of older ledgers.
    gate_id: str | None = None
    #: Canonical JSON of `workprint.evidence.Evidence`, of approvals only.
    evidence: str | None = None
    #: For `withdrawn`: the approval that no longer counts.
    withdraws: str | None = None


class Place(StrEnum):
    """Which prefix an asset lies under."""

    DRAFT = "draft"
    DELIVERY = "delivery"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Asset:
    """An archived file. `size` in bytes, `duration` in seconds, `width` and `height` in pixels."""

    render_id: str
    place: Place
    bucket: str
    key: str
    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    duration: float
    fps: float
    has_audio: bool
    etag: str
    archived_at: datetime
    #: Seconds left on the provider's link when the bytes were safe; None when the link never said when it ends.
    link_seconds_left: float | None
    manifest_key: str
