"""Ctrl-C and SIGTERM end every kernel at once, though hours of work are left; a generator stays where it stood."""

import json
from pathlib import Path

import pytest

from tests.trust.jobs import JOBS
from tests.trust.processes import run

SCRIPT = Path(__file__).with_name("jobs.py")
AT_MOST = 0.3


@pytest.mark.parametrize("name", JOBS)
def test_an_interrupt_ends_the_kernel_within_a_third_of_a_second(name):
    found = json.loads(run(SCRIPT, name, 0.5, 0.9, 1.3, 0.2, seconds=90))
    assert found["untouched"]
    # On a machine that is busy with other tests a thread may wait for its turn: one late answer of four is not ours.
    assert sorted(found["seconds"])[-2] <= AT_MOST, found
