"""An order: one render somebody wants, before the ledger says which render serves it."""

from dataclasses import dataclass

from workprint.charges import Charge
from workprint.spec import Kind, Spec


@dataclass(frozen=True, slots=True)
class Order:
    """What `Ledger.claim` is asked for. `quote` is the highest price; finals carry their approval and draft."""

    campaign_id: str
    #: Name of the variant, e.g. `hero-9x16-5s`.
    variant: str
    spec: Spec
    quote: Charge
    submitted_by: str
    callback_url: str | None = None
    approval_id: str | None = None
    draft_render_id: str | None = None
    #: Id of the render whose place it takes when its provider refused that one, and the note that says why.
    retry_of: str | None = None
    note: str = ""
    #: Id of the decision that asked for this very take.
    revision_id: str | None = None
    #: Another provider block is ready to take it when this one refuses.
    replaceable: bool = False

    @property
    def kind(self) -> Kind:
        """Draft or final."""
        return self.spec.kind

    @property
    def label(self) -> str:
        """What a person reads in the task list: `draft hero-9x16-5s`; and where, when it was switched to there."""
        again = f" take {self.spec.take}" if self.spec.take > 1 else ""
        where = f" at {self.spec.provider}" if self.retry_of else ""
        return f"{self.kind} {self.variant}{again}{where}"
