"""The command ``w2slens``: exit codes, signals, and what to do without the extra ``cli``.

.. code-block:: text

    main ──► commands: score, demo ──► open_rows ──► OverlapDetector ──► output: table, figure, summary, progress
"""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from .. import __version__
from .._kernels import explain_bus_errors

__all__ = ["main"]

#: What the extra ``cli`` brings.
_EXTRA = ("typer", "pyarrow", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        0 when all went well, 1 for data that cannot be scored or files that cannot be read or written, 2 for wrong
        usage, 128 + n after signal n.
    """
    try:
        from .commands import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        if "--version" in (sys.argv[1:] if arguments is None else arguments):
            print(f"w2slens {__version__}")
            return 0
        print(f'error: the command line needs {error.name}: pip install "w2slens[cli]"', file=sys.stderr)
        return 1
    # The default action would leave a temporary file behind; an exception removes it.
    explain_bus_errors()
    before = signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        # A file may have a name that the terminal cannot show.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return run(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
