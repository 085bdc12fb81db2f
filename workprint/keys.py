"""Where things lie in the bucket, so that nobody spells a key of ours by hand.

references/   frozen inputs, by SHA-256
drafts/       the cheap copies, and beside them their previews
quarantine/   every final lands here first; what moderation blocks stays here
delivery/     finals that passed, each with its manifest
briefs/       briefs waiting for the batch flow; people put them there under names of their own
"""

from workprint.render import Render
from workprint.spec import Kind


def reference(sha256: str, extension: str) -> str:
    """Frozen input; the same bytes are stored once."""
    return f"references/{sha256}.{extension}"


def _name(render: Render) -> str:
    return f"{render.variant}-take{render.spec.take}"


def landing(render: Render) -> str:
    """Where the provider's file is streamed to: drafts to `drafts/`, finals to `quarantine/` until they are judged."""
    if render.kind is Kind.DRAFT:
        return f"drafts/{render.campaign_id}/{_name(render)}-{render.id}.mp4"
    return f"quarantine/{render.campaign_id}/{_name(render)}-{render.id}.mp4"


def delivery(render: Render, project: str) -> str:
    """Where a final lies that passed. The render id keeps two tries of one variant apart."""
    return f"delivery/{project}/{render.campaign_id}/{_name(render)}-{render.id}.mp4"


def manifest(film_key: str) -> str:
    """The JSON manifest beside a film."""
    return film_key.removesuffix(".mp4") + ".json"


def preview(render: Render) -> str:
    """The small animated WebP of a draft."""
    return f"drafts/{render.campaign_id}/{_name(render)}-{render.id}.webp"


def contact_sheet(campaign_id: str, digest: str) -> str:
    """The contact sheet of one round of the gate; `digest` names the drafts on it."""
    return f"drafts/{campaign_id}/contact-sheet-{digest[:16]}.jpg"
