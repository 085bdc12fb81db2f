"""What holds for the whole checkout: folders say their contracts, values are frozen, no file knows the machine."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["workprint", "blocks", "tasks", "flows", "deployments"]
HEADINGS = ["Purpose:", "May import:", "Must not:", "Pitfalls:"]
#: Glued together, so that this file does not find itself.
INDEX_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org"]
MACHINE_PATHS = ["/" + "work/", "/" + "root/"]


def tracked() -> list[Path]:
    """Every file git knows of and that stands in the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def naming(word: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in tracked() if word.encode() in path.read_bytes()]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_folder_says_its_contract(package: str) -> None:
    """The docstring of a package names purpose, what it may import, what it must not do, and its pitfalls, in order."""
    contract = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    places = [contract.find(f"\n{heading}") for heading in HEADINGS]
    assert -1 not in places
    assert sorted(places) == places


@pytest.mark.parametrize("host", INDEX_HOSTS)
def test_no_file_names_an_index_host(host: str) -> None:
    """Where packages come from is the machine's business and never the project's."""
    assert [] == naming(host)


@pytest.mark.parametrize("path", MACHINE_PATHS)
def test_no_file_knows_the_machine(path: str) -> None:
    """No tracked file names a folder of the machine it was written on."""
    assert [] == naming(path)


def test_values_are_frozen() -> None:
    """Every dataclass that decides is frozen and has slots: a change makes a copy."""
    assert [] == [f"{path.name}:{line}" for path in (ROOT / "workprint").rglob("*.py") for line in loose_values(path)]


def loose_values(path: Path) -> list[int]:
    """Lines of dataclass decorators that do not say `frozen=True, slots=True`."""
    classes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]
    decorators = [decorator for node in classes for decorator in node.decorator_list]
    said = {decorator.lineno: ast.unparse(decorator) for decorator in decorators}
    frozen = "dataclass(frozen=True, slots=True)"
    return [line for line, text in said.items() if text.startswith("dataclass") and text != frozen]
