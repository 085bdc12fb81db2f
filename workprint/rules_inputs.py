"""Which references and fields each input type needs, may have and must not have: one table."""

from collections.abc import Iterator
from dataclasses import dataclass

from workprint.brief import Audio, Brief, InputType, Role, Shot
from workprint.problems import Problem

_MANY = 12


@dataclass(frozen=True, slots=True)
class InputRule:
    """Least and most references per role (a role not named is forbidden), and the sounds that make sense."""

    roles: dict[Role, tuple[int, int]]
    audio: frozenset[Audio]
    #: At least one reference of these roles.
    one_of: tuple[Role, ...] = ()


_NEW_SOUND = frozenset({Audio.MUTE, Audio.GENERATE})

INPUT_RULES: dict[InputType, InputRule] = {
    InputType.TEXT_TO_VIDEO: InputRule({}, _NEW_SOUND),
    InputType.IMAGE_TO_VIDEO: InputRule({Role.FIRST_FRAME: (1, 1), Role.LAST_FRAME: (0, 1)}, _NEW_SOUND),
    InputType.VIDEO_TO_VIDEO: InputRule({Role.VIDEO: (1, 1)}, frozenset(Audio)),
    InputType.REFERENCE_TO_VIDEO: InputRule(
        {Role.SUBJECT: (0, 9), Role.STYLE: (0, 9), Role.VIDEO: (0, _MANY), Role.AUDIO: (0, _MANY)},
        _NEW_SOUND,
        one_of=(Role.SUBJECT, Role.STYLE),
    ),
}
#: What a Chinese reader calls a role.
ROLES_ZH: dict[Role, str] = {
    Role.FIRST_FRAME: "首帧",
    Role.LAST_FRAME: "尾帧",
    Role.SUBJECT: "主体参考图",
    Role.STYLE: "风格参考图",
    Role.VIDEO: "参考视频",
    Role.AUDIO: "参考音频",
}


def input_problems(brief: Brief) -> Iterator[Problem]:
    """Every shot against its input type's row."""
    for index, shot in enumerate(brief.shots):
        path, rule = f"shots[{index}]", INPUT_RULES[shot.input_type]
        yield from _forbidden(path, shot, rule)
        yield from _counts(path, shot, rule)
        yield from _one_of(path, shot, rule)
        yield from _sound(path, shot, rule)
        yield from _silent_shot(path, shot)
        yield from _same_source(path, shot)


def _forbidden(path: str, shot: Shot, rule: InputRule) -> Iterator[Problem]:
    for index, reference in enumerate(shot.references):
        if reference.role not in rule.roles:
            yield Problem(
                f"{path}.references[{index}].role",
                f"{shot.input_type} cannot be mixed with a {reference.role} reference: {_takes(rule)}",
                f"remove it, or set input_type to {_or(_types_with(reference.role))}",
                zh=f"{shot.input_type} 不能使用{ROLES_ZH[reference.role]}；请删除，或更换 input_type。",
            )


def _counts(path: str, shot: Shot, rule: InputRule) -> Iterator[Problem]:
    for role, (least, most) in rule.roles.items():
        have = sum(reference.role is role for reference in shot.references)
        if have < least:
            zh = f"{shot.input_type} 需要{ROLES_ZH[role]}；请在 references 中添加。"
            fix = f"add `- {{role: {role}, source: ...}}` to references"
            yield Problem(f"{path}.references", f"{shot.input_type} needs exactly one {role} reference", fix, zh=zh)
        if have > most:
            zh = f"{ROLES_ZH[role]}最多 {most} 个，现有 {have} 个；请删减。"
            rule_text = f"{shot.input_type} takes at most {most} {role} reference(s), there are {have}"
            yield Problem(f"{path}.references", rule_text, "remove the others", zh=zh)


def _one_of(path: str, shot: Shot, rule: InputRule) -> Iterator[Problem]:
    if rule.one_of and not any(r.role in rule.one_of for r in shot.references):
        roles = _or([str(role) for role in rule.one_of])
        zh = f"{shot.input_type} 至少需要一张主体或风格参考图。"
        text = f"{shot.input_type} needs at least one {roles} reference"
        yield Problem(f"{path}.references", text, "add a picture of the subject or of the style", zh=zh)


def _sound(path: str, shot: Shot, rule: InputRule) -> Iterator[Problem]:
    if shot.audio not in rule.audio:
        yield Problem(
            f"{path}.audio",
            f"{shot.audio} needs the sound of a reference video, and {shot.input_type} has none",
            "set audio to mute or generate, or input_type to video_to_video",
            zh="audio: keep 只用于 video_to_video；请改为 mute 或 generate。",
        )


def _silent_shot(path: str, shot: Shot) -> Iterator[Problem]:
    if not (shot.subject or shot.action or shot.prompt):
        yield Problem(
            f"{path}.prompt",
            "the shot says nothing: subject, action and prompt are all empty",
            "write at least a subject and an action",
            zh="镜头没有任何描述；请至少填写 subject 和 action。",
        )


def _same_source(path: str, shot: Shot) -> Iterator[Problem]:
    seen: set[tuple[Role, str]] = set()
    for index, reference in enumerate(shot.references):
        if (reference.role, reference.source) in seen:
            where = f"{path}.references[{index}]"
            zh = "同一素材重复；请删除。"
            yield Problem(where, f"the same {reference.role} reference stands here twice", "remove one", zh=zh)
        seen.add((reference.role, reference.source))


def _takes(rule: InputRule) -> str:
    return f"it takes {_or([str(role) for role in rule.roles])} only" if rule.roles else "it takes no references"


def _types_with(role: Role) -> list[str]:
    return [str(kind) for kind, rule in INPUT_RULES.items() if role in rule.roles]


def _or(words: list[str]) -> str:
    return " or ".join(words)
