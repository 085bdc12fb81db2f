"""The CLI as a user has it: a process of its own."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import deployments

_ROOT = Path(deployments.__file__).parents[1]
SAMPLES = Path(str(files("deployments") / "samples"))


def environment(home: Path) -> dict[str, str]:
    """Ours, with this home, and the code found wherever the command is started."""
    return {**os.environ, "WORKPRINT_HOME": str(home), "PYTHONPATH": str(_ROOT)}


def workprint(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, with more environment variables."""
    argv = (sys.executable, "-m", "deployments.cli", *words)
    env = {**environment(home), **more}
    return subprocess.run(argv, env=env, cwd=home.parent, text=True, capture_output=True, check=False)
