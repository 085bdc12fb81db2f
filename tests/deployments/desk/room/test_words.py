"""The texts of the page: complete, in both languages, and with the same gaps to fill."""

import re
from pathlib import Path

import pytest

from deployments.desk.room import room
from deployments.desk.room.words import script_words, words
from workprint.brief import Role
from workprint.gates import Cause, GateState
from workprint.moderation import standard_policy
from workprint.policy import ApproverRole, Channel
from workprint.render import Decision
from workprint.safe_zones import Trust
from workprint.takes import FIELDS

TEMPLATES = Path(room.__file__).parent / "templates"
STATIC = Path(room.__file__).parent / "static"
_GAPS = re.compile(r"{(\w*)}")


@pytest.mark.parametrize("say", [words, script_words])
def test_both_languages_fill_the_same_gaps(say: object) -> None:
    """Each text exists in both languages, and both name the same values."""
    english, chinese = say("en"), say("zh")  # type: ignore[operator]
    assert [] == [key for key in english if not english[key] or not chinese[key]]
    assert [] == [key for key in english if set(_GAPS.findall(english[key])) != set(_GAPS.findall(chinese[key]))]


def test_every_word_of_the_templates_is_there() -> None:
    """No template asks for a text that nobody wrote."""
    used = {key for path in TEMPLATES.glob("_*.j2") for key in re.findall(r"\bw\.(?!get\b)(\w+)", path.read_text())}
    assert used
    assert set() == used - set(words("en"))


def test_every_word_of_the_scripts_is_there() -> None:
    """No script asks for a text that nobody wrote."""
    used = {key for path in STATIC.glob("*.js") for key in re.findall(r'\bword\("(\w+)"', path.read_text())}
    assert used
    assert set() == used - set(script_words("en"))


def test_every_term_of_the_ledger_is_there() -> None:
    """Decisions, channels, roles, causes, rules and fields are all said in words."""
    wanted = {
        *(f"decision_{decision}" for decision in Decision),
        *(f"channel_{channel}" for channel in Channel),
        *(f"approver_{role}" for role in ApproverRole),
        *(f"reference_{role}" for role in Role),
        *(f"cause_{cause}" for cause in Cause),
        *(f"trust_{trust}" for trust in Trust),
        *(f"moment_gate_{state}" for state in GateState if state is not GateState.OPEN),
        *(f"rule_{rule}" for rule in standard_policy().rules),
        *(f"field_{field}" for field in FIELDS),
    }
    assert set() == wanted - set(words("zh"))
