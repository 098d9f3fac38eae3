"""Ours beside the peers, in one process, interleaved: ``python -m benchmarks``."""
