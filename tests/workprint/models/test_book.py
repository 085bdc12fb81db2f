"""The user's own file of models: adds, overrides, and names every mistake."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.errors import InputError
from workprint.models import PRICE, VARIABLE, ModelFacts, all_models, model_facts

PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
OWN_PRICE = """
[models.sources.price]
source = "our contract"
date = 2026-11-01
trust = "official"
"""
OVERRIDE = f"""
dialect = "ark"

[[models]]
name = "doubao-seedance-2-0-260128"
prices = [{{ resolutions = ["480p", "720p", "1080p", "4k"], unit = "seconds", amount = 0.1 }}]
{OWN_PRICE}
[[models]]
name = "ours"
like = "doubao-seedance-2-0-260128"
durations = [5, 10]
sunset = 2027-01-31
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of the user's own, named by the environment."""
    path = tmp_path / "ours.toml"
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def mistakes(own: Path, text: str) -> list[tuple[str, str, str, str]]:
    """File, place, rule and fix of every mistake of a text."""
    own.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        all_models()
    assert all(p.zh for p in caught.value.problems)
    return [(p.where, p.path, p.rule, p.fix) for p in caught.value.problems]


def test_an_entry_overrides_field_by_field_and_a_new_one_is_added(own: Path) -> None:
    """What the file says of a known model replaces that alone; another name makes another model."""
    own.write_text(OVERRIDE, encoding="utf-8")
    known, added = (model_facts(name, "ark") for name in ("doubao-seedance-2-0-260128", "ours"))
    assert (15, Decimal("0.1"), "seconds") == (known.durations[-1], known.prices[0].amount, known.prices[0].unit)
    assert ((5, 10), date(2027, 1, 31)) == (added.durations, added.sunset)
    assert "our contract" in known.price_source
    assert known.sources["shape"].trust == "mirror"


def test_without_a_file_nothing_of_it_is_left(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable alone decides: unset, the known models are as they were."""
    own.write_text(OVERRIDE, encoding="utf-8")
    assert "ours" in {facts.name for facts in all_models("ark")}
    monkeypatch.delenv(VARIABLE)
    assert "ours" not in {facts.name for facts in all_models("ark")}


def test_prices_of_your_own_need_a_source_of_their_own(own: Path) -> None:
    """Our source does not vouch for somebody else's figures."""
    ((where, path, rule, _),) = mistakes(own, OVERRIDE.replace(OWN_PRICE, "").replace('like = "', 'like = "no'))[:1]
    assert ("ours.toml", "ours: like") == (where, path)
    assert "there is no ark model" in rule
    found = mistakes(own, OVERRIDE.replace(OWN_PRICE, ""))
    assert ["doubao-seedance-2-0-260128", "ours"] == [path for _, path, _, _ in found]
    assert f"no source is given for: {PRICE}" in found[0][2]


@pytest.mark.parametrize(
    ("line", "path", "rule", "fix"),
    [
        ('resolution = ["480p"]', "ours: resolution", "Extra inputs", "remove it, or correct its name"),
        ('audio = ["loud"]', "ours: audio.0", "'mute', 'generate' or 'keep'", "docs/models.md"),
        ("durations = { shortest = 9, longest = 4 }", "ours: durations", "a range is", "docs/models.md"),
        ("durations = { shortest = 1, longest = 9999999999 }", "ours: durations", "a range is", "docs/models.md"),
        ('durations = { shortest = "a" }', "ours: durations", "a range is", "docs/models.md"),
        ('durations = ["x"]', "ours: durations.0", "valid integer", "docs/models.md"),
        ('sizes = "nowhere"', "ours: sizes", "valid dictionary", "docs/models.md"),
        ('currency = "EUR"', "ours: currency", "'CNY' or 'USD'", "docs/models.md"),
        ('resolutions = ["2k"]', "ours", "prices: there is no line for 2k", "docs/models.md"),
        ("sources = 7", "ours: sources", "valid dictionary", "docs/models.md"),
        ('dialect = "klingon"', "ours: dialect", "no dialect called 'klingon'", "use one of: ark"),
    ],
)
def test_a_mistake_names_file_model_field_rule_and_fix(own: Path, line: str, path: str, rule: str, fix: str) -> None:
    """Whoever wrote the file finds the place without reading code."""
    entry = f'[[models]]\ndialect = "ark"\nname = "ours"\nlike = "doubao-seedance-2-0-260128"\n{line}\n'
    if line.startswith("dialect"):
        entry = entry.replace('dialect = "ark"\n', "")
    found = [told for told in mistakes(own, entry) if told[1] == path]
    assert found
    assert "ours.toml" == found[0][0]
    assert rule in found[0][2]
    assert fix in found[0][3]


def test_a_missing_field_is_asked_for(own: Path) -> None:
    """A new model without a base says everything itself, and all that is missing comes in one list."""
    found = mistakes(own, '[[models]]\ndialect = "ark"\nname = "bare"\n')
    assert {"bare: input_types", "bare: seed", "bare: draft", "bare: sources"} < {path for _, path, _, _ in found}
    assert {"add it"} == {fix for _, _, _, fix in found}


@pytest.mark.parametrize("text", ["", "models = 7", "[[model]]\nname = 'x'", "models = [1, 2]"])
def test_a_file_without_entries_is_a_mistake(own: Path, text: str) -> None:
    """A file that says nothing of any model is not what was meant."""
    assert any(path == "models" for _, path, _, _ in mistakes(own, text))


def test_a_file_that_cannot_be_read_is_named(own: Path) -> None:
    """A wrong path and broken TOML say the path, and how to go on without the file."""
    for text in (None, "[[models]\n"):
        if text is not None:
            own.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            all_models()
        assert [str(own)] == [problem.path for problem in caught.value.problems]
        assert f"unset {VARIABLE}" in caught.value.diagnostics()


DOCUMENT = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_documented_file_is_a_good_one(own: Path) -> None:
    """What docs/models.md shows can be copied."""
    own.write_text(DOCUMENT.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    known, new = (model_facts(name, "newapi") for name in ("doubao-seedance-2-0-260128", "seedance-2-0-relay"))
    assert (Decimal(55), (5, 10)) == (known.prices[0].amount, new.durations)


@pytest.mark.parametrize("field", sorted(ModelFacts.model_fields))
def test_every_field_is_explained(field: str) -> None:
    """A mistake sends people to docs/models.md, and there they find the field."""
    assert f"`{field}`" in DOCUMENT


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(sorted(ModelFacts.model_fields))


def toml(value: object) -> str:
    """A value as TOML writes it; None as a string, which no field of numbers takes."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{toml(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case int():
            return str(value)
        case _:
            return '"' + "".join(f"\\U{ord(c):08x}" for c in str(value) if not 0xD800 <= ord(c) < 0xE000) + '"'


@given(FIELDS, VALUES)
def test_whatever_stands_in_a_field_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    """Any value in any field gives the model or a list of problems, never another error."""
    path = tmp_path_factory.mktemp("own") / "ours.toml"
    entry = '[[models]]\ndialect = "ark"\nname = "ours"\nlike = "doubao-seedance-2-0-260128"\n'
    lines = [line for line in entry.splitlines() if not line.startswith(f"{field} =")]
    path.write_text("\n".join([*lines, f"{field} = {toml(value)}", ""]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(path))
        with suppress(InputError):
            assert PRO_15 in all_models()
