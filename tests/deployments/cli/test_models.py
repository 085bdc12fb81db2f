"""`workprint models`, a user's own file of models, and what the quote says of a model."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.cli.command import SAMPLES, workprint
from workprint.models import all_models

SHOWCASE = str(SAMPLES / "showcase.yaml")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def listed(home: Path, *words: str, **more: str) -> list[dict[str, Any]]:
    """The models of `workprint models --json`."""
    ran = workprint(home, "models", "--json", *words, **more)
    assert (0, "") == (ran.returncode, ran.stderr)
    models: list[dict[str, Any]] = json.loads(ran.stdout)["models"]
    return models


def own_file(folder: Path, text: str) -> dict[str, str]:
    """The environment that names a file of the user's own."""
    path = folder / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return {"WORKPRINT_MODELS": str(path)}


def test_all_models_are_listed_with_what_they_cost(home: Path) -> None:
    """The table has every model with its abilities, the price of five seconds and its age, and warnings below."""
    ran = workprint(home, "models")
    assert (0, "") == (ran.returncode, ran.stderr)
    assert all(facts.name in ran.stdout for facts in all_models())
    assert "drafts native at 480p" in ran.stdout
    assert "Warning: ark doubao-seedance-1-0-pro-250528" in ran.stdout
    assert "no price of seedance-2.0 is known" in ran.stdout


def test_filters_leave_what_fits(home: Path) -> None:
    """Dialect, input type, resolution and highest price each leave only models that fit; together all of them count."""
    assert {"kling"} == {model["dialect"] for model in listed(home, "--dialect", "kling")}
    for model in listed(home, "--input-type", "video_to_video", "--resolution", "4k"):
        assert "video_to_video" in model["input_types"]
        assert "4k" in model["resolutions"]
    cheap = listed(home, "--dialect", "ark", "--max-price", "2.5")
    assert "doubao-seedance-1-5-pro-251215" in {model["name"] for model in cheap}
    assert all(Decimal(m["example"]["draft"]) + Decimal(m["example"]["final"]) <= Decimal("2.5") for m in cheap)


def test_nothing_found_says_so(home: Path) -> None:
    """A search without a hit is no error, and names the way back."""
    ran = workprint(home, "models", "--dialect", "alltoken", "--max-price", "1")
    assert (0, "No model is like that. `workprint models` lists them all.") == (ran.returncode, ran.stdout.strip())


def test_an_unknown_dialect_is_wrong_input(home: Path) -> None:
    """A typing error names the dialects there are."""
    ran = workprint(home, "models", "--dialect", "klingon")
    assert 2 == ran.returncode
    assert "use one of: alltoken, ark" in ran.stderr


def test_your_own_file_adds_and_overrides(home: Path, tmp_path: Path) -> None:
    """A model of your own is listed, quoted and checked like any other."""
    named = own_file(
        tmp_path,
        '[[models]]\ndialect = "ark"\nname = "ours"\nlike = "doubao-seedance-1-5-pro-251215"\n'
        'prices = [{ resolutions = ["480p", "720p", "1080p"], unit = "video", amount = "1" }]\n'
        '[models.sources.price]\nsource = "our contract"\ndate = 2026-11-01\ntrust = "official"\n',
    )
    assert "ours" in {model["name"] for model in listed(home, "--dialect", "ark", **named)}
    quoted = workprint(home, "quote", SHOWCASE, "--model", "ours", "--json", **named)
    worst = json.loads(quoted.stdout)
    assert ("ours", Decimal(2 * len(worst["variants"]))) == (worst["model"], Decimal(worst["total"]))


def test_mistakes_in_your_own_file_come_in_one_list(home: Path, tmp_path: Path) -> None:
    """Every command that asks for a model names file, model, field, rule and fix of all mistakes, and no traceback."""
    named = own_file(tmp_path, '[[models]]\ndialect = "ark"\nname = "ours"\nspeed = 9\nseed = "often"\n')
    for words in (["models"], ["quote", SHOWCASE], ["check", SHOWCASE]):
        ran = workprint(home, *words, **named)
        assert (2, "") == (ran.returncode, ran.stdout)
        assert "error: ours.toml: ours: speed: Extra inputs are not permitted -> remove it" in ran.stderr
        assert "error: ours.toml: ours: seed: " in ran.stderr
        assert "Traceback" not in ran.stderr


def test_a_quote_shows_the_text_that_is_sent(home: Path) -> None:
    """Before anything is spent one reads the very words the model will get, on screen and in JSON."""
    shown = workprint(home, "quote", SHOWCASE)
    assert 0 == shown.returncode
    assert "Text sent, in the model's own words:" in shown.stdout
    worst = json.loads(workprint(home, "quote", SHOWCASE, "--json").stdout)
    assert None is worst["chosen"]
    for line in worst["variants"]:
        assert "Camera: " in line["text"]
        assert line["text"] in shown.stdout


def test_a_model_says_which_dialect_it_is_checked_in(home: Path) -> None:
    """A name only one dialect has needs no provider block: the brief is held to that model."""
    ran = workprint(home, "check", SHOWCASE, "--model", "MiniMax-H3")
    assert 2 == ran.returncode
    assert "the prices of MiniMax-H3 are in USD, the budget is in CNY" in ran.stderr
