"""The prompt of a shot: one text from its parts. Camera and negative prompt are spec fields; the dialect says them."""

from workprint.brief import Shot

_ENDS = frozenset(".!?。！？…")


def compose(shot: Shot, override: str = "") -> str:
    """Subject and action as one sentence, then style, then the free prompt (or what a reviewer wrote instead of it).

    A part that ends in a Chinese character gets Chinese punctuation.
    """
    parts = (_join(shot.subject, shot.action), shot.style, override.strip() or shot.prompt)
    return " ".join(_sentence(part) for part in parts if part)


def _join(subject: str, action: str) -> str:
    if not (subject and action):
        return subject or action
    # A subject that already ends a sentence stays one.
    if subject[-1] in _ENDS:
        return f"{subject} {action}"
    return f"{subject}，{action}" if _is_han(subject[-1]) else f"{subject}, {action}"


def _sentence(text: str) -> str:
    if text[-1] in _ENDS:
        return text
    return f"{text}。" if _is_han(text[-1]) else f"{text}."


def _is_han(character: str) -> bool:
    """Whether this is a Chinese character of the basic block, where nearly all written ones lie."""
    return "\u4e00" <= character <= "\u9fff"
