"""What migration 0005 asks of a final's approval, in SQL that both databases read the same. Shipped: never edited."""

UNFIT = "a final needs an approval that still fits: "
#: Field of the evidence -> column of the approval that must say the same.
BOUND = {
    "campaign": "campaign_id",
    "variant": "variant",
    "take": "take",
    "draft_render_id": "draft_render_id",
    "draft": "draft_sha256",
    "fingerprint": "final_fingerprint",
    "max_amount": "max_amount",
    "currency": "currency",
}


def field(name: str, *, sqlite: bool) -> str:
    """SQL of one field of the evidence of approval `a`."""
    # PostgreSQL's `json`, not `jsonb`: that one refuses the whole text for one \u0000 in a prompt.
    return f"json_extract(a.evidence, '$.{name}')" if sqlite else f"(a.evidence::json ->> '{name}')"


def unfit(r: str, quoted: str) -> dict[str, str]:
    """Why an approval `a` does not fit the final `r`, each reason with its condition, in the order they are said.

    `quoted`: whether the render's amount is still what it may cost. The same words for both databases.
    """
    said = {
        f"its evidence names another {field}": f"{_text(f'a.said_{field}')} <> {_text(f'a.{column}')}"
        for field, column in BOUND.items()
    }
    return {
        "decision": "a.decision <> 'approved'",
        "it was withdrawn": "a.withdrawn",
        "it has no evidence": "a.evidence IS NULL",
        "its seal is broken": "a.seal <> a.covers",
        **said,
        "variant": "a.variant <> NEW.variant OR a.take <> NEW.take",
        "draft": "a.draft_render_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM assets f "
        "WHERE f.render_id = a.draft_render_id AND f.sha256 = a.draft_sha256)",
        "model": f"{_text('a.said_model')} <> {r}.model",
        "currency": f"{quoted} AND a.currency <> {r}.charge_currency",
        "price": f"{quoted} AND (a.max_amount IS NULL OR {r}.charge_amount > a.max_amount)",
    }


def _text(value: str) -> str:
    return f"COALESCE(CAST({value} AS TEXT), '')"


_COVERING = "a.id = NEW.approval_id AND a.final_fingerprint = NEW.fingerprint AND a.campaign_id = NEW.campaign_id"
_RENDER = ("sealed_approvals a", _COVERING, unfit("NEW", "1 = 1"))
#: What somebody else paid before is not a price that whoever adopts the film is asked for.
_CLAIM = (
    "sealed_approvals a JOIN renders r ON r.id = NEW.render_id",
    _COVERING,
    unfit("r", "r.charge_state = 'quoted'"),
)
_SUBMIT = "NEW.kind = 'final' AND NEW.state = 'submitting' AND OLD.state <> 'submitting'"
#: Name of the trigger -> when, for which rows, and what is looked at.
FINALS = {
    "renders_unfit": ("INSERT ON renders", "NEW.kind = 'final'", _RENDER),
    "renders_unfit_submit": ("UPDATE OF state ON renders", _SUBMIT, _RENDER),
    "claims_unfit": ("INSERT ON claims", "NEW.kind = 'final'", _CLAIM),
    "claims_unfit_update": ("UPDATE ON claims", "NEW.kind = 'final'", _CLAIM),
}
