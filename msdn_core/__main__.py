"""``python -m msdn_core`` and the command ``msdn``: the command line."""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # ``python -m`` looks for modules in the current folder first, which may hold a stranger's numpy.py. Nothing else is
    # imported before; os and sys are loaded by the interpreter itself. A checkout stays importable, but comes last.
    del sys.path[0]
    from pathlib import Path

    sys.path.append(str(Path(__file__).resolve().parents[1]))


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
