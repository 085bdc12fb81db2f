"""The view-model of a campaign's page, from what the ledger tells. Pure data: `now` is an argument."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from deployments.desk.room.asking import Asking, Question, Said, asking_of
from deployments.desk.room.cuts import Cut, Reel, cuts_of
from deployments.desk.room.moments import Moment, moments_of
from deployments.desk.room.texts import file_name
from workprint.board import Board
from workprint.boards import board_of
from workprint.brief import Brief, Shot
from workprint.campaigns import Campaign
from workprint.charges import ChargeState
from workprint.problems import Problem
from workprint.render import Claim, Decision
from workprint.room_links import Guest
from workprint.safe_zones import SafeZone, safe_zones
from workprint.spec import Kind
from workprint.variants import Variant, expand
from workprint.watched import Watched


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the ledger knows of a campaign and every guest may see."""

    campaign: Campaign
    reel: Reel
    said: Said


@dataclass(frozen=True, slots=True)
class Money:
    """In whole units of `currency` (ISO 4217)."""

    #: What all finals that wait for an answer cost at most.
    finals: Decimal
    #: What was spent or ordered so far.
    committed: Decimal
    #: The part of it of which nobody knows whether it was charged.
    unknown: Decimal
    budget: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Slide:
    """One variant on the page."""

    #: Counts over the whole page from 1: the key that leads to it.
    number: int
    variant: Variant
    cuts: tuple[Cut, ...]
    #: What its final costs at most, or cost; None while no model is known.
    price: Decimal | None
    #: Whether the final was ordered: the price is what it cost.
    made: bool
    question: Question | None
    #: The provider no longer keeps the draft: a final would be another film.
    forgotten: bool

    @property
    def ratio_class(self) -> str:
        """The name of its shape for the style sheet."""
        return f"ratio-{self.variant.ratio.replace(':', 'x')}"

    @property
    def shown(self) -> Cut | None:
        """The cut the page opens with."""
        return next((cut for cut in self.cuts if cut.shown), None)


@dataclass(frozen=True, slots=True)
class Picture:
    """A reference picture of a shot."""

    sha256: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot: its variants side by side."""

    shot: Shot
    pictures: tuple[Picture, ...]
    slides: tuple[Slide, ...]

    @property
    def seconds(self) -> float:
        """The longest film of it that can be played."""
        films = [cut.film.duration for slide in self.slides for cut in slide.cuts if cut.film]
        return max(films, default=0.0)

    @property
    def zones(self) -> tuple[SafeZone, ...]:
        """Safe zones that are known for one of its ratios."""
        ratios = {slide.variant.ratio for slide in self.slides}
        return tuple(zone for zone in safe_zones() if zone.ratio in ratios)


@dataclass(frozen=True, slots=True)
class Page:
    """One campaign for one guest."""

    campaign: Campaign
    brief: Brief
    guest: Guest
    now: datetime
    #: Key of the words `status_<status>`.
    status: str
    asking: Asking | None
    money: Money
    scenes: tuple[Scene, ...]
    history: tuple[Moment, ...]
    #: What was wrong with the form that was just sent, and what it said.
    problems: tuple[Problem, ...] = ()
    kept: Mapping[str, str] | None = None

    def form(self, field: str, otherwise: str = "") -> str:
        """What the form that was just sent said in a field."""
        return self.kept.get(field, otherwise) if self.kept is not None else otherwise


def page_of(
    facts: Facts,
    guest: Guest,
    now: datetime,
    *,
    problems: Sequence[Problem] = (),
    kept: Mapping[str, str] | None = None,
) -> Page:
    """The page of a campaign for one guest. `facts.reel.watched` is that guest's."""
    campaign, said, reel = facts.campaign, facts.said, facts.reel
    brief = Brief.model_validate(campaign.brief["brief"])
    offers = said.gates[-1].offers if said.gates else ()
    board = board_of(campaign, reel.claims, reel.approvals, now, offers)
    asking = asking_of(said, _current(campaign), brief, board, guest, now) if said.gates else None
    return Page(
        campaign=campaign,
        brief=brief,
        guest=guest,
        now=now,
        status=_status(campaign, asking, board),
        asking=asking,
        money=_money(brief, board, asking, reel.claims),
        scenes=tuple(_scenes(campaign, brief, board, asking, reel)),
        history=moments_of(said, reel.claims, reel.films),
        problems=tuple(problems),
        kept=kept,
    )


def drafts_in(facts: Facts) -> tuple[str, ...]:
    """SHA-256 of every draft and final that can be watched."""
    return tuple({film.sha256 for film in facts.reel.films.values()})


def with_watched(facts: Facts, watched: Mapping[str, Watched]) -> Facts:
    """The same facts with what one guest has watched."""
    reel = facts.reel
    return Facts(facts.campaign, Reel(reel.claims, reel.approvals, reel.films, reel.comments, watched), facts.said)


def _current(campaign: Campaign) -> str | None:
    return campaign.gate if campaign.closed_at is None else None


def _status(campaign: Campaign, asking: Asking | None, board: Board | None) -> str:
    """Where the campaign stands, in one word."""
    if campaign.closed_at is not None:
        return "closed"
    if asking is not None and asking.open:
        return "asking"
    if board is None or asking is None or board.to_draft:
        return "drafting"
    if any(claim.kind is Kind.FINAL for claim in board.claims):
        return "making"
    return "over" if asking.gate.closed_at is None else "decided"


def _money(brief: Brief, board: Board | None, asking: Asking | None, claims: Sequence[Claim]) -> Money:
    questions = asking.questions.values() if asking else ()
    doubtful = [c.render for c in claims if not c.adopted and c.render.charge_state is ChargeState.UNKNOWN]
    return Money(
        finals=sum((question.price for question in questions if question.open), Decimal(0)),
        committed=board.committed if board else Decimal(0),
        unknown=sum((render.charge_amount for render in doubtful), Decimal(0)),
        budget=brief.budget.amount,
        currency=brief.budget.currency,
    )


def _scenes(
    campaign: Campaign, brief: Brief, board: Board | None, asking: Asking | None, reel: Reel
) -> Iterator[Scene]:
    every = board.current if board else expand(brief)
    numbers = {variant.name: place for place, variant in enumerate(every, start=1)}
    for shot in brief.shots:
        slides = tuple(
            _slide(numbers[variant.name], variant, board, asking, reel)
            for variant in every
            if variant.shot.name == shot.name
        )
        yield Scene(shot, tuple(_pictures(campaign, shot)), slides)


def _slide(number: int, variant: Variant, board: Board | None, asking: Asking | None, reel: Reel) -> Slide:
    question = asking.questions.get(variant.name) if asking else None
    return Slide(
        number=number,
        variant=variant,
        cuts=cuts_of(reel, variant.name),
        price=question.price if question and question.open else _price(board, variant),
        made=board is not None and board.render(variant, Kind.FINAL) is not None,
        question=question,
        forgotten=board is not None and (variant.name, variant.take) in board.plan.lapsed,
    )


def _price(board: Board | None, variant: Variant) -> Decimal | None:
    """What its final cost, or may cost at most; None where none will be made."""
    if board is None or board.decision(variant) is Decision.REJECTED:
        return None
    final = board.render(variant, Kind.FINAL)
    return final.charge_amount if final else board.plan.price(board.plan.final(variant))


def _pictures(campaign: Campaign, shot: Shot) -> Iterator[Picture]:
    for frozen in campaign.brief["references"].get(shot.name, ()):
        if frozen["media_type"].startswith("image/"):
            yield Picture(frozen["sha256"], frozen["role"], file_name(frozen["source"]))
