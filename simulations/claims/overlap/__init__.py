"""Mechanism: what overlap points teach."""

from simulations.claim import Chapter

CHAPTER = Chapter("Mechanism: what overlap points teach", place=1)
