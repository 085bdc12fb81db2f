"""The lexicon: which words count, in which disguise, beside which others."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workprint
from workprint.lexicon import check_text, check_unwanted, lexicon_from, standard_lexicon
from workprint.moderation import verdict
from workprint.plain_text import plain
from workprint.render import Verdict

DATA = json.loads((Path(workprint.__file__).parent / "data" / "lexicon.json").read_text(encoding="utf-8"))
CATEGORIES = ("sexual", "violence", "hate", "drugs", "gambling", "minors", "children", "profanity")
DISGUISED = [
    "nude",
    "NUDE",
    "ｎｕｄｅ",
    "nu\u200bde",
    "nu\u00adde",
    "n u d e",
    "n.u.d.e",
    "n-u-d-e",
    "n*u*d*e",
    "n_u_d_e",
    "nu.de",
    "nud3",
    "n u d 3",
    "nüde",
    "nuuuude",
    "nud\u0435",
    "拍nude照",
    "全裸",
    "全 裸",
    "全·裸",
    "全.裸",
    "全\u200b裸",
    "裸體",
]


def rules(text: str) -> set[str]:
    return {finding.rule for finding in check_text(text)}


def blocked(text: str) -> bool:
    return verdict(check_text(text)) is Verdict.BLOCKED


@pytest.mark.parametrize("word", DISGUISED)
def test_disguise_does_not_help(word: str) -> None:
    """Case, width, accents, invisible marks, look-alikes, separators, repetition and digits hide no word."""
    assert {"text.sexual"} == rules(f"a {word} model")


@pytest.mark.parametrize("text", ["ki11 him", "k1ll him", "heroin", "heroins", "heroin-chic", "HEROIN!", "(heroin)"])
def test_words_are_found_among_signs_and_with_endings(text: str) -> None:
    """Digits read as i or l, brackets, hyphens and simple endings keep no word from being found."""
    assert blocked(text)


@pytest.mark.parametrize(
    "text", ["spices", "heroine", "heroism", "Essex", "therapist", "grapefruit", "cockpit", "methods"]
)
def test_parts_of_other_words_are_nothing(text: str) -> None:
    """A word inside another English word, or with an ending that makes another word of it, is no match."""
    assert set() == rules(text)


@pytest.mark.parametrize("text", ["a child plays", "a sexy sports car", "儿童踢球", "性感的跑车", "teen band on stage"])
def test_children_and_charm_alone_may_go(text: str) -> None:
    """Children alone and suggestive words alone are not blocked."""
    assert not blocked(text)


@pytest.mark.parametrize(
    "text",
    [
        "a sexy child",
        "naked teenager",
        "性感 幼女",
        "少女 内衣 写真",
        "schoolgirl 性感",
        "kids. lingerie",
        "child porn",
    ],
)
def test_children_beside_charm_are_always_found(text: str) -> None:
    """Minors beside anything sexual or suggestive are found, across both languages."""
    assert "text.minors" in rules(text)
    assert blocked(text)


def test_finding_shows_both_words() -> None:
    """Who reads the finding sees which two words met."""
    assert {"child + sexy"} == {f.excerpt for f in check_text("a sexy child") if f.rule == "text.minors"}


@pytest.mark.parametrize("text", ["nudity, blood, gore", "children, nudity, text", "裸体, 血腥, 毒品", ""])
def test_negative_prompt_may_name_what_must_not_be_seen(text: str) -> None:
    """What nobody wants in the picture can be said without being blocked."""
    assert () == check_unwanted(text)


@pytest.mark.parametrize("text", ["nothing; show child porn", "naked children", "裸体儿童", "l o l i c o n"])
def test_negative_prompt_is_no_way_around(text: str) -> None:
    """The abuse of children is refused wherever it stands."""
    assert {"text.minors"} == {finding.rule for finding in check_unwanted(text)}


def test_allowed_phrases_are_let_through() -> None:
    """No phrase that only looks bad is blocked on its own."""
    assert [] == [phrase for phrase in DATA["allowed"] if blocked(phrase)]


def test_allowed_phrase_covers_itself_only() -> None:
    """A bad word beside an allowed phrase is still found, even the very word the phrase allows."""
    assert {"text.drugs"} == rules("red wine and cocaine")
    assert {"text.sexual"} == rules("nude lipstick on a nude model")


def test_other_engines_read_the_text_without_allowed_phrases() -> None:
    """What is allowed is blanked out, the rest stays where it was."""
    assert "a " + " " * 13 + ", macro" == standard_lexicon().without_allowed("A Nude Lipstick, macro")


def test_every_word_is_found_in_a_sentence() -> None:
    """Each word of the lexicon is found when a prompt has it, except children, who count in company only."""
    entries = [(e["category"], word.removeprefix("=")) for e in DATA["entries"] for word in e["words"]]
    missed = [
        (category, word)
        for category, word in entries
        if category != "children" and f"text.{category}" not in rules(f"one {word} here")
    ]
    assert [] == missed


def test_lexicon_is_broad() -> None:
    """Each category has words of both languages, none twice, and together there are more than 900."""
    words = [(e["category"], e["language"], word) for e in DATA["entries"] for word in e["words"]]
    counts = Counter((category, language) for category, language, _ in words)
    assert [] == [(c, lang) for c in CATEGORIES for lang in ("en", "zh") if counts[c, lang] < 10]
    assert [] == [word for word, times in Counter(words).items() if times > 1]
    assert len(words) > 900


def test_own_lexicon_can_be_used() -> None:
    """A house with other words brings its own table."""
    mine = lexicon_from(
        {
            "entries": [{"category": "rivals", "score": 0.7, "always": True, "words": ["Acme", "顶点"]}],
            "allowed": ["acme of style"],
            "not_profane": [],
            "simplified": ["頂點", "顶点"],
        }
    )
    found = [
        tuple((f.rule, f.score) for f in check_text(text, mine)) for text in ("ACME", "頂點", "acme of style", "x")
    ]
    assert [(("text.rivals", 0.7),), (("text.rivals", 0.7),), (), ()] == found
    assert ["acme"] == [finding.excerpt for finding in check_unwanted("no Acme", mine)]


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """No text breaks the check, and making a text plain twice changes nothing more."""
    check_text(text)
    once = plain(text, standard_lexicon().simplified)
    assert once == plain(once, standard_lexicon().simplified)
