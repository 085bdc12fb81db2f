"""The form of a project's notices."""

from typing import Any

import pytest
from pydantic import ValidationError

from blocks.project_notices import ProjectNotices
from workprint.notice_settings import NoticeSettings
from workprint.notices import Occasion

FULL: dict[str, Any] = {
    "channels": [
        {"block": "slack-webhook/spring-team", "occasions": ["opened", "decided"]},
        {"block": "workprint-apprise/mail"},
    ],
    "escalate_to": ["workprint-apprise/head-of-brand"],
    "remind": False,
    "language": "zh",
}


def test_the_form_says_all_settings() -> None:
    """Every setting can be filled in, and comes back as the same settings."""
    settings = ProjectNotices.model_validate(FULL).settings()
    assert NoticeSettings.model_validate(FULL) == settings
    assert tuple(Occasion) == settings.channels[1].occasions


def test_an_empty_form_tells_nobody() -> None:
    """Who fills in nothing is told nothing, in both languages."""
    settings = ProjectNotices().settings()
    assert [()] * len(Occasion) == [settings.targets(occasion) for occasion in Occasion]
    assert (True, "both") == (settings.remind, settings.language)


def test_a_channel_hears_what_it_chose() -> None:
    """Each occasion goes to the channels that want it."""
    settings = NoticeSettings.model_validate({**FULL, "remind": True})
    spring, mail, head = "slack-webhook/spring-team", "workprint-apprise/mail", "workprint-apprise/head-of-brand"
    assert (spring, mail) == settings.targets(Occasion.OPENED)
    assert (mail,) == settings.targets(Occasion.REMINDED)
    assert (head, mail) == settings.targets(Occasion.ESCALATED)


def test_nobody_is_reminded_who_does_not_want_it() -> None:
    """With reminders off no channel is reminded, and what is escalated still is."""
    settings = NoticeSettings.model_validate(FULL)
    assert () == settings.targets(Occasion.REMINDED)
    assert "workprint-apprise/head-of-brand" in settings.targets(Occasion.ESCALATED)


def test_a_block_to_escalate_to_is_told_once() -> None:
    """A channel that is also escalated to gets one message."""
    settings = NoticeSettings.model_validate({"channels": [{"block": "a/b"}], "escalate_to": ["a/b"]})
    assert ("a/b",) == settings.targets(Occasion.ESCALATED)


def test_every_field_has_its_sentence_in_the_form() -> None:
    """Under every field of the form, and of its parts, stands what it means."""
    form: dict[str, Any] = ProjectNotices._to_block_schema().fields
    parts = [form, *(part for part in form["definitions"].values() if part["type"] == "object")]
    bare = [name for part in parts for name, one in part["properties"].items() if not one.get("description")]
    assert (2, []) == (len(parts), bare)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"channels": [{"block": "spring-team"}]}, "'spring-team' names no block"),
        ({"channels": [{"block": "https://hooks.example.com/x"}]}, "names no block"),
        ({"channels": [{"block": "Slack/team"}]}, "write its type and its name"),
        ({"channels": [{"block": "a/b"}, {"block": "a/b"}]}, "named twice as channel: a/b"),
        ({"channels": [{"block": "a/b", "occasions": []}]}, "at least 1"),
        ({"channels": [{"block": "a/b", "occasions": ["opened", "opened"]}]}, "named twice as occasion: opened"),
        ({"channels": [{"block": "a/b", "occasions": ["lunch"]}]}, "'opened'"),
        ({"escalate_to": ["a/b", "a/b"]}, "named twice as block to escalate to"),
        ({"language": "fr"}, "'en', 'zh' or 'both'"),
        ({"remindd": True}, "Extra inputs"),
    ],
)
def test_the_form_refuses_what_nobody_could_keep(wrong: dict[str, Any], said: str) -> None:
    """What names no block, twice the same, or nothing we know is refused when it is typed, and says why."""
    with pytest.raises(ValidationError, match=said):
        ProjectNotices.model_validate(wrong)
