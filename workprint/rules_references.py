"""What only shows once the references were read: crops, seconds altogether, types the model does not hear."""

from collections.abc import Iterator, Mapping

from workprint.brief import Brief, InputType, Role, Shot
from workprint.models import ModelFacts
from workprint.problems import Problem, Severity
from workprint.sizes import cropped
from workprint.spec import FrozenReference

#: A crop below this share is not worth a word; above it, a model that keeps the picture's ratio misses the order.
UNNOTICED = 0.03
_FRAMES = frozenset({Role.FIRST_FRAME, Role.LAST_FRAME})


def reference_problems(brief: Brief, facts: ModelFacts, frozen: Mapping[str, FrozenReference]) -> Iterator[Problem]:
    """Errors and warnings of references that were read; `frozen` by path, e.g. `shots[0].references[1].source`."""
    for index, shot in enumerate(brief.shots):
        path = f"shots[{index}].references"
        mine = {place: reference for place, reference in frozen.items() if place.startswith(f"{path}[")}
        yield from _crops(brief, shot, facts, mine)
        yield from _sound_types(facts, mine)
        yield from _seconds(path, facts, mine)


def _crops(brief: Brief, shot: Shot, facts: ModelFacts, frozen: Mapping[str, FrozenReference]) -> Iterator[Problem]:
    for path, reference in frozen.items():
        if reference.role not in _FRAMES or not (reference.width and reference.height):
            continue
        size = (reference.width, reference.height)
        cuts = {ratio: cropped(*size, ratio) for ratio in dict.fromkeys(brief.ratios)}
        seen = ", ".join(f"{ratio} loses {share:.0%}" for ratio, share in cuts.items() if share > UNNOTICED)
        if seen and facts.keeps_first_frame_ratio and shot.input_type is InputType.IMAGE_TO_VIDEO:
            yield _keeps_its_ratio(path, size, brief, facts)
        elif seen:
            yield _is_cropped(path, size, seen)


def _keeps_its_ratio(path: str, size: tuple[int, int], brief: Brief, facts: ModelFacts) -> Problem:
    return Problem(
        path,
        f"is {size[0]} x {size[1]}, and {facts.name} gives the film the picture's own ratio, not {brief.ratios[0]}",
        f"crop the picture to {brief.ratios[0]}, or choose a model that crops it",
        zh=f"{facts.name} 的首帧生视频保持图片自身比例；请把图片裁剪为 {brief.ratios[0]}。",
    )


def _is_cropped(path: str, size: tuple[int, int], seen: str) -> Problem:
    rule = f"is {size[0]} x {size[1]} and is cropped from the centre: {seen} of the picture"
    fix = "keep what matters in the middle, or give a picture in the film's ratio"
    return Problem(path, rule, fix, Severity.WARNING, f"图片会居中裁剪：{seen}；请保证主体居中。")


def _sound_types(facts: ModelFacts, frozen: Mapping[str, FrozenReference]) -> Iterator[Problem]:
    able = facts.limits.audio_types
    for path, reference in frozen.items():
        if reference.role is Role.AUDIO and reference.media_type not in able:
            words = ", ".join(able) or "no sounds"
            zh = f"{facts.name} 不支持 {reference.media_type}；可用：{words}。"
            yield Problem(
                path, f"is {reference.media_type}, {facts.name} hears {words}", "export it as MP3 or WAV", zh=zh
            )


def _seconds(path: str, facts: ModelFacts, frozen: Mapping[str, FrozenReference]) -> Iterator[Problem]:
    for role, most in ((Role.VIDEO, facts.limits.video_seconds), (Role.AUDIO, facts.limits.audio_seconds)):
        total = sum(r.duration or 0.0 for r in frozen.values() if r.role is role)
        if total > most:
            rule = f"the {role} references last {total:.1f} s together, {facts.name} takes {most} s"
            yield Problem(path, rule, "shorten them", zh=f"参考素材共 {total:.1f} 秒，最多 {most} 秒；请缩短。")
