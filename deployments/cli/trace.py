"""`workprint trace ID`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from blocks.ledger import Trace
    from workprint.costs import Attempt


def trace(
    any_id: str,
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="Everything, as one JSON object.")] = False,
) -> None:
    """Tell the whole life of a render: what was asked, every state change, what it cost, who approved, where it lies.

    Parameters
    ----------
    any_id
        A render's id, the provider's task id, a campaign or flow run id, an S3 key or s3:// URL, or a link.
    """
    from deployments.cli.loop import run_async
    from deployments.cli.trace_view import as_text, show

    found, attempts = run_async(_find(any_id))
    if as_json:
        print(as_text(found, attempts))
    else:
        show(found, attempts)


async def _find(any_id: str) -> "tuple[Trace, list[Attempt]]":
    from deployments.cli.servers import open_ledger

    async with await open_ledger() as ledger:
        found = await ledger.find(any_id)
        return found, [attempt for render in found.renders for attempt in await ledger.money.attempts(render.id)]
