"""``python -m msdn_core``, and the command ``msdn``: the engine from a shell."""

import contextlib
import os
import sys


def main() -> int:
    """Does what the command line says; its exit status."""
    try:
        from msdn_core.cli.main import main as run

        status = run()
    except KeyboardInterrupt:
        # Before, or after, a command that says so itself.
        status = 130
    if "TORCHELASTIC_RUN_ID" in os.environ:
        # A rank's work is done and on disk; threads of its process group may still be ending, and now and then abort
        # an interpreter that takes itself down, which torchrun would count as a failed rank.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
