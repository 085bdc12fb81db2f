"""Advice: what can be made but will probably disappoint or cost more than it need. Warnings only."""

import re
from collections.abc import Iterator

from workprint.brief import Brief, InputType, Motion, Shot, Speed
from workprint.models import ModelFacts
from workprint.problems import Problem, Severity
from workprint.prompts import compose
from workprint.sizes import SHORT_SIDES

#: Above this many seconds a film at 1080p or 4k is dear enough to want a draft first.
LONG_SECONDS = 10
#: What the provider advises for a prompt: at most 500 Chinese characters or 1000 English words (Ark API page, 2026-11).
_CHINESE, _WORDS = 500, 1000
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Words of camera and movement in free prompts, so that a shot told in one text is not scolded.
_CAMERA = re.compile(
    r"\b(camera|push|pull|dolly|zoom|pan|tilt|truck|orbit|crane|handheld|tracking|static shot)"
    r"|镜头|推|拉|摇|移|跟|环绕|升降|手持",
    re.IGNORECASE,
)


def advice(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    """Every warning of a brief."""
    yield from _undrafted(brief)
    yield from _dear_draft(brief)
    yield from _emulated(brief, facts)
    yield from _short_draft(brief, facts)
    yield from _frame_rate(brief, facts)
    yield from _anybody(brief)
    for index, shot in enumerate(brief.shots):
        path = f"shots[{index}]"
        yield from _only_mood(path, shot)
        yield from _too_wordy(path, shot)
        yield from _cropped_first_frame(path, shot, brief, facts)
        yield from _same_seed(path, shot, brief)
        yield from _speed(path, shot, facts)


def _warning(path: str, rule: str, fix: str, zh: str) -> Problem:
    return Problem(path, rule, fix, Severity.WARNING, zh)


def _undrafted(brief: Brief) -> Iterator[Problem]:
    if brief.draft.enabled:
        return
    longest = max(brief.durations)
    if longest >= LONG_SECONDS and SHORT_SIDES[brief.final.resolution] >= 1080:
        yield _warning(
            "draft.enabled",
            f"a {longest} s final at {brief.final.resolution} is paid in full without anybody having seen a draft",
            "set draft.enabled to true",
            f"{longest} 秒 {brief.final.resolution} 成片将在没有样片的情况下全额计费；建议开启 draft。",
        )
    else:
        zh = "未启用样片：审批时没有画面可看。"
        yield _warning("draft.enabled", "the gate approves without a picture", "set draft.enabled to true", zh)
    if brief.takes > 1:
        yield _warning(
            "takes",
            f"without drafts each of the {brief.takes} takes is a final at full price",
            "set takes to 1, or draft.enabled to true",
            f"未启用样片时，{brief.takes} 次尝试都按成片全价计费。",
        )


def _dear_draft(brief: Brief) -> Iterator[Problem]:
    draft, final = brief.draft.resolution, brief.final.resolution
    if brief.draft.enabled and SHORT_SIDES[draft] >= SHORT_SIDES[final]:
        rule = f"a draft at {draft} saves nothing before a final at {final}"
        yield _warning(
            "draft.resolution", rule, "lower the draft's resolution", "样片分辨率不低于成片，起不到省钱作用。"
        )


def _emulated(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    if brief.draft.enabled and not facts.native:
        again, zh = ("inputs and seed and may differ", "输入和种子重新生成，画面可能不同")
        if not facts.seed:
            again, zh = ("inputs without a seed and will be another film", "输入但无种子重新生成，画面必然不同")
        yield _warning(
            "draft.enabled",
            f"{facts.name} has no draft mode: the final is made anew from the same {again}",
            "choose a model with native drafts where the final must be the approved film",
            f"{facts.name} 没有样片模式：成片会用相同{zh}。",
        )


def _short_draft(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    wanted = brief.draft.duration
    if brief.draft.enabled and not facts.native and wanted and any(wanted != d for d in brief.durations):
        rule = f"a draft of {wanted} s is not the film that will be delivered"
        yield _warning("draft.duration", rule, "remove draft.duration", "样片时长与成片不同，审批看到的不是完整影片。")


def _frame_rate(brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    if not facts.fps:
        rule = f"{facts.name} chooses the frame rate itself: {brief.final.fps} is not asked of it"
        zh = f"{facts.name} 自行决定帧率，不会按 {brief.final.fps} 帧要求。"
        yield _warning("final.fps", rule, "choose a model with that frame rate where it matters", zh)


def _speed(path: str, shot: Shot, facts: ModelFacts) -> Iterator[Problem]:
    """The model has a command of its own for the move, and no place in it for how fast."""
    words = facts.camera_words.get(shot.camera.motion)
    if words is None or "{speed}" in words or shot.camera.motion is Motion.STATIC or shot.camera.speed is Speed.MEDIUM:
        return
    rule = f"{facts.name} has its own command for {shot.camera.motion}, without a speed"
    zh = f"{facts.name} 的运镜指令不含速度；请改为 medium，或在 prompt 中说明。"
    yield _warning(f"{path}.camera.speed", rule, "set it to medium, or say the speed in prompt", zh)


def _anybody(brief: Brief) -> Iterator[Problem]:
    if not brief.approvers:
        rule = "anybody who can open the run may approve it, under any name"
        yield _warning("approvers", rule, "name who may approve", "未指定审批人：任何能打开该运行的人都可以审批。")
    elif set(brief.approvers) == {brief.requested_by}:
        rule = "who asks is the only one who may approve"
        yield _warning("approvers", rule, "name a second person", "申请人是唯一的审批人；建议再指定一人。")


def _only_mood(path: str, shot: Shot) -> Iterator[Problem]:
    """Mood alone gives a moving photograph: the usual first disappointment with these models."""
    still = shot.camera.motion is Motion.STATIC and not _CAMERA.search(shot.prompt)
    if (shot.style or shot.prompt or shot.subject) and not shot.action and still:
        yield _warning(
            f"{path}.action",
            "there is mood but no action and no camera move, so little will happen",
            "say what happens in action, or how the camera moves in camera.motion",
            "只有氛围，没有动作和运镜，画面几乎不会动；请填写 action 或 camera。",
        )


def _cropped_first_frame(path: str, shot: Shot, brief: Brief, facts: ModelFacts) -> Iterator[Problem]:
    crops = shot.input_type is InputType.IMAGE_TO_VIDEO and not facts.keeps_first_frame_ratio
    if crops and len(brief.ratios) > 1:
        yield _warning(
            f"{path}.references",
            f"one first frame serves {len(brief.ratios)} ratios: it is cropped to each, from the centre",
            "keep the subject in the middle third, or use reference_to_video",
            f"同一首帧用于 {len(brief.ratios)} 种比例，会居中裁剪；请保证主体居中。",
        )


def _too_wordy(path: str, shot: Shot) -> Iterator[Problem]:
    text = compose(shot)
    if len(_HAN.findall(text)) > _CHINESE or len(text.split()) > _WORDS:
        rule = f"models lose details above {_CHINESE} Chinese characters or {_WORDS} words"
        yield _warning(
            f"{path}.prompt", rule, "shorten the prompt", f"提示词过长（建议不超过 {_CHINESE} 字），细节可能被忽略。"
        )


def _same_seed(path: str, shot: Shot, brief: Brief) -> Iterator[Problem]:
    if shot.seed is not None and brief.takes > 1:
        rule = f"the seed holds for the first take only; takes 2 to {brief.takes} get seeds of their own"
        yield _warning(f"{path}.seed", rule, "remove the seed, or set takes to 1", "指定的种子只用于第一次尝试。")
