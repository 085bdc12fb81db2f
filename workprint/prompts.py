"""The prompt of a shot: one text from its parts. Camera and negative prompt are spec fields; the dialect says them."""

from workprint.brief import Shot

_ENDS = frozenset(".!?。！？…")


def compose(shot: Shot, override: str = "") -> str:
    """Subject and action as one sentence, then style, then the free prompt (or what a reviewer wrote instead of it)."""
    parts = (_join(shot.subject, shot.action), shot.style, override.strip() or shot.prompt)
    return " ".join(_sentence(part) for part in parts if part)


def _join(subject: str, action: str) -> str:
    if not (subject and action):
        return subject or action
    # A subject that already ends a sentence stays one.
    return f"{subject} {action}" if subject[-1] in _ENDS else f"{subject}, {action}"


def _sentence(text: str) -> str:
    return text if text[-1] in _ENDS else f"{text}."
