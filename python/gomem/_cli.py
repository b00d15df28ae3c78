"""The ``gomem`` command."""

from __future__ import annotations

import signal
import sys

from gomem import _gomem

__all__ = ["main"]


def main() -> int:
    """Run the command line; the exit code is returned."""
    # The command does not come back to Python to see a signal: the system's own handling ends it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return _gomem.run_command(sys.argv)
