"""Runs Python in a process of its own."""

import os
import signal
import subprocess
import sys

import pytest


def run(*arguments, seconds=40, **environment):
    """Run Python in a session of its own, killed whole when the time is over: a hanging child hears no SIGTERM."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | environment,
    )
    try:
        out, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        pytest.fail(f"no answer within {seconds} s")
    assert child.returncode == 0, err
    return out
