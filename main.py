"""Starts MSDN Explorer: ``python main.py [PROJECT] [--workspace NAME] [--screenshot FILE]``."""

import sys

from msdn_gui.app import main

if __name__ == "__main__":
    # The explainer is a spawned process that imports this file again: nothing else may stand at module level.
    sys.exit(main())
