"""The nearest thing a model can do to what was asked for: a refusal names it."""

from collections.abc import Iterable, Sequence

from workprint.sizes import RATIOS, SHORT_SIDES


def nearest_seconds(able: Sequence[int], asked: int) -> tuple[int, ...]:
    """The longest film that is not longer than asked, and the shortest that is not shorter; one where both are one."""
    below, above = [s for s in able if s <= asked], [s for s in able if s >= asked]
    return tuple(sorted({*([max(below)] if below else ()), *([min(above)] if above else ())}))


def nearest_resolution(able: Iterable[str], asked: str) -> str:
    """The one whose short side is nearest; the smaller of two that are equally near."""
    return min(able, key=lambda word: (abs(SHORT_SIDES[word] - SHORT_SIDES[asked]), SHORT_SIDES[word]))


def nearest_ratio(able: Iterable[str], asked: str) -> str:
    """The one of which a film in the asked ratio loses least by a crop; the first of two that are equally near."""
    wanted = RATIOS[asked]
    return min(able, key=lambda word: -min(RATIOS[word] / wanted, wanted / RATIOS[word]))


def either(values: Iterable[object], word: str = "or") -> str:
    """`5`, `5 or 10`, `4, 6 or 8`."""
    *first, last = [str(value) for value in values]
    return f"{', '.join(first)} {word} {last}" if first else last
