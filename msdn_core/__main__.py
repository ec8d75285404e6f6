"""``python -m msdn_core`` and the command ``msdn``: the command line."""

import os
import sys

if __name__ == "__main__" and not __package__:
    # Started as ``python PATH/msdn_core``: the first entry is the package itself, whose modules have common names.
    # Nothing else is imported before, not even pathlib; os and sys are loaded by the interpreter itself.
    del sys.path[0]
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120


def main() -> int:
    """Run the command line and return its exit status."""
    import contextlib

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
