"""What the chosen model can do: ratios, seconds, resolutions, inputs, sound, prompt length, draft rules."""

from collections.abc import Iterable, Iterator

from workprint.brief import Brief, InputType, Role, Shot
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.prompts import compose
from workprint.quotes import currency_problem
from workprint.rules_inputs import INPUT_RULES

_IMAGES = frozenset({Role.FIRST_FRAME, Role.LAST_FRAME, Role.SUBJECT, Role.STYLE})
#: What the dialect adds around the prompt: "Camera: slow truck right." and "Avoid: ".
_AROUND = 60


def model_problems(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    """Everything this model cannot do that the brief asks for."""
    yield from _formats(brief, facts)
    yield from _draft(brief, facts)
    yield from _final(brief, facts)
    for index, shot in enumerate(brief.shots):
        yield from _shot(f"shots[{index}]", shot, facts)
        yield from _fixed_ratio(f"shots[{index}]", shot, brief, facts)
    if brief.budget.currency != facts.currency:
        yield currency_problem(brief.budget.currency, facts.currency, facts.name)


def _formats(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    for index, ratio in enumerate(brief.ratios):
        yield from _choice(f"ratios[{index}]", ratio, facts.ratios, facts)
    shortest, longest = facts.seconds
    for index, duration in enumerate(brief.durations):
        if not shortest <= duration <= longest:
            zh = f"{facts.name} 只支持 {shortest} 到 {longest} 秒。"
            rule = f"{facts.name} makes films of {shortest} to {longest} seconds, not {duration}"
            yield Problem(f"durations[{index}]", rule, f"choose {shortest} to {longest}, or another model", zh=zh)


def _draft(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    draft = brief.draft
    if not draft.enabled:
        return
    yield from _choice("draft.resolution", draft.resolution, facts.draft.resolutions, facts)
    if draft.duration is None:
        return
    if facts.native and any(draft.duration != duration for duration in brief.durations):
        rule = f"{facts.name} makes the final from the draft itself, so a draft is as long as its final"
        zh = f"{facts.name} 的成片由样片生成，两者时长必须相同；请删除 draft.duration。"
        yield Problem("draft.duration", rule, "remove draft.duration", zh=zh)
    shortest, longest = facts.seconds
    if not shortest <= draft.duration <= longest:
        zh = f"{facts.name} 只支持 {shortest} 到 {longest} 秒。"
        rule = f"{facts.name} makes films of {shortest} to {longest} seconds, not {draft.duration}"
        yield Problem("draft.duration", rule, "remove it, or choose a duration in range", zh=zh)


def _final(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    able = facts.final_resolutions(drafted=brief.draft.enabled)
    yield from _choice("final.resolution", brief.final.resolution, able, facts, because=_native_note(brief, facts))
    yield from _choice("final.fps", brief.final.fps, facts.fps, facts)


def _native_note(brief: Brief, facts: ModelFacts) -> str:
    return " from a draft" if brief.draft.enabled and facts.native else ""


def _shot(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    yield from _choice(f"{path}.input_type", shot.input_type, facts.input_types, facts)
    if shot.audio in INPUT_RULES[shot.input_type].audio:
        yield from _choice(f"{path}.audio", shot.audio, facts.audio, facts)
    yield from _how_many(path, shot, facts)
    length = len(compose(shot)) + len(shot.negative_prompt) + _AROUND
    if length > facts.max_prompt_chars:
        rule = f"the composed prompt has about {length} characters, {facts.name} reads {facts.max_prompt_chars}"
        zh = f"提示词约 {length} 个字符，超过 {facts.max_prompt_chars}；请缩短。"
        yield Problem(f"{path}.prompt", rule, "shorten it", zh=zh)


def _how_many(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    roles = [reference.role for reference in shot.references]
    limits = facts.limits
    for what, zh, have, most in (
        ("pictures", "图片", sum(role in _IMAGES for role in roles), limits.images),
        ("reference videos", "参考视频", roles.count(Role.VIDEO), limits.videos),
        ("reference sounds", "参考音频", roles.count(Role.AUDIO), limits.audios),
    ):
        if have > most:
            rule = f"{facts.name} takes at most {most} {what}, there are {have}"
            chinese = f"{facts.name} 最多支持 {most} 个{zh}，现有 {have} 个。"
            yield Problem(f"{path}.references", rule, "remove some, or choose another model", zh=chinese)


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


def _choice(
    path: str, value: object, able: Iterable[object], facts: ModelFacts, because: str = ""
) -> Iterator[Problem]:
    able = tuple(able)
    if value not in able:
        words = ", ".join(str(item) for item in able)
        name = path.rpartition(".")[2].partition("[")[0]
        rule = f"{facts.name} has no {name} {value}{because}"
        yield Problem(path, rule, f"use {words}, or another model", zh=f"{facts.name} 不支持 {value}；可用：{words}。")
