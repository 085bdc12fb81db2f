"""The brief as a Prefect form: the same schema everywhere."""

from pathlib import Path
from typing import Any

from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.hydration import HydrationContext, hydrate
from prefect.utilities.schema_tools.validation import is_valid_schema, preprocess_schema, validate

from blocks.briefs import read_brief_file
from workprint.brief import Brief
from workprint.reading import brief_json, read_brief

SHOWCASE = Path(__file__).parents[2] / "deployments" / "samples" / "showcase.yaml"


def campaign(brief: Brief) -> None:
    """A flow's signature."""


def schema() -> dict[str, Any]:
    return parameter_schema(campaign).model_dump_for_openapi()


def errors(brief: dict[str, Any]) -> list[str]:
    found = validate({"brief": brief}, preprocess_schema(schema()), raise_on_error=False)
    return [error.message for error in found]


def test_the_brief_is_a_valid_form() -> None:
    """Prefect takes the schema of a flow with a brief as it is."""
    is_valid_schema(schema())
    assert schema()["required"] == ["brief"]


def test_the_form_takes_the_sample() -> None:
    """What the YAML file says can be typed into the form, and comes back as the same brief."""
    brief = read_brief_file(SHOWCASE).brief
    values = hydrate({"brief": brief_json(brief)}, HydrationContext())
    assert errors(values["brief"]) == []
    assert brief == read_brief(values["brief"])


def test_the_form_says_what_is_wrong() -> None:
    """The form knows the rules of the shapes before the run exists."""
    values = brief_json(read_brief_file(SHOWCASE).brief)
    assert errors({**values, "takes": 99})
    assert errors({**values, "colour": "red"})


def test_every_field_has_its_sentence_in_the_form() -> None:
    """Under every field of every part stands what it means."""
    parts = [part for part in schema()["definitions"].values() if part["type"] == "object"]
    bare = [f"{p['title']}.{n}" for p in parts for n, field in p["properties"].items() if not field.get("description")]
    assert (len(parts), bare) == (7, [])
