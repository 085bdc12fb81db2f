"""What really runs, read from /proc: who belongs to a home, who executes a flow run."""

from pathlib import Path


def of_home(home: Path) -> list[str]:
    """The command line of every living process that knows this home, by its environment or by its arguments."""
    mark = str(home).encode()
    return [_words(folder) for folder in _alive() if mark in _read(folder / "environ") + _read(folder / "cmdline")]


def of_run(run_id: str) -> list[int]:
    """The process ids that execute this flow run now: one, or two when somebody else is at it as well."""
    mark = f"PREFECT__FLOW_RUN_ID={run_id}\0".encode()
    return [int(folder.name) for folder in _alive() if mark in _read(folder / "environ")]


def _alive() -> list[Path]:
    """Zombies have neither environment nor arguments, so they never count."""
    return list(Path("/proc").glob("[0-9]*"))


def _read(file: Path) -> bytes:
    """Empty for what has ended meanwhile, and for what belongs to somebody else."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _words(folder: Path) -> str:
    return f"{folder.name} {_read(folder / 'cmdline').decode(errors='replace').replace(chr(0), ' ')}"
