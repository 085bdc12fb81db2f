"""A result link that stopped working: the provider is asked once for a fresh one."""

from tasks.house import House
from workprint.outcomes import Observation
from workprint.render import Render, Source


async def refreshed(house: House, render: Render) -> Render | None:
    """The render with another link, when the provider's own GET now says another one; None when it does not.

    Ark does not document whether asking again signs anew, others (MiniMax, Runway) do: one GET finds out.
    """
    seen = await house.provider.check(render.task_id or "")
    if not isinstance(seen, Observation) or seen.link is None or seen.link == render.link:
        return None
    return await house.ledger.record(
        render.id,
        source=Source.ARCHIVE,
        actor="archive",
        note="the provider gave a fresh link",
        facts={"link": seen.link, "link_expires_at": seen.link_expires_at},
    )
