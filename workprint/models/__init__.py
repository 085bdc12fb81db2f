"""What each model can do and what it costs: facts as dated data, every figure with its source.

`model_facts(name, dialect)` gives the `ModelFacts` of a model as one dialect sells it, `all_models(dialect)` and
`known_models(dialect)` list them. One TOML file per dialect lies in this package (`ark.toml` ...); an absent one is a
dialect of which nothing is known. `WORKPRINT_MODELS` names a file of the user's own, of the same form, whose entries
add to these or override them field by field. The files are read once, at the first question: data of the package and of
the user, the one exception to "workprint reads nothing". docs/models.md explains every field.

A file: `dialect = "ark"` at the top (an entry may say its own), then `[[models]]` entries with the fields of
`ModelFacts`; `like = "other-name"` starts from another model of the dialect, of which `sources` are kept one by one;
`sizes = "word"` names a table `[sizes.word.720p]` of the same file. Whatever is left out is "none" or "not documented".

How a spec is told to the provider: `workprint.dialects.wording.spec_text(spec, facts)` is the whole text (prompt,
camera, sound, what to avoid), the very one the quote shows; `facts.body_fields(spec)` are the fields of the body for
camera and sound, and `facts.fields` whatever else the dialect keeps per model.

A price is an estimate until the provider reports its own figure. Where sources disagree the dearer reading is taken, so
that a quote is a ceiling. A model without prices is neither quoted nor ordered. May import what workprint imports; must
not import dialects (they import this).
"""

from workprint.models.book import VARIABLE, all_models, known_models, model_facts
from workprint.models.facts import PRICE, DraftMode, Limits, ModelFacts
from workprint.models.prices import Figure, Tier

__all__ = [
    "PRICE",
    "VARIABLE",
    "DraftMode",
    "Figure",
    "Limits",
    "ModelFacts",
    "Tier",
    "all_models",
    "known_models",
    "model_facts",
]
