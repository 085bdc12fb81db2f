"""Judging a landed final, failing closed: whatever could not be checked is not delivered.

A draft is looked at in the same way before a person decides, and nothing is stopped by it: it warns of what its final
would be stopped for.
"""

import asyncio
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from blocks.bucket.values import Landed
from blocks.media.probe import MediaFacts, probe
from blocks.moderators import moderate_video
from tasks.film import Film
from tasks.house import House
from tasks.retrying import Again, pause, worth_it
from workprint.brief import Audio, Motion
from workprint.errors import ArchiveError, ModerationUnavailable
from workprint.moderation import Expected, Finding, verdict
from workprint.render import Render, Source, Verdict
from workprint.steps import model_facts_of

#: Seconds before a check that could not be made is tried again.
AGAIN_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A final with its verdict, read back from the bucket and probed."""

    render_id: str
    verdict: Verdict
    landed: Landed
    media: MediaFacts


@task(
    task_run_name="moderate {label}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=0,
    retry_condition_fn=worth_it,
)
async def moderate(house: House, film: Film, label: str) -> Judged | None:  # noqa: ARG001  # the label names the run
    """Read the final back from quarantine, check its SHA-256, its technique and its pictures; record the verdict.

    None for a film that was judged and archived before.
    """
    if film.landed is None:
        return None
    render, landed = await house.ledger.get(film.render_id), film.landed
    try:
        media, findings = await _examined(house, render, landed)
    except (ArchiveError, ModerationUnavailable) as error:
        await pause(AGAIN_AFTER)
        raise Again(str(error)) from error
    judged = Judged(render.id, verdict(findings), landed, media)
    await _record(house, judged.render_id, judged.verdict, findings)
    return judged


async def _examined(house: House, render: Render, landed: Landed) -> tuple[MediaFacts, tuple[Finding, ...]]:
    with tempfile.TemporaryDirectory(prefix="workprint-") as folder:
        path = Path(folder) / "final.mp4"
        await house.bucket.read_back(landed.key, landed.sha256, path)
        async with house.cores:
            media = await asyncio.to_thread(probe, path)
            return media, await asyncio.to_thread(moderate_video, path, expected(render))


async def noticed(house: House, draft: Render, path: Path) -> Render:
    """A draft with what the checks notice in it, on record; `not_checked` when they cannot look."""
    try:
        async with house.cores:
            findings = await asyncio.to_thread(moderate_video, path, expected(draft))
    except ModerationUnavailable as error:
        get_run_logger().warning("draft.not_checked %s: %s", draft.id, error)
        return draft
    return await _record(house, draft.id, verdict(findings), findings)


def expected(render: Render) -> Expected:
    """What the film was asked to be."""
    spec = render.spec
    facts = model_facts_of(render)
    width, height = facts.size(spec.resolution, spec.ratio)
    return Expected(
        duration=spec.duration,
        width=width,
        height=height,
        fps=spec.fps if facts.fps else None,
        audio=spec.audio is not Audio.MUTE,
        camera_static=spec.camera.motion is Motion.STATIC,
    )


async def _record(house: House, render_id: str, judged: Verdict, findings: tuple[Finding, ...]) -> Render:
    facts = {"moderation": judged, "moderation_findings": tuple(asdict(finding) for finding in findings)}
    rules = ", ".join(sorted({finding.rule for finding in findings})) or "no findings"
    return await house.ledger.record(
        render_id, source=Source.ARCHIVE, actor="moderation", note=f"{judged}: {rules}", facts=facts
    )
