"""Simulations that test each law and bound against data; run from the repository root: ``python -m simulations``."""
