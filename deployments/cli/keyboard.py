"""Asking a person at the terminal without stopping everything else, so that an answer from elsewhere can win."""

import asyncio
import sys

from deployments.cli.console import interactive
from workprint.errors import InputError
from workprint.problems import Problem


async def line(prompt: str) -> str:
    """One line, stripped. Cancelling it gives the keyboard back. Raises `EOFError` when there is no more to read."""
    print(prompt, end="", flush=True)
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        text = sys.stdin.readline()
        if not typed.done():
            typed.set_result(text)

    loop.add_reader(sys.stdin, read)
    try:
        text = await typed
    finally:
        loop.remove_reader(sys.stdin)
    if not text:
        raise EOFError
    return text.strip()


async def filled(prompt: str, default: str) -> str:
    """One line; Enter alone gives the default."""
    return await line(f"{prompt} [{default}]: ") or default


async def sure(question: str) -> bool:
    """Ask yes or no; Enter alone is no. Raises `InputError` where nobody can be asked."""
    if not interactive():
        raise InputError([Problem("--yes", "there is no terminal to ask at", "say --yes when you are sure")])
    return (await line(f"{question} [y/N]: ")).lower() in {"y", "yes"}
