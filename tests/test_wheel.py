"""The wheel holds everything the checkout does: code, data, migrations, samples, and the deployments' file."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ["workprint", "blocks", "tasks", "flows", "deployments"]
#: Folders of each package that hold files which are no Python, as a program finds them.
_ASK = """
import importlib, json, sys
from importlib.resources import files
from pathlib import Path

sys.path[:0] = sys.argv[1:]
packages = [importlib.import_module(name) for name in {packages}]
from blocks.ledger import migrate
from workprint.models import model_facts

print(json.dumps({{
    "where": [str(Path(package.__file__).parents[1]) for package in packages],
    "data": sorted(
        str(path.relative_to(root)) for package in packages for root in [Path(package.__file__).parents[1]]
        for path in Path(package.__file__).parent.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    ),
    "migrations": sorted(path.name for path in Path(migrate.__file__).parent.rglob("v0*.py")),
    "model": model_facts("doubao-seedance-1-5-pro-251215", "ark").dialect,
    "yaml": (files("deployments") / "prefect.yaml").read_text(encoding="utf-8")[:1],
}}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the wheel in it, and nothing it depends on. No index is asked for anything."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    build = ("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT))
    subprocess.run((*pip, *build), check=True)
    (wheel,) = folder.glob("workprint-*.whl")
    target = folder / "installed"
    subprocess.run((*pip, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)), check=True)
    return target


@pytest.fixture(scope="module")
def told(installed: Path) -> dict[str, object]:
    """What a fresh interpreter says that has the wheel, the dependencies, and not the checkout."""
    ask = _ASK.format(packages=PACKAGES)
    # -S keeps the link to the checkout (a .pth file of site-packages) out; the dependencies come back by their path.
    argv = (sys.executable, "-I", "-S", "-c", ask, str(installed), sysconfig.get_path("purelib"))
    ran = subprocess.run(argv, cwd=installed, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_the_five_packages_come_from_the_wheel(installed: Path, told: dict[str, object]) -> None:
    """Installed alone into an empty folder, each of the five packages is imported from there."""
    assert [str(installed)] * len(PACKAGES) == told["where"]


def test_every_data_file_is_in_the_wheel(told: dict[str, object]) -> None:
    """What git knows in the packages and is no Python (models, lexicon, samples, prefect.yaml) lies in the wheel."""
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = [name for name in listed.stdout.splitlines() if not name.endswith(".py") and (ROOT / name).is_file()]
    assert {"workprint/models/ark.toml", "workprint/data/lexicon.json", "deployments/prefect.yaml"} < set(wanted)
    assert sorted(wanted) == told["data"]


def test_the_wheel_can_do_what_the_checkout_does(told: dict[str, object]) -> None:
    """From the wheel the price table is read, and the ledger's migrations are all there."""
    versions = ROOT / "blocks" / "ledger" / "migrations" / "versions"
    assert sorted(path.name for path in versions.glob("v0*.py")) == told["migrations"]
    assert told["model"] == "ark"


def test_the_command_starts_from_the_wheel(installed: Path) -> None:
    """`workprint check` of a sample in the wheel ends with 0, without the checkout."""
    code = (
        f"import sys; sys.path[:0] = [{str(installed)!r}, {sysconfig.get_path('purelib')!r}]; "
        "from deployments.cli import main; main()"
    )
    sample = installed / "deployments" / "samples" / "showcase.yaml"
    argv = (sys.executable, "-I", "-S", "-c", code, "check", str(sample))
    ran = subprocess.run(argv, cwd=installed, capture_output=True, text=True, check=False)
    assert [0, True] == [ran.returncode, "hero-9x16-5s" in ran.stdout], ran.stderr
