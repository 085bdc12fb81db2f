"""What `workprint doctor` says of each provider account. No provider is asked: a key costs nothing until it is used."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from workprint import health
from workprint.health import Finding
from workprint.render import Render

if TYPE_CHECKING:
    from blocks.provider import VideoProvider


async def providers(unknown: Sequence[Render]) -> list[Finding]:
    """Findings about every provider block, and about unknown renders of providers that have none."""
    names, today = await _names(), datetime.now(UTC).date()
    found = [finding for name in names for finding in await _examined(name, unknown, today)]
    if not names:
        fix = "create a Workprint video provider block in the Prefect UI; `workprint up` makes one for the sandbox"
        found.append(health.problem("providers", "there is no provider block", fix))
    return [*found, *_without_block(names, unknown)]


async def _names() -> list[str]:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    from blocks.provider import VideoProvider

    async with get_client() as client:
        try:
            kept = await client.read_block_documents_by_type(VideoProvider.get_block_type_slug(), include_secrets=False)
        except ObjectNotFound:  # the type itself is not registered: nobody ever made one
            return []
    return sorted(document.name for document in kept if document.name)


async def _examined(name: str, unknown: Sequence[Render], today: date) -> list[Finding]:
    from blocks.provider import VideoProvider

    try:
        block: VideoProvider = await VideoProvider.aload(name)
    except ValueError:
        return [health.problem(f"{name}: block", "cannot be read", "save it again in the Prefect UI with valid values")]
    return list(_about(name, block, unknown, today))


def _about(name: str, block: "VideoProvider", unknown: Sequence[Render], today: date) -> Iterable[Finding]:
    yield health.ok(f"{name}: dialect", f"{block.dialect} at {block.base_url}{block.path_prefix}")
    yield health.model(name, block.model, block.dialect)
    yield from health.sunset(name, block.model, block.dialect, today)
    yield from health.prices(name, block.model, block.dialect, today)
    yield health.recovery(name, block.language.recovery, callbacks=bool(block.callback_base_url))
    yield health.ok(f"{name}: callbacks", block.callback_base_url or "not configured: the provider is asked instead")
    yield health.unknowns(name, (render for render in unknown if render.spec.provider == name))


def _without_block(names: Sequence[str], unknown: Sequence[Render]) -> Iterable[Finding]:
    for name in sorted({render.spec.provider for render in unknown} - set(names)):
        found = [render for render in unknown if render.spec.provider == name]
        said = f"{len(found)} unknown renders ({' and '.join(health.totals(found))}), and no block to ask with"
        yield health.problem(f"{name}: unknown renders", said, "create its provider block again, or give them up")
