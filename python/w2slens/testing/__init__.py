"""Hypothesis strategies and slow, obvious NumPy twins, for our own tests and for other people's.

The twins need numpy only; the strategies need ``hypothesis``.
"""
