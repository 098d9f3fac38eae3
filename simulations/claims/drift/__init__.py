"""Drift: domains and sources that change."""

from simulations.claim import Chapter

CHAPTER = Chapter("Drift: domains and sources that change", place=7)
