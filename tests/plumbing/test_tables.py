"""Examples of the docstrings of the simulations' plumbing hold."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["bands", "estimate", "grid", "tables"])
def test_doctests_hold(name):
    result = doctest.testmod(importlib.import_module(f"simulations.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
