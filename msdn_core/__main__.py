"""``python -m msdn_core``: the engine from a shell."""

import sys

if __name__ == "__main__":
    try:
        from msdn_core.cli.main import main

        sys.exit(main())
    except KeyboardInterrupt:
        # Before, or after, a command that says so itself.
        sys.exit(130)
