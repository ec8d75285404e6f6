"""``python -m msdn_core``: the engine from a shell."""

import sys

from msdn_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
