"""Every dialect against its fixture tables: what is sent, and what each answer means."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workprint.dialects.cases import FIXTURES, load, reply_of, shown, spec_of
from workprint.dialects import Dialect
from workprint.dialects.registry import dialect, dialects
from workprint.outcomes import Listed, ListPage, Observation

CASES = [
    (f"{language.name}: {name}", language.name, case) for language in dialects() for name, case in load(language.name)
]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def answer_to(language: Dialect, case: dict[str, Any]) -> Any:  # noqa: C901, PLR0911 - one line for each call
    """What the dialect says in this case."""
    match case["call"]:
        case "submit":
            return language.submit(
                spec_of(case),
                case.get("media", {}),
                client_ref="wp-rnd_1",
                draft_task_id=case.get("draft_task_id"),
                callback_url=case.get("callback_url"),
            )
        case "read_submit":
            return language.read_submit(reply_of(case))
        case "read_check":
            return language.read_check(reply_of(case), datetime.fromisoformat(case["now"]))
        case "read_list":
            answer = language.read_list(reply_of(case), datetime.fromisoformat(case["now"]))
            return answer.tasks if isinstance(answer, Listed) and isinstance(case["expect"], list) else answer
        case "list":
            return language.list(ListPage(case["page"], case["size"], NOW, NOW, case.get("cursor", "")))
        case "task_named":
            return language.task_named(reply_of(case).body, case.get("model", ""))
        case "follow_up":
            return language.follow_up(ended(language, case))
        case "read_follow_up":
            return language.read_follow_up(ended(language, case), reply_of(case), NOW)
        case call:
            return getattr(language, call)(case.get("task_id") or case.get("client_ref") or case["task_ids"])


def ended(language: Dialect, case: dict[str, Any]) -> Observation:
    """The observation a second question is asked about: read from the case's `seen`, the body of the first answer."""
    first = language.read_check(reply_of({"status": 200, "body": case["seen"]}), NOW)
    assert isinstance(first, Observation)
    return first


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for _, name, case in CASES], ids=[label for label, *_ in CASES]
)
def test_the_table_holds(name: str, case: dict[str, Any]) -> None:
    """Every request and every reply of the fixture files means what the file says."""
    assert case["expect"] == shown(answer_to(dialect(name), case), case["expect"])


@pytest.mark.parametrize("name", [language.name for language in dialects()])
def test_every_fixture_names_its_source(name: str) -> None:
    """No fixture file stands there without saying where its rule comes from."""
    files = list((FIXTURES / name).glob("*.json"))

    assert [True, []] == [len(files) > 4, [f.name for f in files if not json.loads(f.read_text()).get("why")]]
