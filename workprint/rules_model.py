"""What the chosen model can do: ratios, seconds, resolutions, inputs, sound, seed, prompt length, draft rules.

Every refusal names the nearest thing the model can do.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from workprint.brief import Brief, InputType, Role, Shot
from workprint.dialects.wording import told
from workprint.models import ModelFacts
from workprint.models.facts import unpriced
from workprint.models.nearest import either, nearest_ratio, nearest_resolution, nearest_seconds
from workprint.problems import Problem, Severity
from workprint.prompts import compose
from workprint.quotes import currency_problem
from workprint.rules_inputs import INPUT_RULES, ROLES_ZH

_IMAGES = frozenset({Role.FIRST_FRAME, Role.LAST_FRAME, Role.SUBJECT, Role.STYLE})
#: A model that ends within this time is used with a warning.
SUNSET_NEAR = timedelta(days=30)


def model_problems(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    """Everything this model cannot do that the brief asks for."""
    if not facts.prices:
        yield unpriced(facts)
    yield from _formats(brief, facts)
    yield from _draft(brief, facts)
    yield from _final(brief, facts)
    for index, shot in enumerate(brief.shots):
        yield from _shot(f"shots[{index}]", shot, facts)
        yield from _fixed_ratio(f"shots[{index}]", shot, brief, facts)
    if brief.budget.currency != facts.currency:
        yield currency_problem(brief.budget.currency, facts.currency, facts.name)


def sunset_problems(facts: ModelFacts, today: date) -> Iterator[Problem]:
    """A model the provider has switched off is refused, one that ends soon is used with a warning."""
    if facts.sunset is None or facts.sunset - today > SUNSET_NEAR:
        return
    gone = facts.sunset <= today
    yield Problem(
        "provider.model",
        f"{facts.name} {'was' if gone else 'will be'} switched off by its provider on {facts.sunset}",
        f"set the provider block's model to another one: `workprint models --dialect {facts.dialect}`",
        Severity.ERROR if gone else Severity.WARNING,
        f"{facts.name} {'已于' if gone else '将于'} {facts.sunset} 下线；请改用其他模型。",
    )


def lengths(facts: ModelFacts) -> str:
    """`5 or 10`; `4 to 30` where every second between is possible."""
    shortest, longest = facts.durations[0], facts.durations[-1]
    whole = len(facts.durations) > 2 and longest - shortest == len(facts.durations) - 1
    return f"{shortest} to {longest}" if whole else either(facts.durations)


def _formats(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    for index, ratio in enumerate(brief.ratios):
        if ratio not in facts.ratios:
            nearest = nearest_ratio(facts.ratios, ratio)
            yield _refusal(f"ratios[{index}]", f"{facts.name} makes no {ratio} films", ratio, nearest, facts)
    for index, duration in enumerate(brief.durations):
        yield from _seconds(f"durations[{index}]", duration, facts)


def _seconds(path: str, asked: int, facts: ModelFacts) -> Iterator[Problem]:
    if asked not in facts.durations:
        rule = f"{facts.name} makes films of {lengths(facts)} seconds, not {asked}"
        near = nearest_seconds(facts.durations, asked)
        zh = f"{facts.name} 不支持 {asked} 秒；最接近的可用时长：{either(near, '或')} 秒。"
        yield Problem(path, rule, f"use {either(near)}, or another model", zh=zh)


def _draft(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    draft = brief.draft
    if not draft.enabled:
        return
    yield from _resolution("draft.resolution", draft.resolution, facts.draft.resolutions, "drafts", facts)
    if draft.duration is None:
        return
    if facts.native and any(draft.duration != duration for duration in brief.durations):
        rule = f"{facts.name} makes the final from the draft itself, so a draft is as long as its final"
        zh = f"{facts.name} 的成片由样片生成，两者时长必须相同；请删除 draft.duration。"
        yield Problem("draft.duration", rule, "remove draft.duration", zh=zh)
    yield from _seconds("draft.duration", draft.duration, facts)


def _final(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    able = facts.final_resolutions(drafted=brief.draft.enabled)
    what = "finals made from a draft" if brief.draft.enabled and facts.native else "finals"
    yield from _resolution("final.resolution", brief.final.resolution, able, what, facts)
    if facts.fps and brief.final.fps not in facts.fps:
        rate = brief.final.fps
        nearest = min(facts.fps, key=lambda fps: abs(fps - rate))
        yield _refusal("final.fps", f"{facts.name} has no fps {rate}", rate, nearest, facts)


def _resolution(path: str, asked: str, able: Iterable[str], what: str, facts: ModelFacts) -> Iterator[Problem]:
    able = tuple(able)
    if asked not in able:
        rule = f"{asked} is not offered by {facts.name} for {what}"
        yield _refusal(path, rule, asked, nearest_resolution(able, asked), facts)


def _refusal(path: str, rule: str, asked: object, nearest: object, facts: ModelFacts) -> Problem:
    zh = f"{facts.name} 不支持 {asked}；最接近的可用值：{nearest}。"
    return Problem(path, rule, f"use {nearest}, or another model", zh=zh)


def _shot(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    yield from _choice(f"{path}.input_type", shot.input_type, facts.input_types, facts)
    if shot.audio in INPUT_RULES[shot.input_type].audio:
        yield from _choice(f"{path}.audio", shot.audio, facts.audio, facts)
    yield from _seed(path, shot, facts)
    yield from _how_many(path, shot, facts)
    length = len(told(compose(shot), shot.camera, shot.audio, shot.negative_prompt, facts))
    if length > facts.max_prompt_chars:
        rule = f"the composed prompt has {length} characters, {facts.name} reads {facts.max_prompt_chars}"
        zh = f"提示词共 {length} 个字符，超过 {facts.max_prompt_chars}；请缩短。"
        yield Problem(f"{path}.prompt", rule, "shorten it", zh=zh)


def _seed(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    if shot.seed is not None and not facts.seed:
        yield Problem(
            f"{path}.seed",
            f"{facts.name} takes no seed, so the same film cannot be asked for again",
            "remove the seed, or choose a model that takes one: `workprint models`",
            zh=f"{facts.name} 不支持种子；请删除 seed，或更换模型。",
        )


def _how_many(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    roles = [reference.role for reference in shot.references]
    limits = facts.limits
    for role in dict.fromkeys(roles):
        yield from _too_many(
            path, f"{role} references", ROLES_ZH[role], roles.count(role), facts.roles.get(role, 0), facts
        )
    pictures = sum(role in _IMAGES for role in roles)
    yield from _too_many(path, "pictures", "图片", pictures, limits.images, facts)
    yield from _too_many(path, "reference videos", "参考视频", roles.count(Role.VIDEO), limits.videos, facts)
    yield from _too_many(path, "reference sounds", "参考音频", roles.count(Role.AUDIO), limits.audios, facts)


def _too_many(path: str, what: str, zh: str, have: int, most: int, facts: ModelFacts) -> Iterator[Problem]:
    if have > most:
        rule = (
            f"{facts.name} takes at most {most} {what}, there are {have}" if most else f"{facts.name} takes no {what}"
        )
        chinese = f"{facts.name} 最多支持 {most} 个{zh}，现有 {have} 个。"
        fix = f"keep {most}, or choose another model" if most else "remove them, or choose another model"
        yield Problem(f"{path}.references", rule, fix, zh=chinese)


def _fixed_ratio(path: str, shot: Shot, brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    """Paying three times for the same film is an error, not advice."""
    fixed = facts.keeps_first_frame_ratio and shot.input_type is InputType.IMAGE_TO_VIDEO
    if fixed and len(set(brief.ratios)) > 1:
        yield Problem(
            f"{path}.input_type",
            f"{facts.name} gives a film from a first frame the picture's own ratio, and the brief asks for "
            f"{len(set(brief.ratios))} ratios",
            "use reference_to_video with the picture as subject, a model that crops the first frame, or one brief "
            "for each ratio with a picture cropped to it",
            zh=f"{facts.name} 的首帧生视频保持图片自身比例，不能输出多种比例；请改用 reference_to_video 或其他模型。",
        )


def _choice(path: str, value: object, able: Iterable[object], facts: ModelFacts) -> Iterator[Problem]:
    able = tuple(able)
    if value not in able:
        name, words = path.rpartition(".")[2], ", ".join(str(item) for item in able)
        zh = f"{facts.name} 不支持 {value}；可用：{words}。"
        yield Problem(path, f"{facts.name} has no {name} {value}", f"use {either(able)}, or another model", zh=zh)
