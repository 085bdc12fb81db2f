"""What a brief may say, and how it is told what is wrong."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workprint.briefs import brief, shot, values
from workprint.brief import Brief
from workprint.errors import InputError
from workprint.problems import Problem
from workprint.reading import brief_json, path_of, read_brief
from workprint.reading_words import describe

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [*Brief.model_fields, "nonsense"]


def problems(data: object) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        read_brief(data)
    return {problem.path: problem for problem in caught.value.problems}


def outcome(data: object) -> tuple[Problem, ...]:
    try:
        read_brief(data)
    except InputError as error:
        return error.problems
    return ()


def test_a_good_brief_is_read() -> None:
    """What is written right comes out as the model."""
    assert read_brief(values()).title == "Spring"


def test_a_brief_survives_its_own_json() -> None:
    """A brief written as JSON and read again is the same brief."""
    made = brief()
    assert made == read_brief(json.loads(json.dumps(brief_json(made))))


def test_all_problems_come_at_once() -> None:
    """One reading names every field that is wrong, with its full path."""
    references = [{"role": "firstframe", "source": ""}]
    data = values(takes=9, ratios=["16:8"], language="EN", shots=[shot(name="A B", references=references, seed=-1)])
    expected = {
        "takes",
        "ratios[0]",
        "language",
        "shots[0].name",
        "shots[0].seed",
        "shots[0].references[0].role",
        "shots[0].references[0].source",
    }
    assert expected == set(problems(data))


def test_an_unknown_field_names_its_neighbour() -> None:
    """A misspelt field asks whether the right one was meant."""
    found = problems(values(shots=[shot(promt="x")]))["shots[0].promt"]
    assert found.fix.startswith("did you mean 'prompt'?")
    assert "prompt" in found.zh


@pytest.mark.parametrize(("word", "meant"), [("push in", "push_in"), ("Push-In", "push_in"), ("pan_lft", "pan_left")])
def test_an_unknown_word_names_its_neighbour(word: str, meant: str) -> None:
    """A misspelt value asks whether the right one was meant, whatever its case and spaces."""
    found = problems(values(shots=[shot(camera={"motion": word})]))["shots[0].camera.motion"]
    assert found.fix.startswith(f"did you mean '{meant}'?")


def test_a_missing_field_says_what_it_is_for() -> None:
    """Who forgot a field reads what it means."""
    data = values()
    del data["requested_by"]
    assert problems(data)["requested_by"].fix == "add `requested_by`: Who asks: a name or an address."


def test_a_wrong_entry_does_not_make_its_list_too_short() -> None:
    """Only the wrong entry is named, not the list around it."""
    assert {"durations[0]"} == set(problems(values(durations=["five"])))


def test_control_characters_are_refused() -> None:
    """A NUL or an escape sequence never reaches the ledger or a terminal."""
    found = problems(values(title="a\x00b", shots=[shot(action="\x1b[2J")]))
    assert {"title", "shots[0].action"} == set(found)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "0", "1.234", "1e20"])
def test_a_budget_is_a_finite_amount_of_money(amount: Any) -> None:
    """No budget without an amount that can be compared and paid."""
    assert {"budget.amount"} == set(problems(values(budget={"amount": amount})))


@pytest.mark.parametrize("data", [None, 5, "text", [], [values()], True, {1: 2}, {"\ud800": 1}, {"title": "\ud800"}])
def test_what_is_no_brief_is_a_problem_not_a_crash(data: object) -> None:
    """Anything that is not a block of fields is answered with a problem."""
    assert problems(data)


def test_an_unforeseen_error_keeps_pydantic_s_words() -> None:
    """A rule our table has no words for is still told."""
    assert describe("brand_new", {}, "Input is odd") == ("Input is odd", "correct the value", "取值无效；请更正。")
    assert describe("string_pattern_mismatch", {"pattern": "x"}, "Odd")[0] == "Odd"


@given(JSON)
def test_any_json_value_is_read_or_refused(data: object) -> None:
    """For every JSON value there is a brief or a list of problems, and nothing else."""
    found = outcome(data)
    assert all(p.rule and p.fix and p.zh for p in found)
    assert "".join(p.path for p in found).isprintable()


@given(st.sampled_from(FIELDS), JSON)
@settings(max_examples=150)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    """A good brief with one field replaced by any JSON value is read or refused, never anything else."""
    changed = values(**{field: value})
    assert outcome(changed) or brief_json(read_brief(changed))


@pytest.mark.parametrize(
    ("location", "path"),
    [((), "brief"), (("shots", 0, "references", 1, "source"), "shots[0].references[1].source"), (("a b",), "'a b'")],
)
def test_paths_read_like_the_brief(location: tuple[str | int, ...], path: str) -> None:
    """A place is written as in the brief, and a strange key is quoted."""
    assert path == path_of(location)


def test_the_shape_and_the_meaning_of_every_field_are_in_the_form() -> None:
    """Every field of every part carries the sentence a person reads under it."""
    schema = Brief.model_json_schema()
    parts = [schema, *(d for d in schema["$defs"].values() if d["type"] == "object")]
    bare = [f"{p['title']}.{name}" for p in parts for name, f in p["properties"].items() if not f.get("description")]
    assert bare == []
