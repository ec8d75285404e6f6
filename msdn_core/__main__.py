"""``python -m msdn_core`` and the command ``msdn``: the command line."""

import contextlib
import os
import sys


def main() -> int:
    """Run the command line and return its exit status."""
    try:
        from msdn_core.cli.main import main as run

        status = run()
    except KeyboardInterrupt:
        # Outside a command, which handles this itself.
        status = 130
    if "TORCHELASTIC_RUN_ID" in os.environ:
        # A rank's work is done and on disk. Threads of its process group may still be ending and sometimes abort the
        # interpreter at exit, which torchrun would count as a failed rank.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
