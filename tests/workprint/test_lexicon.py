"""The lexicon: which words count, in which disguise, beside which others."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workprint
from workprint.lexicon import check_text, plain, without_allowed

DATA = json.loads((Path(workprint.__file__).parent / "data" / "lexicon.json").read_text(encoding="utf-8"))
DISGUISED = [
    "nude",
    "NUDE",
    "ｎｕｄｅ",
    "nu\u200bde",
    "n u d e",
    "n.u.d.e",
    "n-u-d-e",
    "nud3",
    "全裸",
    "全 裸",
    "全·裸",
    "全\u200b裸",
]


def rules(text: str) -> set[str]:
    return {finding.rule for finding in check_text(text)}


@pytest.mark.parametrize("word", DISGUISED)
def test_disguise_does_not_help(word: str) -> None:
    """Case, full width, invisible marks, separators and digits for letters hide no word."""
    assert {"text.sexual"} == rules(f"a {word} model")


@pytest.mark.parametrize("text", ["a child plays", "a sexy sports car", "儿童踢球", "性感的跑车"])
def test_children_and_charm_alone_are_fine(text: str) -> None:
    """Children alone and suggestive words alone are no finding."""
    assert set() == rules(text)


@pytest.mark.parametrize("text", ["a sexy child", "naked teenager", "性感 幼女", "少女 内衣 写真", "schoolgirl 性感"])
def test_children_beside_charm_are_always_found(text: str) -> None:
    """Minors beside anything sexual or suggestive are found, across both languages."""
    assert "text.minors" in rules(text)


@pytest.mark.parametrize("phrase", DATA["allowed"])
def test_allowed_phrase_is_no_finding(phrase: str) -> None:
    """Each phrase that only looks bad is let through on its own."""
    assert set() == rules(phrase)


def test_allowed_phrase_covers_itself_only() -> None:
    """A bad word beside an allowed phrase is still found."""
    assert {"text.drugs"} == rules("red wine and cocaine")


def test_every_word_is_found_in_a_sentence() -> None:
    """Each word of the lexicon is found when a prompt has it, except where only the company of others counts."""
    alone = {"minors", "suggestive"}
    entries = [(e["category"], word) for e in DATA["entries"] if e["category"] not in alone for word in e["words"]]
    assert [] == [(c, word) for c, word in entries if f"text.{c}" not in rules(f"one {word} here")]


def test_lexicon_is_broad() -> None:
    """Each category has words of both languages, and together there are more than 300."""
    counts = Counter((e["category"], word.isascii()) for e in DATA["entries"] for word in e["words"])
    wanted = ("sexual", "violence", "hate", "drugs", "gambling", "minors", "suggestive")
    assert [] == [(c, ascii_) for c in wanted for ascii_ in (True, False) if counts[c, ascii_] < 10]
    assert sum(counts.values()) > 300


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """No text breaks the check, and making a text plain twice changes nothing more."""
    check_text(text)
    assert without_allowed(text) == without_allowed(plain(text))
