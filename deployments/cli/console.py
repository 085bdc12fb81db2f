"""Where the CLI writes: results to standard output, troubles to standard error."""

import sys

from rich.console import Console

#: A pipe or a log has no width of its own; tables need one that their columns fit in.
_PIPE_WIDTH = 170

OUT = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def interactive() -> bool:
    """Whether a person sits in front of us."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def say(text: str, style: str = "") -> None:
    """One line for a person, as it is: no markup, no wrapping."""
    OUT.print(text, style=style or None, markup=False, soft_wrap=True)
