"""The keyboard: a real pseudo-terminal, and a person who may be too late."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.deployments.cli.command import environment

_ASK = """
import asyncio
from deployments.cli import keyboard

async def main():
    asking = asyncio.create_task(keyboard.line("first? "))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    print("too late")
    print(repr(await keyboard.filled("name", "demo")), repr(await keyboard.line("note? ")))

asyncio.run(main())
"""


def test_a_question_can_be_given_up_and_the_next_one_answered(tmp_path: Path) -> None:
    """An answer from elsewhere ends the question without eating what is typed next; Enter alone gives the default."""
    person, terminal = pty.openpty()
    argv = (sys.executable, "-c", _ASK)
    asked = subprocess.Popen(argv, stdin=terminal, stdout=subprocess.PIPE, text=True, env=environment(tmp_path))
    os.close(terminal)
    assert asked.stdout is not None
    assert "first? too late\n" == asked.stdout.readline()
    os.write(person, b"\nlooks good\n")
    said = asked.stdout.read()
    os.close(person)
    assert ["name [demo]: note? 'demo' 'looks good'\n", 0] == [said, asked.wait()]
    asked.stdout.close()
