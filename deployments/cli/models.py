"""`workprint models`."""

import json
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from workprint.brief import InputType, Resolution


def models(
    *,
    dialect: Annotated[str | None, Parameter(help="Only models a provider block of this dialect can name.")] = None,
    input_type: Annotated[InputType | None, Parameter(help="Only models that start from this.")] = None,
    resolution: Annotated[Resolution | None, Parameter(help="Only models that make drafts or finals of it.")] = None,
    max_price: Annotated[
        Decimal | None, Parameter(help="Most that draft and final of five seconds may cost, in the model's currency.")
    ] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="One JSON object.")] = False,
) -> None:
    """List the models Workprint knows: what each can do, what five seconds cost, how old the price is, what to mind.

    Models of your own, and better prices, go into a TOML file that WORKPRINT_MODELS names.
    """
    from datetime import UTC, datetime

    from deployments.cli.models_view import show, values
    from workprint.catalogue import matches, overview
    from workprint.dialects.registry import dialect as known_dialect
    from workprint.models import all_models

    if dialect is not None:
        known_dialect(dialect)
    today = datetime.now(UTC).date()
    found = [overview(facts, today) for facts in all_models(dialect) if matches(facts, input_type, resolution)]
    if max_price is not None:
        found = [one for one in found if one.together is not None and one.together <= max_price]
    if as_json:
        print(json.dumps({"models": [values(one) for one in found]}, ensure_ascii=False))
    else:
        show(found)
