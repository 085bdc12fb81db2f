"""Words that must not be sent to a video model, by category, English and Chinese. The words are data, not code.

A text is first made plain and then read in several ways (`workprint.plain_text`). English phrases match whole words,
Chinese ones match anywhere. A match inside an allowed phrase is none: "nude lipstick" shows nobody.

This is a floor. A list knows no context, and whoever wants to get around it will; the provider moderates again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from workprint.moderation import Finding
from workprint.plain_text import plain, readings, spelled_out

_DATA = Path(__file__).parent / "data" / "lexicon.json"
ENGINE = "lexicon"
SEXUAL, MINORS, CHILDREN = "text.sexual", "text.minors", "text.children"
#: Shorter words would be found in any row of single letters.
_SPELLED_FROM = 4


@dataclass(frozen=True, slots=True)
class Group:
    """The words of one category and score."""

    rule: str
    score: float
    #: Refused in a negative prompt too.
    always: bool
    words: re.Pattern[str]
    #: The same words inside joined single letters; None where no word can be spelled out.
    spelled: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Groups of words, what is allowed, and what glin-profanity need not mention."""

    groups: tuple[Group, ...]
    allowed: re.Pattern[str]
    not_profane: frozenset[str]
    simplified: Mapping[int, str]

    def findings(self, text: str) -> dict[str, Finding]:
        """The first word found of each rule, the heaviest group first; children included."""
        straight, found = plain(text, self.simplified), dict[str, Finding]()
        for finding in (*self._read(straight), *self._spelled(straight)):
            if finding.rule not in found or found[finding.rule].score < finding.score:
                found[finding.rule] = finding
        return found

    def without_allowed(self, text: str) -> str:
        """The plain text less the phrases that only look bad, for engines that do not know them."""
        straight = plain(text, self.simplified)
        excused = self._excused(straight)
        return "".join(" " if _inside(place, excused) else sign for place, sign in enumerate(straight))

    def _read(self, straight: str) -> Iterator[Finding]:
        for reading in readings(straight):
            excused = self._excused(reading)
            for group in self.groups:
                words = (match for match in group.words.finditer(reading) if not _covered(match, excused))
                if word := next(words, None):
                    yield Finding(group.rule, group.score, ENGINE, excerpt=word.group(1))

    def _spelled(self, straight: str) -> Iterator[Finding]:
        for run in spelled_out(straight):
            for group in self.groups:
                if group.spelled is not None and (word := group.spelled.search(run)):
                    yield Finding(group.rule, group.score, ENGINE, excerpt=word.group())

    def _excused(self, reading: str) -> list[tuple[int, int]]:
        return [match.span(1) for match in self.allowed.finditer(reading)]


def check_text(text: str, lexicon: Lexicon | None = None) -> tuple[Finding, ...]:
    """Every category that has a word in the text, with the first word found.

    A child is no finding. Beside a sexual word, even one too weak to be blocked alone, it is `text.minors`.
    """
    found = (lexicon or standard_lexicon()).findings(text)
    child, sexual = found.pop(CHILDREN, None), found.get(SEXUAL)
    if child and sexual and MINORS not in found:
        found[MINORS] = Finding(MINORS, 1.0, ENGINE, excerpt=f"{child.excerpt} + {sexual.excerpt}")
    return tuple(found.values())


def check_unwanted(text: str, lexicon: Lexicon | None = None) -> tuple[Finding, ...]:
    """What is wrong with a negative prompt: it names what must not be seen, so only words nobody needs for that.

    It still reaches the provider, as "Avoid: ...", and must be no way around the moderation of what is wanted.
    """
    chosen = lexicon or standard_lexicon()
    groups = tuple(group for group in chosen.groups if group.always)
    return tuple(replace(chosen, groups=groups).findings(text).values())


def lexicon_from(values: Mapping[str, Any]) -> Lexicon:
    """A lexicon from its JSON; see `data/lexicon.json`."""
    simplified = str.maketrans(*values["simplified"])
    return Lexicon(
        groups=tuple(_group(entry, simplified) for entry in values["entries"]),
        allowed=_expression(values["allowed"], simplified, between=r"[\s_\-]*"),
        not_profane=frozenset(values["not_profane"]),
        simplified=simplified,
    )


@cache
def standard_lexicon() -> Lexicon:
    """The lexicon in the package."""
    return lexicon_from(json.loads(_DATA.read_text(encoding="utf-8")))


def _group(entry: Mapping[str, Any], simplified: Mapping[int, str]) -> Group:
    bare = [word.removeprefix("=") for word in entry["words"]]
    letters = [word for word in bare if word.isascii() and word.isalpha() and len(word) >= _SPELLED_FROM]
    return Group(
        rule=f"text.{entry['category']}",
        score=float(entry["score"]),
        always=bool(entry["always"]),
        words=_expression(entry["words"], simplified),
        spelled=re.compile("|".join(sorted(letters, key=len, reverse=True))) if letters else None,
    )


def _expression(words: list[str], simplified: Mapping[int, str], between: str = r"[\s_\-]+") -> re.Pattern[str]:
    """One expression for many phrases, the longest first; looking ahead, so that overlapping ones are all found.

    Phrases with Latin letters stand between other signs and may have simple endings; a leading `=` forbids endings.
    """
    ordered = sorted(words, key=len, reverse=True)
    latin = [_phrase(word, simplified, between) for word in ordered if word.isascii()]
    other = [re.escape(plain(word, simplified)) for word in ordered if not word.isascii()]
    whole = rf"(?<![a-z0-9])(?:{'|'.join(latin)})(?![a-z0-9])"
    return re.compile(f"(?=({'|'.join([*other, *([whole] if latin else [])])}))")


def _phrase(word: str, simplified: Mapping[int, str], between: str) -> str:
    escaped = re.sub(r"\\[ -]", lambda _: between, re.escape(plain(word.removeprefix("="), simplified)))
    return escaped if word.startswith("=") else rf"{escaped}(?:e?s|e?d|e?rs?|ing)?"


def _covered(match: re.Match[str], excused: list[tuple[int, int]]) -> bool:
    start, end = match.span(1)
    return any(first <= start and end <= last for first, last in excused)


def _inside(place: int, excused: list[tuple[int, int]]) -> bool:
    return any(first <= place < last for first, last in excused)
