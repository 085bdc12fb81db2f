"""Words that must not be sent to a video model, by category, English and Chinese. The words are data, not code.

A text is first made plain: compatibility forms, case, zero-width characters, digits for letters. English phrases match
at word boundaries, Chinese ones anywhere. What a phrase of `allowed` covers is no match: "shoot a film" is no violence,
"red wine" no drug.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workprint.moderation import Finding

_DATA = Path(__file__).parent / "data" / "lexicon.json"
ENGINE = "lexicon"
#: Zero-width and directional marks that split a word without being seen.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
#: Three or more single letters with something between them.
_SPELLED = re.compile(r"(?<![^\W_])[^\W_](?:[ .*_\-]+[^\W_](?![^\W_])){2,}")
_CHINESE = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One expression per category and score, and one for what is allowed."""

    categories: tuple[tuple[str, float, re.Pattern[str]], ...]
    allowed: re.Pattern[str]


def check_text(text: str, lexicon: "Lexicon | None" = None) -> tuple[Finding, ...]:
    """Every category that has a word in the text, with the first word found. Sexual words beside minors are both.

    Suggestive words count beside minors only: a sexy car is no finding, a sexy child is the worst one.
    """
    chosen = lexicon or standard_lexicon()
    found = {finding.rule: finding for reading in _readings(text) for finding in _matches(reading, chosen)}
    charged = found.pop("text.suggestive", None) or found.get("text.sexual")
    if charged is None:
        found.pop("text.minors", None)  # children in a film are no finding; beside sexual words they are the worst one
    return tuple(found.values())


def harmless(word: str) -> bool:
    """Whether a word that another engine calls profane is an ordinary word of an advertisement."""
    return plain(word) in _harmless()


def without_allowed(text: str, lexicon: "Lexicon | None" = None) -> str:
    """The plain text less the phrases that only look bad, for engines that do not know them."""
    return (lexicon or standard_lexicon()).allowed.sub(" ", plain(text))


def plain(text: str) -> str:
    """The text without disguise: NFKC, lower case, no invisible marks, single spaces."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"\s+", " ", seen).strip()


@cache
def _values() -> Any:
    return json.loads(_DATA.read_text(encoding="utf-8"))


@cache
def _harmless() -> frozenset[str]:
    return frozenset(plain(word) for word in _values()["harmless"])


@cache
def standard_lexicon() -> Lexicon:
    """The lexicon in the package."""
    values = _values()
    categories = tuple(
        (f"text.{entry['category']}", float(entry["score"]), _expression(entry["words"])) for entry in values["entries"]
    )
    return Lexicon(categories, _expression(values["allowed"]))


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, with digits read as letters, and with spelled-out words joined ("n u d e")."""
    straight = plain(text)
    yield straight
    yield straight.translate(_LEET)
    yield _SPELLED.sub(_joined, straight).translate(_LEET)
    yield re.sub(r"(?<=[\u3400-\u9fff])[\s.*_\-·]+(?=[\u3400-\u9fff])", "", straight)


def _joined(spelled: re.Match[str]) -> str:
    """The letters as one word; also without the first or last, which may be a word of its own ("a n u d e")."""
    letters = re.sub(r"[ .*_\-]+", "", spelled.group())
    return f"{letters} {letters[1:]} {letters[:-1]}"


def _matches(reading: str, lexicon: Lexicon) -> Iterator[Finding]:
    rest = lexicon.allowed.sub(" ", reading)
    for rule, score, expression in lexicon.categories:
        if match := expression.search(rest):
            yield Finding(rule, score, ENGINE, excerpt=match.group())


def _expression(words: list[str]) -> re.Pattern[str]:
    """One expression for many phrases, the longest first. English ones also match their simple endings."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_phrase(word) for word in ordered))


def _phrase(word: str) -> str:
    escaped = re.escape(plain(word)).replace(r"\ ", r"[\s_\-]+")
    return escaped if _CHINESE.search(word) else rf"\b{escaped}(?:s|es|ed|d|ing)?\b"
