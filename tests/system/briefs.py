"""The small brief of the system tests: one shot from text, short, quick finals."""

import json
from pathlib import Path
from typing import Any

#: Who may approve it.
APPROVER = "mei"


def write_brief(folder: Path, subject: str, **changed: Any) -> Path:
    """A brief file. `subject` sets its content apart from that of other tests: equal content is paid once."""
    shot = {
        "name": "tea",
        "input_type": "text_to_video",
        "subject": subject,
        "action": "steam rises slowly",
        "camera": {"motion": "push_in", "speed": "slow"},
        "seed": 7,
    }
    told = {
        "title": subject,
        "project": "system-tests",
        "requested_by": "test@example.com",
        "approvers": [APPROVER],
        "budget": {"amount": "20.00", "currency": "CNY"},
        "durations": [4],
        "final": {"resolution": "720p"},
        "shots": [shot],
    }
    path = folder / "brief.json"
    path.write_text(json.dumps({**told, **changed}), encoding="utf-8")
    return path
