"""Types of the compiled kernels; checked against the extension by stubtest."""

__version__: str

class UndefinedError(ValueError): ...

# --- bandit

# --- changepoint

# --- logistic

# --- mixture

# --- similarity

# --- students
