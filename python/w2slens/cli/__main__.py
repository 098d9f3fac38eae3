"""``python -m w2slens.cli``: the command ``w2slens``."""

from __future__ import annotations

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
