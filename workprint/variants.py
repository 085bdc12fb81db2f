"""Variants: shots x ratios x durations x takes, and the render specs that serve them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from workprint.brief import Brief, Shot
from workprint.models import ModelFacts
from workprint.prompts import compose
from workprint.spec import FrozenReference, Kind, Spec, canonical_sha256


@dataclass(frozen=True, slots=True)
class Variant:
    """One deliverable. `duration` in seconds; `take` counts deliberate new tries from 1."""

    #: e.g. `hero-9x16-5s`; the brief's second take of it is `hero-9x16-5s-t2`.
    name: str
    shot: Shot
    ratio: str
    duration: int
    take: int = 1
    #: What a reviewer wrote at the gate instead of the shot's free prompt.
    prompt_override: str = ""

    @property
    def prompt(self) -> str:
        """The composed prompt."""
        return compose(self.shot, self.prompt_override)

    @property
    def free_prompt(self) -> str:
        """The free part of it: the reviewer's words, else the shot's own."""
        return self.prompt_override or self.shot.prompt

    def revised(self, prompt: str, take: int) -> "Variant":
        """The same deliverable tried again with another free prompt: same name, higher take."""
        return replace(self, prompt_override=prompt.strip(), take=take)


def expand(brief: Brief) -> tuple[Variant, ...]:
    """Every variant of a brief, in the brief's order: shot, ratio, duration, take."""
    takes = range(1, brief.takes + 1)
    every = product(brief.shots, brief.ratios, brief.durations, takes)
    return tuple(Variant(variant_name(s.name, r, d, t), s, r, d, t) for s, r, d, t in every)


def count(brief: Brief) -> int:
    """How many variants a brief has, without making them."""
    return len(brief.shots) * len(brief.ratios) * len(brief.durations) * brief.takes


def variant_name(shot: str, ratio: str, duration: int, take: int = 1) -> str:
    """`hero-9x16-5s`, and `hero-9x16-5s-t2` for the second take."""
    name = f"{shot}-{ratio.replace(':', 'x')}-{duration}s"
    return name if take == 1 else f"{name}-t{take}"


def draft_spec(
    brief: Brief, variant: Variant, facts: ModelFacts, provider: str, references: Sequence[FrozenReference]
) -> Spec:
    """The cheap copy of a variant. `references` are the shot's, frozen, in the brief's order."""
    direct = direct_spec(brief, variant, facts, provider, references)
    duration = variant.duration if facts.native else brief.draft.duration or variant.duration
    return replace(direct, kind=Kind.DRAFT, resolution=brief.draft.resolution, duration=duration, native=facts.native)


def final_spec(brief: Brief, variant: Variant, draft: Spec, *, native: bool) -> Spec:
    """The delivered film of an approved draft: from the provider's own draft (`native`), or same inputs and seed once
    more.
    """
    final = draft.final(resolution=brief.final.resolution, fps=brief.final.fps, native=native)
    return replace(final, duration=variant.duration)


def direct_spec(
    brief: Brief, variant: Variant, facts: ModelFacts, provider: str, references: Sequence[FrozenReference]
) -> Spec:
    """The delivered film with no draft before it (`draft.enabled: false`)."""
    shot, frozen = variant.shot, tuple(references)
    return Spec(
        kind=Kind.FINAL,
        provider=provider,
        model=facts.name,
        input_type=shot.input_type,
        prompt=variant.prompt,
        negative_prompt=shot.negative_prompt,
        references=frozen,
        duration=variant.duration,
        resolution=brief.final.resolution,
        ratio=variant.ratio,
        fps=brief.final.fps,
        camera=shot.camera,
        audio=shot.audio,
        seed=seed(variant, frozen),
        take=variant.take,
    )


def seed(variant: Variant, references: Sequence[FrozenReference]) -> int:
    """The shot's own seed on its first take, else one derived from content and take: no chance, so that a run repeated
    from the top asks for the same film. 31 bits, which every provider takes. Ratios and durations of a shot share it.
    """
    shot = variant.shot
    if shot.seed is not None and variant.take == 1:
        return shot.seed
    content = {
        "shot": shot.model_dump(mode="json", exclude={"name", "references"}),
        "prompt": variant.prompt,
        "references": [[r.role, r.sha256] for r in references],
        "take": variant.take,
    }
    return int(canonical_sha256(content)[:8], 16) & 0x7FFFFFFF
