"""The commands' output: one line per long step, one sentence per failure, and a program's own
output only if that helps."""

import contextlib
import os
import shlex
import subprocess
import sys
import time


class Failure(Exception):
    """A step that could not be done; its text is a sentence for people, with what to do next."""


def say(sentence):
    """Print a line on standard error: standard output is for results."""
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title):
    """Print `title`, run the block, print how long it took; a Failure names the step."""
    started = time.monotonic()
    print(f"{title} … ", end="", file=sys.stderr, flush=True)
    try:
        yield
    except Failure as failure:
        say("failed")
        raise Failure(f"{title}: {failure}") from None
    except OSError as error:
        say("failed")
        raise Failure(f"{title}: {error}.") from None
    except BaseException:
        say("stopped")
        raise
    say(f"{time.monotonic() - started:.0f} s")


def run(command, *, advice="", **options):
    """Run a program quietly and return its standard output.

    :param command: list of program and arguments
    :param advice: a sentence for the reader when it fails
    :raise Failure: with the last lines of what it printed
    """
    command = [os.fspath(word) for word in command]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError:
        raise Failure(f"the program {command[0]} is not there. {advice}".rstrip()) from None
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise Failure(
            "\n  ".join([f"`{shlex.join(command[:6])}` ended with {done.returncode}:", *lines])
            + (f"\n{advice}" if advice else "")
        )
    return done.stdout


def command_line(function):
    """Run a command's main function; turn a Failure into a message and exit code 1."""
    try:
        sys.exit(function() or 0)
    except Failure as failure:
        say(f"\n{failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
