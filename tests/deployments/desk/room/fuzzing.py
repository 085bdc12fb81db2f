"""Requests made from the OpenAPI document, most of them by somebody who is inside and knows what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from blocks.ledger import Ledger
from deployments.desk.room import csrf
from deployments.desk.room.sessions import COOKIE
from tests.deployments.desk.room.forms import form, guest
from tests.deployments.desk.room.room import KEY, LINKS, STAFF, inside, now, path, personal, session
from tests.deployments.desk.room.showing import furnished
from tests.workprint.briefs import shot
from tests.workprint.builders import plan, reference
from workprint.gates import Gate
from workprint.policy import Policy
from workprint.tickets import Ticket

PICTURE = reference(sha256="5a" * 32, key="references/5a5a.png")
#: Nine yes are never enough; a no and a wish for changes decide.
POLICY = Policy(quorum=9)
CAMPAIGNS = [str(uuid5(NAMESPACE_URL, f"campaign {number}")) for number in range(6)]
FILES = ["page.css", "page.js", "icon.svg", "none.css", "..%2Froutes.py", "%2e%2e%2froutes.py", "%00", "%0A"]
#: What closes a gate is rare: behind it there is nothing left to say.
WORDS = [*["approved"] * 9, *["rejected", ""] * 3, "revise"]
STRETCHES = [[0, 1], [0.5, 5], [-1, 2], [3, 1], [0, 1e9]]


@dataclass(frozen=True)
class Known:
    """What somebody inside knows."""

    gates: Mapping[str, Gate]
    ben: Ticket
    bot: Ticket
    film: str

    @classmethod
    async def of(cls, ledger: Ledger) -> "Known":
        """Campaigns with three drafts and an open question each, and two guests of the first."""
        plans = [plan(shots=[shot(subject=f"A watch of {name}")]) for name in CAMPAIGNS]
        own = {"references": {"hero": (PICTURE,)}}
        asked = [replace(one, campaign_id=name, **own) for one, name in zip(plans, CAMPAIGNS, strict=True)]
        gates = [await furnished(ledger, POLICY, one) for one in asked]
        ben = await guest(ledger, "Ben", "creative", campaign_id=CAMPAIGNS[0])
        bot = await guest(ledger, "bot", campaign_id=CAMPAIGNS[0], agent=True)
        film = next(iter(await ledger.films(CAMPAIGNS[0])))
        return cls(dict(zip(CAMPAIGNS, gates, strict=True)), ben, bot, film)

    def secrets(self) -> list[str]:
        """What no answer may hold."""
        cookies = [inside(self.ben), inside(self.bot), session(**STAFF)]
        return [KEY.get_secret_value(), *(cookie["cookie"].partition("=")[2].partition(".")[2] for cookie in cookies)]


def every_operation(document: dict[str, Any]) -> list[Any]:
    """The operations of the document, as schemathesis knows them."""
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def edges(operation: Any) -> Iterator[Case]:
    """One case for every edge of the operation's schemas, and for every method that it does not have."""
    config = operation.schema.config.generation_for(operation=operation)
    yield from operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    )


def fuzzed(operation: Any, most: int) -> Iterator[tuple[Case, int]]:
    """Cases that fit the schemas and, where there is something to break, cases that do not; each with a number."""
    breakable = bool(operation.body or operation.query or operation.definition.raw["security"])
    found: list[tuple[Case, int]] = []
    for mode in GenerationMode if breakable else (GenerationMode.POSITIVE,):
        cases = st.tuples(operation.as_strategy(generation_mode=mode), st.integers(0, 2**32))

        @seed(20261130)
        @settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def collect(one: tuple[Case, int]) -> None:
            found.append(one)

        collect()
    yield from found


def leads_elsewhere(case: Case) -> bool:
    """Whether another operation answers: names that the document takes out of those of campaigns."""
    parameters = case.operation.definition.raw["parameters"]
    taken = [name for one in parameters for name in one["schema"].get("not", {}).get("enum", ())]
    return unquote(str(case.path_parameters.get("campaign"))) in taken


def let_in(case: Case, known: Known, dice: Random) -> Case:
    """The same request of somebody inside, about what is there: two thirds of them, and those mostly."""
    if dice.random() < 1 / 3:
        return case
    who = dice.choice([known.ben, known.ben, known.bot, None, None, None])
    campaign = who.campaign_id if who else dice.choice(CAMPAIGNS)
    word = csrf.word_for(KEY, who.id if who else STAFF["s"])
    cookie = inside(who) if who else session(**STAFF)
    case.cookies = {COOKIE: cookie["cookie"].partition("=")[2]}
    _lead(case, known, campaign, dice)
    if case.method == "POST" and dice.random() < 0.95:
        token = str(case.path_parameters.get("token", ""))
        _fill(case, known, campaign, csrf.word_for_entering(KEY, token) if token else word, dice)
    return case


def _lead(case: Case, known: Known, campaign: str, dice: Random) -> None:
    """To places that are there."""
    link = path(personal(dice.choice([known.ben, known.bot]))).rpartition("/")[2]
    preview = LINKS.preview("drafts/cmp_1/sheet.webp", now()).rpartition("/")[2]
    there = {
        "campaign": campaign,
        "render_id": known.film,
        "sha256": PICTURE.sha256,
        "token": preview if case.path.startswith("/room/p/") else link,
        "file": dice.choice(FILES[:3] if dice.random() < 0.5 else FILES[3:]),
    }
    for name in case.path_parameters:
        if dice.random() < 0.8 and there[name]:
            case.path_parameters[name] = there[name]


def _fill(case: Case, known: Known, campaign: str, word: str, dice: Random) -> None:
    """The page's word, and what the page would say, whole or some of it."""
    case.headers[csrf.HEADER] = word
    right = _body(case.path.rpartition("/")[2], known.gates[campaign], dice) | {csrf.FIELD: word}
    if dice.random() < 0.4:
        case.body = right
    elif isinstance(case.body, dict):
        kept = {name: value for name, value in right.items() if name == csrf.FIELD or dice.random() < 0.7}
        case.body = {**case.body, **kept}


def _body(what: str, gate: Gate, dice: Random) -> dict[str, Any]:
    name = dice.choice(gate.variants)
    if what == "decide":
        said = {variant: dice.choice(WORDS) for variant in gate.variants}
        texts = {
            f"{field}:{variant}": dice.choice(["", *["closer"] * 9]) for field in ("note", "prompt") for variant in said
        }
        return form(gate, said, str(dice.random()), **texts)
    about = {"variant": name, "take": 1, "draft": gate.of(name)[0].draft}
    if what == "comments":
        return {**about, "text": "less steam", "second": dice.choice([None, 0, 2.5, 9]), "nonce": str(dice.random())}
    return {**about, "stretches": dice.sample(STRETCHES, 3)} if what == "watched" else {}
