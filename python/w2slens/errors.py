"""The exceptions of the package: ``ValueError`` for bad input, and one kind for what does not exist."""

from ._kernels import UndefinedError

__all__ = ["UndefinedError"]
