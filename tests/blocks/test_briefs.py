"""Brief files: read safely, and every problem with its line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.briefs import MAX_BYTES, parse_brief, read_brief_file
from workprint.errors import InputError
from workprint.models import model_facts
from workprint.problems import Problem, errors_in
from workprint.quotes import quote
from workprint.reading import brief_json
from workprint.rules import check_brief

SAMPLES = Path(__file__).parents[2] / "deployments" / "samples"
FILES = sorted(SAMPLES.rglob("*.yaml"))
GOOD = b"""\
# a comment
title: Spring
project: spring
requested_by: ann@example.com
budget: {amount: "9.00"}
ratios: [9:16, 1:1]
shots:
  - name: hero
    input_type: text_to_video
    subject: no
    action: "yes"
"""


def problems(data: bytes, name: str = "spring.yaml") -> list[Problem]:
    with pytest.raises(InputError) as caught:
        parse_brief(data, name=name)
    return list(caught.value.problems)


def test_yaml_is_read_as_version_1_2() -> None:
    """9:16 is a ratio and no number in base sixty, and `no` is a word."""
    brief = parse_brief(GOOD, name="spring.yaml").brief
    assert (("9:16", "1:1"), "no") == (brief.ratios, brief.shots[0].subject)


@pytest.mark.parametrize(
    ("line", "at", "path"),
    [
        (b"takes: 99", 12, "takes"),
        (b"colour: red", 12, "colour"),
        (b"callback_url: 2026-01-02", 12, "callback_url"),
        (b"draft:\n  enabled: true\n  resolutoin: 480p", 14, "draft.resolutoin"),
    ],
)
def test_a_problem_says_its_line(line: bytes, at: int, path: str) -> None:
    """File, line and field of what is wrong."""
    assert [(f"spring.yaml:{at}", path)] == [(p.where, p.path) for p in problems(GOOD + line)]


def test_a_missing_field_is_shown_where_it_belongs() -> None:
    """What is not there has no line of its own: the thing around it has."""
    found = problems(GOOD.replace(b"    input_type: text_to_video\n", b""))
    assert [("spring.yaml:8", "shots[0].input_type")] == [(p.where, p.path) for p in found]
    assert found[0].line().startswith("error: spring.yaml:8: shots[0].input_type: is missing")


def test_problems_found_later_get_their_lines_too() -> None:
    """The rules that need the model's facts point into the file as well."""
    file = parse_brief(GOOD + b"durations: [5, 99]\n".replace(b"99", b"59"), name="spring.yaml")
    located = file.located(check_brief(file.brief, model_facts("doubao-seedance-1-5-pro-251215", "ark")))
    assert [("durations[1]", "spring.yaml:12")] == [(p.path, p.where) for p in errors_in(located)]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"title: a\ntitle: b\n", "duplicate key"),
        (b"a: &x [1]\nb: *x\n", "alias"),
        (b"a: !!python/object/apply:os.system [id]\n", "tag"),
        (b"a: [1,\n", "expected"),
        (b"a: 1\n---\nb: 2\n", "document"),
        (b"a:\n\t- b\n", "token"),
        (b"a: \x01\n", "special characters"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 50_000, "deep"),
        (b"#" * (MAX_BYTES + 1), "256 KiB"),
        (b"", "block of fields"),
        (b"- a\n", "block of fields"),
    ],
)
def test_a_file_that_is_no_brief_is_one_clear_problem(data: bytes, word: str) -> None:
    """Broken, dangerous or oversized YAML is refused in a sentence."""
    found = problems(data)
    assert word in found[0].rule
    assert found[0].where.startswith("spring.yaml")
    assert found[0].zh


@pytest.mark.parametrize(
    ("data", "word", "where"),
    [
        (b'{"title": "a", "title": "b"}', "twice", "x.json"),
        (b'{"takes": NaN}', "NaN", "x.json"),
        (b'{\n"a": }', "Expecting value", "x.json:2"),
        (b"[" * 200_000, "read", "x.json"),
    ],
)
def test_json_is_read_as_strictly(data: bytes, word: str, where: str) -> None:
    """JSON has no repeated keys and no NaN either."""
    found = problems(data, "x.json")
    assert (True, where) == (word in found[0].rule, found[0].where)


def test_json_and_yaml_say_the_same() -> None:
    """The same brief in both writings is the same brief."""
    brief = parse_brief(GOOD, name="spring.yaml").brief
    again = parse_brief(json.dumps(brief_json(brief), indent="\t").encode(), name="spring.json").brief
    assert brief == again


def test_a_byte_order_mark_is_no_problem() -> None:
    """Files saved by Windows editors are read."""
    assert "Spring" in parse_brief(b"\xef\xbb\xbf" + GOOD, name="a.yml").brief.title


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """A wrong path is answered like wrong input, and a folder as well."""
    with pytest.raises(InputError, match="cannot be read"):
        read_brief_file(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_brief_file(tmp_path)


@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!?|> \n\t'\"#%,", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No file makes the reader fail in another way than `InputError`; too little is in these to be a brief."""
    assert problems(data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_samples_can_be_made_within_their_budgets(path: Path) -> None:
    """Every shipped brief passes the check and the budget of a model that can make it."""
    file, facts = read_brief_file(path), model_facts("doubao-seedance-1-5-pro-251215", "ark")
    assert errors_in(check_brief(file.brief, facts)) == ()
    quote(file.brief, facts, "sandbox").check_budget(file.brief.budget)


def test_the_showcase_is_three_ratios_from_one_picture() -> None:
    """The demo's sample is what the README says it is."""
    brief = read_brief_file(SAMPLES / "showcase.yaml").brief
    assert (("9:16", "16:9", "1:1"), (5,), "image_to_video") == (
        brief.ratios,
        brief.durations,
        brief.shots[0].input_type,
    )
